import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { projectRoot } from '../setup/projectRoot.ts'

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'render-'))
})
afterAll(() => rm(directory, { recursive: true, force: true }))

async function render(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const command = ['--import', 'tsx', join(projectRoot, 'scripts/render.ts'), ...args]
  const child = spawn(process.execPath, command, { cwd: projectRoot, stdio: ['ignore', 'pipe', 'pipe'] })
  const output = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()))
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  return { code, ...output }
}

async function valuesFile(name: string, text: string): Promise<string> {
  const path = join(directory, name)
  await writeFile(path, text)
  return path
}

describe('npm run render', () => {
  it('prints every object of the profile with the values of the file, and no secret', async () => {
    const file = await valuesFile('good.yaml', 'registry: mirror.test/\n')
    const { code, stdout, stderr } = await render('--profile', 'small', '--values', file, '--namespace', 'shop', '--version', '9.9.9') // prettier-ignore
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const objects = parseAllDocuments(stdout, { version: '1.1' }).map((document) => document.toJS() as { kind: string })
    expect(objects.length).toBeGreaterThan(40)
    expect(stdout).toContain('image: mirror.test/agency-swarm/suite:9.9.9')
    const secret = objects.find(({ kind }) => kind === 'Secret')
    expect(secret).toMatchObject({ data: { POSTGRES_PASSWORD: '<generated when it is deployed>' } })
  })

  it('prints secret values when it is asked to', async () => {
    const { stdout } = await render('--profile', 'sandbox', '--secrets')
    expect(stdout).not.toContain('<generated')
    expect(stdout).toMatch(/POSTGRES_PASSWORD: [A-Za-z0-9+/]{43}=/)
  })

  it('says path and line of every fault, prints nothing, and fails', async () => {
    const file = await valuesFile('bad.yaml', 'storage:\n  databse: 1Gi\nimages:\n  suite: suite;reboot\n')
    const { code, stdout, stderr } = await render('--profile', 'small', '--values', file)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr.trim().split('\n')).toEqual([
      `${file}:2: storage.databse: There is no value "storage.databse". Did you mean "storage.database"?`,
      expect.stringMatching(/:4: images\.suite: "images\.suite" must be an image reference .*"suite;reboot"\.$/),
    ])
  })

  it.each([
    [['--profile', 'none'], 'There is no profile none'],
    [['--profile', 'small', '--values', 'not-there.yaml'], 'not-there.yaml'],
  ])('refuses %j', async (args, message) => {
    const { code, stdout, stderr } = await render(...args)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toContain(message)
  })
})
