import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createEngine, type Engine } from '../../index.ts'
import { connectClient, type EngineClient } from '../../testing/client.ts'
import { testHost, type TestHost } from '../../testing/testHost.ts'

let host: TestHost
let engine: Engine
let client: EngineClient
let folder: string
let close: () => void

beforeAll(async () => {
  host = await testHost()
  folder = await mkdtemp(join(tmpdir(), 'console-save-'))
  engine = createEngine(host)
  const connected = connectClient(engine)
  client = connected.client
  close = () => connected.close()
})
afterAll(async () => {
  close()
  await engine.stop()
  await host.remove()
  await rm(folder, { recursive: true, force: true })
})

const request = { title: 'Save the shown lines', name: 'logs.log', text: 'a line that only the file holds\n' }

it('writes where the person chose, and the audit log knows the act and not the text', async () => {
  host.saveTo = join(folder, 'logs.log')
  expect(await client.app.saveText(request)).toEqual({ path: host.saveTo })
  expect(await readFile(host.saveTo, 'utf8')).toBe(request.text)
  expect((await stat(host.saveTo)).mode & 0o777).toBe(0o600)
  const [entry] = await client.audit.list({ limit: 1 })
  expect(entry).toMatchObject({ action: 'app.saveText', outcome: 'done' })
  expect(JSON.stringify(entry)).not.toContain('only the file holds')
})

it('writes nothing when the dialog was closed, and says why a file could not be written', async () => {
  host.saveTo = null
  expect(await client.app.saveText(request)).toBeNull()
  host.saveTo = join(folder, 'none', 'logs.log')
  await expect(client.app.saveText(request)).rejects.toMatchObject({ code: 'STORAGE_FAILED' })
})
