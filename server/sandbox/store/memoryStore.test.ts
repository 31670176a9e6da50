import { appendFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ApiError } from '../api/errors.ts'
import { openStore, type RevisionedStore } from './memoryStore.ts'
import { createEventRecorder, expireEvents } from './recordEvent.ts'
import type { KubeObject, StoreEvent } from './types.ts'

let folder: string
let store: RevisionedStore

const configMap = (name: string, data: Record<string, string> = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default' },
  data,
})

const pod = (name: string, extra: Partial<KubeObject['metadata']> = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default', ...extra },
  spec: { nodeName: 'sandbox', terminationGracePeriodSeconds: 7 },
})

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sandbox-store-'))
  store = await openStore(folder)
})

afterEach(async () => {
  await store.close()
  await rm(folder, { recursive: true })
})

async function reopen(): Promise<void> {
  await store.close()
  store = await openStore(folder)
}

describe('store', () => {
  it('fills identity on create and refuses a second object of the same name', () => {
    const created = store.create('configmaps', configMap('one'))
    expect(created.metadata).toMatchObject({ name: 'one', namespace: 'default', resourceVersion: '1' })
    expect(created.metadata.uid).toMatch(/^[0-9a-f-]{36}$/)
    expect(() => store.create('configmaps', configMap('one'))).toThrow('configmaps "one" already exists')
  })

  it('completes generateName', () => {
    const created = store.create('pods', { ...pod('x'), metadata: { generateName: 'web-', namespace: 'default' } })
    expect(created.metadata.name).toMatch(/^web-[a-z0-9]{5}$/)
  })

  it('hands out frozen objects', () => {
    const created = store.create('configmaps', configMap('one', { a: '1' }))
    expect(() => {
      created.metadata.name = 'two'
    }).toThrow(TypeError)
  })

  it('raises the generation with the spec and keeps status out of spec updates', () => {
    store.create('pods', pod('one'))
    const status = store.update('pods', 'default', 'one', (each) => {
      each.spec = {}
      each.status = { phase: 'Running' }
    }, { subresource: 'status' }) // prettier-ignore
    expect(status).toMatchObject({ spec: { nodeName: 'sandbox' }, status: { phase: 'Running' } })
    const spec = store.update('pods', 'default', 'one', (each) => {
      each.spec = { nodeName: 'other' }
      each.status = {}
    })
    expect(spec).toMatchObject({
      spec: { nodeName: 'other' },
      status: { phase: 'Running' },
      metadata: { generation: 2 },
    })
  })

  it('writes nothing when a change changes nothing', () => {
    const created = store.create('configmaps', configMap('one', { a: '1' }))
    expect(store.update('configmaps', 'default', 'one', () => undefined)).toBe(created)
    expect(store.update('configmaps', 'default', 'absent', () => undefined)).toBeUndefined()
  })

  it('holds a deleted pod for its grace period and removes it when the node says so', () => {
    store.create('pods', pod('one'))
    const deleted = store.delete('pods', 'default', 'one')
    expect(deleted?.metadata.deletionGracePeriodSeconds).toBe(7)
    expect(store.get('pods', 'default', 'one')).toBeDefined()
    store.delete('pods', 'default', 'one', { gracePeriodSeconds: 0 })
    expect(store.get('pods', 'default', 'one')).toBeUndefined()
  })

  it('holds a deleted object until its last finalizer is gone', () => {
    store.create('configmaps', { ...configMap('one'), metadata: { ...configMap('one').metadata, finalizers: ['a/b'] } })
    store.delete('configmaps', 'default', 'one')
    expect(store.get('configmaps', 'default', 'one')?.metadata.deletionTimestamp).toBeDefined()
    store.update('configmaps', 'default', 'one', (each) => {
      delete each.metadata.finalizers
    })
    expect(store.get('configmaps', 'default', 'one')).toBeUndefined()
  })

  it('refuses a delete whose preconditions do not hold', () => {
    store.create('configmaps', configMap('one'))
    expect(() => store.delete('configmaps', 'default', 'one', { preconditions: { uid: 'other' } })).toThrow(ApiError)
    expect(store.get('configmaps', 'default', 'one')).toBeDefined()
  })

  it('delivers events in order and after the write returned', async () => {
    const seen: string[] = []
    const stop = store.watch('configmaps', (event: StoreEvent) => {
      seen.push(`${event.type} ${event.object.metadata.resourceVersion}`)
    })
    store.create('configmaps', configMap('one'))
    store.update('configmaps', 'default', 'one', (each) => {
      each.data = { a: 'b' }
    })
    store.delete('configmaps', 'default', 'one')
    expect(seen).toEqual([])
    await new Promise((resolve) => setImmediate(resolve))
    expect(seen).toEqual(['ADDED 1', 'MODIFIED 2', 'DELETED 3'])
    stop()
  })

  it('knows the events after a revision until they are too old', () => {
    store.create('configmaps', configMap('one'))
    store.create('configmaps', configMap('two'))
    expect(store.eventsSince('configmaps', 1)?.map((past) => past.event.object.metadata.name)).toEqual(['two'])
    for (let count = 0; count < 2_001; count++) {
      store.update('configmaps', 'default', 'one', (each) => {
        each.data = { count: String(count) }
      })
    }
    expect(store.eventsSince('configmaps', 1)).toBeUndefined()
  })
})

