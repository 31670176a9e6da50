import { act, cleanup, render, screen, waitFor } from '@testing-library/react'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { sampleContexts } from '../testing/sampleData.ts'
import { startSampleEngine, type SampleEngine } from '../testing/sampleEngine.ts'
import { engine, receiveNotice, useConnection } from './connection.ts'
import { useCall, useCommand } from './useCall.ts'
import { useFoldedStream, useStream } from './useStream.ts'
import { useWatches } from './watches.ts'

let sample: SampleEngine

beforeEach(() => {
  sample = startSampleEngine()
})

afterEach(() => {
  cleanup()
  sample.stop()
})

const patience = { timeout: 20_000 }

function Names() {
  const { value, staleSince, isLoading } = useStream(
    (client, signal) => client.clusters.watch(undefined, { signal }),
    [],
  )
  const names = value?.clusters.map((cluster) => cluster.name).join(' ') ?? ''
  return <output>{`${isLoading ? 'loading' : names}${staleSince === undefined ? '' : ' stale'}`}</output>
}

const output = () => document.querySelector('output')?.textContent

test('a stream delivers what the engine emits, over a real channel', async () => {
  render(<Names />)
  expect(output()).toBe('loading')
  await waitFor(() => expect(output()).toContain('prod-eu-1'), patience)
  act(() => sample.setContexts(sampleContexts().slice(0, 1)))
  await waitFor(() => expect(output()).toBe('prod-eu-1'), patience)
})

test('when the engine dies the last value stays and is marked old; a new engine makes it live again', async () => {
  render(<Names />)
  await waitFor(() => expect(output()).toContain('sandbox'), patience)
  act(() => receiveNotice({ state: 'restarting', attempt: 1, limit: 5, reason: 'It crashed.' }))
  expect(output()).toMatch(/sandbox stale$/)
  expect(useConnection.getState().lostAt).not.toBeNull()
  expect(() => engine()).toThrow('no connection to its engine')
  sample.stop()
  act(() => {
    sample = startSampleEngine({ contexts: sampleContexts().slice(0, 2) })
  })
  await waitFor(() => expect(output()).toBe('prod-eu-1 prod-apac-1'), patience)
})

test('leaving the page ends the subscription', async () => {
  const page = render(<Names />)
  await waitFor(() => expect(useWatches.getState()).toEqual({ total: 1, live: 1 }), patience)
  page.unmount()
  expect(useWatches.getState()).toEqual({ total: 0, live: 0 })
})

function Count({ scope }: { scope: string }) {
  const { value } = useFoldedStream(
    (client, signal) => client.pods.watch({ context: scope, namespace: 'agency-swarm' }, { signal }),
    (before: number | undefined, batch) => (before ?? 0) + batch.upserted.length,
    [scope],
  )
  return <output>{`${scope} ${value ?? 'nothing'}`}</output>
}

test('another cluster shows nothing of the one before, not even for a moment', async () => {
  const page = render(<Count scope="one" />)
  await waitFor(() => expect(output()).toBe('one 9'), patience)
  page.rerender(<Count scope="two" />)
  expect(output()).toBe('two nothing')
  await waitFor(() => expect(output()).toBe('two 9'), patience)
})

function Failing() {
  const call = useCall((client) => client.pods.detail({ context: 'x', namespace: 'Not a name', name: 'p' }), [])
  const command = useCommand((client) => client.clusters.check({}))
  return (
    <>
      <output>{call.error ? call.error.code : 'no error'}</output>
      <button type="button" onClick={() => void command.run()}>
        {command.isBusy ? 'busy' : 'check'}
      </button>
    </>
  )
}

test('an input that the contract refuses comes back as an error with a code', async () => {
  render(<Failing />)
  await waitFor(() => expect(output()).toBe('BAD_REQUEST'), patience)
})

test('a command is busy until the engine answered', async () => {
  render(<Failing />)
  act(() => screen.getByRole('button').click())
  expect(screen.getByRole('button').textContent).toBe('busy')
  await waitFor(() => expect(screen.getByRole('button').textContent).toBe('check'), patience)
  expect(sample.calls).toEqual([{ name: 'clusters.check', input: {} }])
})
