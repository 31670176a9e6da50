import type { IncomingMessage } from 'node:http'
import { createInterface } from 'node:readline'
import { request } from 'node:https'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { TestSandbox } from './testing/sandbox.ts'

interface WatchEvent {
  type: string
  object: { kind: string; code?: number; metadata: { name?: string; resourceVersion: string; annotations?: Record<string, string> } } // prettier-ignore
}

let sandbox: TestSandbox
const maps = '/api/v1/namespaces/default/configmaps'

beforeAll(async () => {
  sandbox = await TestSandbox.start()
})

afterAll(() => sandbox.stop())

const create = (name: string, labels: Record<string, string> = {}) =>
  sandbox.call(maps, { method: 'POST', body: { metadata: { name, labels } } })
const label = (name: string, labels: Record<string, string | null>) =>
  sandbox.call(`${maps}/${name}`, { method: 'PATCH', contentType: 'application/merge-patch+json', body: { metadata: { labels } } }) // prettier-ignore
const revision = async () => ((await sandbox.call(maps)).body.metadata as { resourceVersion: string }).resourceVersion

/** Reads a watch until enough events came or the server ends it. */
async function events(response: IncomingMessage, enough: (seen: WatchEvent[]) => boolean): Promise<WatchEvent[]> {
  const seen: WatchEvent[] = []
  for await (const line of createInterface(response)) {
    seen.push(JSON.parse(line) as WatchEvent)
    if (enough(seen)) break
  }
  response.destroy()
  return seen
}

const summary = (seen: WatchEvent[]) => seen.map(({ type, object }) => `${type} ${object.metadata.name ?? ''}`)

