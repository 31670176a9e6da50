import { afterEach, beforeEach, expect, it } from 'vitest'
import { ConsoleError } from '#shared/errors.ts'
import { connect, type ClusterConnection } from '../../kube/index.ts'
import { json, startMisbehavingServer, status, type MisbehavingServer } from '../../testing/misbehavingServer.ts'
import { deletePods } from './deletePods.ts'

let server: MisbehavingServer
let connection: ClusterConnection
beforeEach(async () => {
  server = await startMisbehavingServer()
  connection = connect(server.context())
  server.on('/api', json({ kind: 'APIVersions', versions: ['v1'] }))
  server.on('/apis', json({ kind: 'APIGroupList', groups: [] }))
  server.on('/api/v1', json({ resources: [{ name: 'pods', kind: 'Pod', namespaced: true, verbs: ['delete'] }] }))
})
afterEach(async () => {
  await connection.close()
  await server.stop()
})

const names = Array.from({ length: 500 }, (_none, index) => `web-${index}`)
const pathOf = (name: string) => `/api/v1/namespaces/shop/pods/${name}`
const deleteAll = () => deletePods(connection, 'shop', names).catch((thrown: unknown) => thrown)

it('deletes all the others when some are refused, and says which are which', async () => {
  for (const name of names) server.on(pathOf(name), json({ kind: 'Status', status: 'Success' }))
  for (const name of ['web-3', 'web-499']) server.on(pathOf(name), status(403, 'Forbidden'))
  server.on(pathOf('web-7'), status(504, 'Timeout'))
  const error = await deleteAll()
  expect(error).toBeInstanceOf(ConsoleError)
  const { code, message, details } = error as ConsoleError
  expect(code).toBe('FORBIDDEN')
  expect(message).toMatch(/^497 of 500 pods were deleted\. Not deleted: web-3, web-499\. Not known, .*: web-7\./)
  expect(message).not.toMatch(/nothing was changed/i)
  expect(details['deleted']).toHaveLength(497)
  expect(details).toMatchObject({ refused: [{ name: 'web-3' }, { name: 'web-499' }], unknown: [{ name: 'web-7' }] })
})

it('counts a pod that is gone already as deleted', async () => {
  for (const name of names) server.on(pathOf(name), status(404, 'NotFound'))
  expect(await deleteAll()).toBeUndefined()
})