describe('state on disk', () => {
  it('is the same after a restart, deletions included', async () => {
    store.create('configmaps', configMap('kept', { a: '1' }))
    store.create('configmaps', configMap('gone'))
    store.delete('configmaps', 'default', 'gone')
    const before = store.list('configmaps')
    await reopen()
    expect(store.list('configmaps')).toEqual(before)
    expect(store.create('configmaps', configMap('next')).metadata.resourceVersion).toBe('4')
  })

  it('survives a last line cut by a crash', async () => {
    store.create('configmaps', configMap('kept'))
    await store.flush()
    await appendFile(join(folder, 'journal.jsonl'), '{"revision":2,"resource":"configmaps","put":{"apiVer')
    await reopen()
    expect(store.list('configmaps').map((each) => each.metadata.name)).toEqual(['kept'])
    store.create('configmaps', configMap('after'))
    await reopen()
    expect(store.list('configmaps').map((each) => each.metadata.name)).toEqual(['kept', 'after'])
  })

  it('is compacted into a snapshot without losing a write', async () => {
    store.create('configmaps', configMap('one'))
    for (let count = 0; count < 20_500; count++) {
      store.update('configmaps', 'default', 'one', (each) => {
        each.data = { count: String(count) }
      })
      if (count % 1_000 === 0) await store.flush()
    }
    await reopen()
    expect(store.get('configmaps', 'default', 'one')).toMatchObject({
      data: { count: '20499' },
      metadata: { resourceVersion: '20501' },
    })
    expect(store.eventsSince('configmaps', 20_500)).toBeUndefined()
  })
})

describe('event recorder', () => {
  it('counts what repeats and forgets it after its lifetime', () => {
    const record = createEventRecorder(store)
    const about = store.create('pods', pod('one'))
    record(about, 'Warning', 'BackOff', 'Back-off restarting', 'kubelet')
    record(about, 'Warning', 'BackOff', 'Back-off restarting', 'kubelet')
    record(about, 'Normal', 'Started', 'Started container', 'kubelet')
    expect(store.list('events').map((event) => [event.reason, event.count])).toEqual([
      ['BackOff', 2],
      ['Started', 1],
    ])
    expireEvents(store, Date.now() + 30 * 60_000)
    expect(store.list('events')).toHaveLength(2)
    expireEvents(store, Date.now() + 61 * 60_000)
    expect(store.list('events')).toHaveLength(0)
  })
})