describe('lists', () => {
  it('come in pages under one revision', async () => {
    for (const name of ['page-a', 'page-b', 'page-c']) await create(name, { paged: 'yes' })
    const path = `${maps}?labelSelector=paged%3Dyes&limit=2`
    const first = (await sandbox.call(path)).body as { items: unknown[]; metadata: Record<string, unknown> }
    expect(first.items).toHaveLength(2)
    expect(first.metadata.remainingItemCount).toBe(1)
    const next = await sandbox.call(`${path}&continue=${String(first.metadata.continue)}`)
    expect(next.body.items).toMatchObject([{ metadata: { name: 'page-c' } }])
    expect(next.body.metadata).toEqual({ resourceVersion: first.metadata.resourceVersion })
  })

  it('are given as metadata alone and as tables when asked for', async () => {
    const partial = await sandbox.call(maps, {
      accept: 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1',
    })
    expect(partial.body.kind).toBe('PartialObjectMetadataList')
    expect((partial.body.items as unknown[])[0]).toMatchObject({ kind: 'PartialObjectMetadata' })
    const table = await sandbox.call(maps, { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json' })
    expect(table.body).toMatchObject({
      kind: 'Table',
      columnDefinitions: [{ name: 'Name' }, { name: 'Data' }, { name: 'Age' }],
    })
  })
})

describe('watches', () => {
  it('continue from a revision and follow an object in and out of the selector', async () => {
    const from = await revision()
    await create('mover', { side: 'left' })
    const response = await sandbox.open(`${maps}?watch=true&resourceVersion=${from}&labelSelector=side%3Dright`)
    const seen = events(response, (all) => all.length === 3)
    await label('mover', { side: 'right' })
    await label('mover', { extra: 'one' })
    await label('mover', { side: null })
    expect(summary(await seen)).toEqual(['ADDED mover', 'MODIFIED mover', 'DELETED mover'])
  })

  it('replay what happened since a revision, each event once', async () => {
    const from = await revision()
    await create('replayed')
    await sandbox.call(`${maps}/replayed`, { method: 'DELETE' })
    const response = await sandbox.open(`${maps}?watch=true&resourceVersion=${from}`)
    expect(summary(await events(response, (all) => all.length === 2))).toEqual(['ADDED replayed', 'DELETED replayed'])
  })

  it('end at their timeout and send bookmarks for the initial events', async () => {
    const response = await sandbox.open(
      `${maps}?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&timeoutSeconds=1`,
    )
    const seen = await events(response, () => false)
    const bookmark = seen.find(({ type }) => type === 'BOOKMARK')
    expect(seen[0]?.type).toBe('ADDED')
    expect(bookmark?.object.metadata.annotations).toEqual({ 'k8s.io/initial-events-end': 'true' })
  })
})

describe('identity', () => {
  it('is demanded: 401 without a token and with a wrong one', async () => {
    expect(await sandbox.call(maps, { token: undefined })).toMatchObject({
      code: 401,
      body: { reason: 'Unauthorized' },
    })
    expect((await sandbox.call(maps, { token: 'wrong' })).code).toBe(401)
  })

  it('is not needed to ask for health and version', async () => {
    expect((await sandbox.call('/version', { token: undefined })).body.gitVersion).toBe('v1.35.2+sandbox')
  })

  it('of the server is proved by its own authority only', async () => {
    const failure = await new Promise<Error>((resolve, reject) => {
      request(`${sandbox.url}/version`, () => reject(new Error('was trusted')))
        .on('error', resolve)
        .end()
    })
    expect(failure).toMatchObject({ code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' })
  })

  it('needs get and create to open a WebSocket to a pod', async () => {
    const role = (verbs: string[]) => ({ metadata: { name: 'exec' }, rules: [{ apiGroups: [''], resources: ['pods/exec'], verbs }] }) // prettier-ignore
    const roles = '/apis/rbac.authorization.k8s.io/v1/namespaces/default'
    await sandbox.call(`${roles}/roles`, { method: 'POST', body: role(['get']) })
    const subjects = [{ kind: 'User', name: 'sandbox-viewer' }]
    await sandbox.call(`${roles}/rolebindings`, { method: 'POST', body: { metadata: { name: 'exec' }, roleRef: { kind: 'Role', name: 'exec' }, subjects } }) // prettier-ignore
    expect((await upgrade(sandbox.viewerToken)).message).toContain('cannot create resource "pods/exec"')
    await sandbox.call(`${roles}/roles/exec`, { method: 'PUT', body: role(['get', 'create']) })
    expect((await upgrade(sandbox.viewerToken)).message).toBe('pods "none" not found')
  })
})

function upgrade(token: string): Promise<{ message: string }> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}`, connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13', 'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==' } // prettier-ignore
    const url = `${sandbox.url}/api/v1/namespaces/default/pods/none/exec?command=ls`
    request(url, { headers, rejectUnauthorized: false }, (response) => {
      let text = ''
      response.on('data', (chunk) => (text += String(chunk)))
      response.on('end', () => resolve(JSON.parse(text) as { message: string }))
    })
      .on('error', reject)
      .end()
  })
}

describe('requests that make no sense', () => {
  it('are answered with a Status and leave the server well', async () => {
    const post = (body: unknown, contentType = 'application/json') =>
      sandbox.call(maps, { method: 'POST', body, contentType })
    expect(await post('{"metadata":')).toMatchObject({ code: 400, body: { kind: 'Status', reason: 'BadRequest' } })
    expect((await post('[]')).code).toBe(400)
    expect((await post('x', 'text/plain')).code).toBe(415)
    expect((await post('k8s\0broken', 'application/vnd.kubernetes.protobuf')).code).toBe(400)
    expect((await post({ kind: 'Secret', apiVersion: 'v1', metadata: { name: 'a' } })).code).toBe(400)
    expect((await post({ metadata: { name: 'a' }, data: { a: 'x'.repeat(4 << 20) } })).code).toBe(413)
    expect((await sandbox.call('/apis/nothing.io/v1/things')).code).toBe(404)
    expect((await sandbox.call('/api/v1/namespaces/default/pods/a/nothing')).code).toBe(404)
    expect((await sandbox.open('/healthz/')).statusCode).toBe(200)
  })
})
