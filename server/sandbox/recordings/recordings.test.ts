import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { judges } from '#shared/testing/judges.ts'
import { startSandbox, type Sandbox } from '../start.ts'
import { commands } from './commands.ts'
import { record, titleOf, type Recording } from './recording.ts'

let sandbox: Sandbox
let folder: string
let real: Recording
let own: Recording
/** Two hundred programs one after the other. */
const patient = 300_000

const read = async <T>(name: string): Promise<T> =>
  JSON.parse(await readFile(join(import.meta.dirname, name), 'utf8')) as T

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sandbox-recordings-'))
  real = await read<Recording>('kubernetes.json')
  sandbox = await startSandbox({ stateDirectory: folder, images: { suiteModule: join(folder, 'suite.js') } })
  own = await record((await judges()).kubectl, sandbox.kubeconfigPath, join(folder, 'home'))
}, patient)

afterAll(async () => {
  await sandbox.stop()
  await rm(folder, { recursive: true, force: true })
})

it('a real server was asked, by this kubectl, all that is asked of the sandbox', () => {
  expect(real.server).toMatch(/^v1\.\d+\.\d+$/)
  expect(real.kubectl).toBe(own.kubectl)
  expect(real.outcomes.map(({ command }) => command)).toEqual(commands.map(titleOf))
  expect(real.outcomes.length).toBeGreaterThanOrEqual(150)
})

it('the sandbox answers as the real server did, but for what is listed', async () => {
  const known = new Set(await read<string[]>('differences.json'))
  const pairs = real.outcomes.map((wanted, index) => ({ wanted, found: own.outcomes[index] }))
  const equal = pairs.filter(({ wanted }) => !known.has(wanted.command))
  expect(equal.map(({ found }) => found)).toEqual(equal.map(({ wanted }) => wanted))
  // A command that has become equal every time it is asked is no longer to be listed.
  const differing = new Set(pairs.filter(({ wanted, found }) => !sameOutcome(wanted, found)).map(({ wanted }) => wanted.command)) // prettier-ignore
  expect([...known].filter((command) => !differing.has(command))).toEqual([])
})

const sameOutcome = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other)
