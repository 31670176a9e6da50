import { connect as dialLocal } from 'node:net'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Forward } from '#shared/contract/forwards.ts'
import { connect, type ClusterConnection } from '../../kube/index.ts'
import { json, startMisbehavingServer, type MisbehavingServer } from '../../testing/misbehavingServer.ts'
import { until } from '../../testing/until.ts'
import { Forwards } from './forwards.ts'
import { sameCluster } from '../../testing/sameCluster.ts'

let server: MisbehavingServer
let connection: ClusterConnection
let forwards: Forwards
beforeEach(async () => {
  server = await startMisbehavingServer()
  connection = connect(server.context())
  forwards = new Forwards({
    directory: {
      connection: () => Promise.resolve(connection),
      ...sameCluster,
      facts: () => ({ name: 'test', environment: 'other', role: 'operator' }),
    },
  })
  server.on('/api', json({ kind: 'APIVersions', versions: ['v1'] }))
  server.on('/apis', json({ kind: 'APIGroupList', groups: [] }))
  server.on('/api/v1', json({ resources: [{ name: 'pods', kind: 'Pod', namespaced: true, verbs: ['get'] }] }))
  server.on('/api/v1/namespaces/shop/pods/db', json({ metadata: { name: 'db' } }))
})
afterEach(async () => {
  await forwards.stop()
  await connection.close()
  await server.stop()
})

const wanted = { context: 'context:test', namespace: 'shop', pod: 'db', port: 5432, localPort: 0 }

const knock = (port: number): Promise<string> =>
  new Promise((resolve) => {
    const socket = dialLocal(port, '127.0.0.1')
    let text = ''
    socket.on('data', (data) => {
      text += data.toString()
      socket.end()
    })
    socket.on('error', () => undefined).once('close', () => resolve(text))
  })

it('opens, tells its state as it changes, and closes', async () => {
  const lists: Forward[][] = []
  const controller = new AbortController()
  const watching = (async () => {
    for await (const list of forwards.watch(controller.signal)) lists.push(list)
  })()
  const { id, localPort } = await forwards.open(wanted)
  await knock(localPort)
  await until(() => lists.at(-1)?.[0]?.state === 'failed', 'the failure')
  expect(lists.at(-1)?.[0]?.detail).toContain('pods/portforward')
  server.onSocket('/api/v1/namespaces/shop/pods/db/portforward', ['v4.channel.k8s.io'], (socket) => {
    for (const channel of [0, 1]) socket.send(Buffer.from([channel, 0x38, 0x15]))
    socket.send(Buffer.from('\0hello'))
  })
  await expect(knock(localPort)).resolves.toBe('hello')
  await until(() => lists.at(-1)?.[0]?.state === 'open', 'the recovery')
  await forwards.close(id)
  await until(() => lists.at(-1)?.length === 0, 'the empty list')
  await expect(forwards.close(id)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  controller.abort()
  await watching
})

it('refuses a pod that does not exist and a local port that is taken', async () => {
  await expect(forwards.open({ ...wanted, pod: 'nobody' })).rejects.toMatchObject({ code: 'NOT_FOUND' })
  const { localPort } = await forwards.open(wanted)
  await expect(forwards.open({ ...wanted, localPort })).rejects.toMatchObject({ code: 'BUSY' })
  expect(forwards.list()).toHaveLength(1)
})

const portforward = '/api/v1/namespaces/shop/pods/db/portforward'
const header = [0, 1].map((channel) => Buffer.from([channel, 0x38, 0x15]))
const garbage: [string, (Buffer | string)[]][] = [
  ['nothing of a header', [Buffer.from([0])]],
  ['a header of another port', [Buffer.from([0, 1, 2]), Buffer.from([1, 1, 2])]],
  ['an empty frame', [Buffer.alloc(0), ...header]],
  ['a channel that does not exist', [...header, Buffer.from([7, 1, 2, 3])]],
  ['text instead of bytes', ['hello', ...header]],
  ['an error that is no text', [...header, Buffer.from([1, 0xff, 0xfe, 0])]],
  ['a megabyte of noise at once', [Buffer.alloc(1 << 20, 0xa5)]],
]

it('outlives a cluster that sends anything: the next connection is served', async () => {
  const served = garbage.map(async ([what, frames], index) => {
    const pod = `db-${index}`
    server.on(`/api/v1/namespaces/shop/pods/${pod}`, json({ metadata: { name: pod } }))
    server.onSocket(
      `/api/v1/namespaces/shop/pods/${pod}/portforward`,
      ['v4.channel.k8s.io'],
      (socket) => {
        for (const frame of frames) socket.send(frame)
        socket.close()
      },
      (socket) => {
        for (const frame of header) socket.send(frame)
        socket.send(Buffer.from('\0hello'))
      },
    )
    const { localPort } = await forwards.open({ ...wanted, pod })
    await knock(localPort)
    return [what, await knock(localPort)]
  })
  expect(await Promise.all(served)).toEqual(garbage.map(([what]) => [what, 'hello']))
})

it('passes any bytes of a program on as they are, and outlives one that is cut off', async () => {
  const sent = Buffer.from(Array.from({ length: 100_000 }, (_, index) => (index * 7919) % 256))
  const received: Buffer[] = []
  server.onSocket(portforward, ['v4.channel.k8s.io'], (socket) => {
    for (const frame of header) socket.send(frame)
    socket.on('message', (data: Buffer) => {
      if (data[0] === 0) received.push(data.subarray(1))
    })
  })
  const { localPort } = await forwards.open(wanted)
  const socket = dialLocal(localPort, '127.0.0.1')
  socket.on('error', () => undefined).write(sent)
  await until(() => Buffer.concat(received).length === sent.length, 'the bytes')
  expect(Buffer.concat(received).equals(sent)).toBe(true)
  socket.resetAndDestroy()
  await until(() => forwards.list()[0]?.state === 'open', 'the forward to continue')
  expect(forwards.list()).toHaveLength(1)
})
