import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { call } from '@orpc/server'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { AuditLog } from '../audit/log.ts'
import { Credits, logCredit } from '../../flow/credit.ts'
import { connect, type ClusterConnection } from '../../kube/index.ts'
import { chunks, json, startMisbehavingServer, type MisbehavingServer } from '../../testing/misbehavingServer.ts'
import { LiveLists } from '../../objects/liveLists.ts'
import { until } from '../../testing/until.ts'
import { logsNoun } from './handlers.ts'
import { sameCluster } from '../../testing/sameCluster.ts'

let server: MisbehavingServer
let connection: ClusterConnection
let folder: string
let audit: AuditLog
const directory = {
  connection: () => Promise.resolve(connection),
  ...sameCluster,
  facts: () => ({ name: 'test', environment: 'other' as const, role: 'read_only' as const }),
}
beforeEach(async () => {
  server = await startMisbehavingServer()
  connection = connect(server.context())
  folder = mkdtempSync(join(tmpdir(), 'console-logs-'))
  audit = new AuditLog(folder, () => Date.now())
  server.on('/api', json({ kind: 'APIVersions', versions: ['v1'] }))
  server.on('/apis', json({ kind: 'APIGroupList', groups: [] }))
  server.on('/api/v1', json({ resources: [{ name: 'pods', kind: 'Pod', namespaced: true, verbs: ['list'] }] }))
  const pods = '/api/v1/namespaces/shop/pods'
  const pod = {
    metadata: { name: 'web', namespace: 'shop', uid: '1', resourceVersion: '1' },
    spec: { containers: [{ name: 'app' }] },
  }
  const listed = json({ metadata: { resourceVersion: '10' }, items: [pod] })
  const held = chunks([], 'silence')
  server.on(pods, (request, response, socket) =>
    (request.query.has('watch') ? held : listed)(request, response, socket),
  )
  server.on(`${pods}/web/log`, chunks(['2026-11-23T10:00:01.000000001Z hello\n'], 'silence'))
})
afterEach(async () => {
  await audit.close()
  await connection.close()
  await server.stop()
  rmSync(folder, { recursive: true })
})

const input = { context: 'context:test', namespace: 'shop', streamId: 'stream-0001', services: [], pods: [] }

it('serves the contract, and frees the stream when the window stops reading', async () => {
  const credits = new Credits()
  const { follow } = logsNoun({ directory, lists: new LiveLists(), credits }).handlers
  const window = new AbortController()
  const context = { directory, audit, user: 'maya' }
  const stream = await call(follow, input, { context, signal: window.signal })
  for await (const { lines } of stream) if (lines[0]?.text === 'hello') window.abort()
  await until(() => {
    try {
      credits.open(input.streamId, logCredit)
      return true
    } catch {
      return false
    }
  }, 'the stream to be free')
  expect(server.requestsTo('/api/v1/namespaces/shop/pods/web/log')).toHaveLength(1)
})
