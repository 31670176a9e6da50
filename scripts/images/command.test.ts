import { spawn } from 'node:child_process'
import { chmod, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { projectRoot } from '../setup/projectRoot.ts'

/** The only folder in PATH: what is not in it is not installed. */
let bin: string
let calls: string
beforeEach(async () => {
  bin = await mkdtemp(join(tmpdir(), 'images-bin-'))
  calls = join(bin, 'calls.jsonl')
  for (const name of ['tar']) await symlink(`/usr/bin/${name}`, join(bin, name))
})
afterEach(() => rm(bin, { recursive: true, force: true }))

/** A program that writes down its arguments, and fails where one of them is `failing`. */
async function install(name: string, failing = ''): Promise<void> {
  const source = `#!${process.execPath}
const { appendFileSync, existsSync, readdirSync, writeFileSync } = require('node:fs')
const args = process.argv.slice(2)
const context = args[0] === 'build' ? readdirSync(args.at(-1)).sort() : []
appendFileSync(${JSON.stringify(calls)}, JSON.stringify({ program: ${JSON.stringify(name)}, args, context }) + '\\n')
const layout = args.find((each) => each.startsWith('oci:'))
if (layout) writeFileSync(layout.split(':')[1] + '/index.json', '{}')
if (args.includes(${JSON.stringify(failing)})) { console.error('no such thing here'); process.exit(3) }
`
  await writeFile(join(bin, name), source)
  await chmod(join(bin, name), 0o755)
}

interface Call {
  program: string
  args: string[]
  context: string[]
}

async function images(...args: string[]): Promise<{ code: number | null; output: string; calls: Call[] }> {
  const script = join(projectRoot, 'scripts/images.ts')
  const child = spawn(process.execPath, ['--import', 'tsx', script, ...args], { cwd: projectRoot, env: { ...process.env, PATH: bin } }) // prettier-ignore
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  const text = await readFile(calls, 'utf8').catch(() => '')
  const lines = text.split('\n').filter((line) => line !== '')
  return { code, output, calls: lines.map((line) => JSON.parse(line) as Call) }
}

const argumentsOf = (all: Call[]) => all.map(({ args }) => args)

describe('npm run images', () => {
  it('says what to install where there is no engine', async () => {
    const { code, output } = await images()
    expect(code).toBe(1)
    expect(output).toContain('docker: is not installed')
    expect(output).toContain('apt-get install buildah')
  })

  it('builds both images with the first engine that answers, from the few files that they need', async () => {
    // A client without its server, as docker is where its service is stopped.
    await install('docker', 'version')
    await install('podman')
    const { code, calls } = await images(
      '--version',
      '9.9.9',
      '--build-arg',
      'BASE_IMAGE=mirror.test/debian:12; reboot',
    )
    expect(code).toBe(0)
    const builds = calls.filter(({ args }) => args[0] === 'build')
    expect(builds.map(({ program }) => program)).toEqual(['podman', 'podman'])
    expect(builds[0]?.args.slice(0, -1)).toEqual([
      'build',
      '--format',
      'oci',
      '--file',
      join(projectRoot, 'resources/images/suite.Containerfile'),
      '--tag',
      'agency-swarm/suite:9.9.9',
      '--build-arg',
      // One argument: no shell has read it.
      'BASE_IMAGE=mirror.test/debian:12; reboot',
    ])
    expect(builds[1]?.args).toContain('agency-swarm/postgresql:pg15')
    expect(builds[0]?.context).toEqual(['.npmrc', 'package-lock.json', 'package.json', 'scripts', 'server', 'shared', 'tsconfig.json']) // prettier-ignore
  })

  it('pushes under the name of the registry', async () => {
    await install('docker')
    const { calls } = await images('--only', 'suite', '--version', '9.9.9', '--push', 'registry.test:5000/team/')
    expect(argumentsOf(calls).slice(-2)).toEqual([
      ['tag', 'agency-swarm/suite:9.9.9', 'registry.test:5000/team/agency-swarm/suite:9.9.9'],
      ['push', 'registry.test:5000/team/agency-swarm/suite:9.9.9'],
    ])
  })

  it('saves one OCI archive of all images', async () => {
    await install('buildah')
    const archive = join(bin, 'suite.oci.tar')
    const { code, calls } = await images('--version', '9.9.9', '--save', archive)
    expect(code).toBe(0)
    const pushed = argumentsOf(calls)
      .slice(-2)
      .map((args) => args[2]?.replace(/^oci:[^:]+:/, ''))
    expect(pushed).toEqual(['docker.io/agency-swarm/suite:9.9.9', 'docker.io/agency-swarm/postgresql:pg15'])
    expect((await readFile(archive)).toString('latin1')).toContain('index.json')
  })

  it('ends where the engine fails, with what it said, and pushes nothing', async () => {
    await install('buildah', 'agency-swarm/suite:9.9.9')
    const { code, output, calls } = await images('--version', '9.9.9', '--push', 'registry.test/')
    expect(code).toBe(1)
    expect(output).toContain('no such thing here')
    expect(argumentsOf(calls).map(([verb]) => verb)).toEqual(['--version', 'build'])
  })

  it('refuses what no image or registry is called', async () => {
    await install('buildah')
    const { code, output, calls } = await images('--push', 'registry.test; reboot')
    expect([code, calls]).toEqual([1, []])
    expect(output).toContain('--push cannot be "registry.test; reboot"')
  })
})
