import { afterEach, expect, test } from 'vitest'
import { requestPort } from '#shared/rpc/handshake.ts'
import { askForEngine, listenForEngine, useConnection } from './connection.ts'

const stops: (() => void)[] = []
afterEach(() => {
  for (const stop of stops.splice(0)) stop()
  useConnection.setState(useConnection.getInitialState(), true)
})

function post(data: unknown, source: MessageEventSource | null, port?: MessagePort): void {
  window.dispatchEvent(new MessageEvent('message', { data, source, ports: port ? [port] : [] }))
}

const connected = { source: 'agency-swarm-console', notice: { state: 'connected', starts: 1 } }

test('a port from this window connects, one that a frame posted does not', () => {
  stops.push(listenForEngine(window))
  const { port1, port2 } = new MessageChannel()
  stops.push(() => port1.close())
  post(connected, null, port2)
  expect(useConnection.getState().state).toBe('connecting')
  post({ source: 'someone-else', notice: connected.notice }, window, port2)
  expect(useConnection.getState().state).toBe('connecting')
  post(connected, window, port2)
  expect(useConnection.getState()).toMatchObject({ state: 'connected', generation: 1, lostAt: null })
})

test('a lost engine keeps the moment it was lost through every try', () => {
  stops.push(listenForEngine(window))
  const lost = (attempt: number) => ({
    source: 'agency-swarm-console',
    notice: { state: 'restarting', attempt, limit: 5, reason: 'It crashed.' },
  })
  post(lost(1), window)
  const { lostAt } = useConnection.getState()
  post(lost(2), window)
  expect(useConnection.getState()).toMatchObject({ state: 'restarting', attempt: 2, lostAt, client: null })
  post({ source: 'agency-swarm-console', notice: { state: 'given-up', reason: 'It crashed 5 times.' } }, window)
  expect(useConnection.getState()).toMatchObject({ state: 'given-up', reason: 'It crashed 5 times.', lostAt })
})

test('asking for the engine again speaks to this window only', async () => {
  const heard = new Promise<unknown>((resolve) => {
    window.addEventListener('message', (event: MessageEvent<unknown>) => resolve(event.data), { once: true })
  })
  askForEngine()
  expect(await heard).toBe(requestPort)
})
