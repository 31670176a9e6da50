import { spawn, type ChildProcess } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { claimDirectory } from './directoryLock.ts'

let folder: string
const children: ChildProcess[] = []
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'console-lock-'))))
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

/** Another engine: a real process that claims the directory, says how that went, and lives on. */
async function other(): Promise<{ child: ChildProcess; said: string }> {
  const script = `
    const { claimDirectory } = await import(${JSON.stringify(join(import.meta.dirname, 'directoryLock.ts'))})
    try { claimDirectory(${JSON.stringify(folder)}, 'ada'); console.log('claimed') }
    catch (error) { console.log(error.message) }
    setInterval(() => undefined, 1000)`
  const args = ['--import', 'tsx', '--input-type=module', '-e', script]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  children.push(child)
  const said = await new Promise<string>((resolve) =>
    child.stdout.once('data', (data: Buffer) => resolve(data.toString())),
  )
  return { child, said: said.trim() }
}

const ended = (child: ChildProcess) =>
  new Promise((resolve) => {
    child.once('exit', resolve)
    child.kill('SIGKILL')
  })

it('is for one engine; the next is told who has it; what a killed one left is taken over', async () => {
  chmodSync(folder, 0o755)
  const first = await other()
  expect(first.said).toBe('claimed')
  expect(() => claimDirectory(folder, 'maya')).toThrow(
    expect.objectContaining({
      code: 'BUSY',
      message: expect.stringContaining(`by ada on ${hostname()} (process ${first.child.pid})`) as string,
    }),
  )
  expect(statSync(folder).mode & 0o777).toBe(0o700)
  expect(statSync(join(folder, 'engine.lock')).mode & 0o777).toBe(0o600)
  await ended(first.child)
  const giveBack = claimDirectory(folder, 'maya')
  expect((await other()).said).toContain(`by maya on ${hostname()} (process ${process.pid})`)
  giveBack()
  expect(readdirSync(folder)).toEqual([])
})

it('goes to one of several that start at once beside a stale lock', async () => {
  const path = join(folder, 'engine.lock')
  writeFileSync(path, JSON.stringify({ pid: 4_000_000, user: 'old', host: hostname(), since: 1, started: '' }))
  const said = (await Promise.all([other(), other(), other()])).map((each) => each.said)
  expect(said.filter((each) => each === 'claimed')).toHaveLength(1)
})

it('is not fooled by a process that got the number of a dead engine, nor by half a file', () => {
  const path = join(folder, 'engine.lock')
  const lock = { pid: process.pid, user: 'old', host: hostname(), since: 1, started: '1' }
  writeFileSync(path, JSON.stringify(lock))
  const giveBack = claimDirectory(folder, 'maya')
  expect(readFileSync(path, 'utf8')).toContain('"maya"')
  giveBack()
  writeFileSync(path, '{"pid":')
  claimDirectory(folder, 'maya')()
  expect(existsSync(path)).toBe(false)
})

it('leaves the lock of another computer alone', () => {
  const lock = { pid: process.pid, user: 'ada', host: 'elsewhere', since: 1, started: '1' }
  writeFileSync(join(folder, 'engine.lock'), JSON.stringify(lock))
  expect(() => claimDirectory(folder, 'maya')).toThrow(/by ada on elsewhere/)
})
