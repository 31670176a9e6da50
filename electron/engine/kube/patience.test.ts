import { afterEach, beforeEach, expect, it } from 'vitest'
import { connect } from './connection.ts'
import { isTransient, patiently } from './patience.ts'
import { json, startMisbehavingServer, status, type MisbehavingServer } from '../testing/misbehavingServer.ts'
import { asConsoleError, ConsoleError } from '#shared/errors.ts'
import type { ClusterConnection } from './types.ts'

let server: MisbehavingServer
let connection: ClusterConnection
/** A clock that jumps instead of waiting. */
let time = 0
const clock = {
  now: () => time,
  delay: (milliseconds: number) => {
    time += milliseconds
    return Promise.resolve()
  },
  random: () => 0.5,
}

beforeEach(async () => {
  time = 0
  server = await startMisbehavingServer()
  connection = connect(server.context(), { clock })
})
afterEach(async () => {
  await connection.close()
  await server.stop()
})
const ask = () => connection.request<{ is: string }>('GET', '/thing')

it('asks again until the API server is back, and says why it waits', async () => {
  server.on('/thing', status(500, 'InternalError'), status(503, 'ServiceUnavailable'), (_seen, _answer, socket) => void socket.destroy(), json({ is: 'back' })) // prettier-ignore
  const reasons: string[] = []
  const found = await patiently(connection, ask, { onWait: (reason) => reasons.push(reason) })
  expect(found).toEqual({ is: 'back' })
  expect(reasons.length).toBeGreaterThanOrEqual(2)
  expect(reasons.at(-1)).toBe('')
})

it('does not ask again for what will not get better', async () => {
  server.on('/thing', status(403, 'Forbidden'))
  await expect(patiently(connection, ask)).rejects.toMatchObject({ code: 'FORBIDDEN' })
  expect(server.requestsTo('/thing')).toHaveLength(1)
})

it('gives up after two minutes, with the last answer', async () => {
  server.on('/thing', status(500, 'InternalError'))
  await expect(patiently(connection, ask)).rejects.toMatchObject({ details: { status: 500 } })
  expect(time).toBeGreaterThan(60_000)
  expect(time).toBeLessThanOrEqual(120_000)
})

it('takes a state that did not come for no trouble of the connection', () => {
  expect(isTransient(new ConsoleError('TIMEOUT', 'the pod did not start', { pod: 'x' }))).toBe(false)
  expect(isTransient(asConsoleError(new Error('a fault of our own')))).toBe(false)
})
