import { afterAll, beforeAll, expect, it } from 'vitest'
import { connect, getObject, type KubeContext } from '../../kube/index.ts'
import { testNamespace, workloadSpec, type TestNamespace } from '../../testing/testNamespace.ts'
import { until } from '../../testing/until.ts'
import { createToken, listAccounts } from './accounts.ts'

let place: TestNamespace
const rbac = 'rbac.authorization.k8s.io'

beforeAll(async () => {
  place = await testNamespace('accounts')
  const { namespace } = place.scope
  await place.create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'robot' } })
  await place.create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'idle' } })
  const rules = [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get'] }]
  await place.create({ apiVersion: `${rbac}/v1`, kind: 'Role', metadata: { name: 'reader' }, rules })
  const bind = (name: string, kind: string, role: string, subjects: object[]) =>
    place.create({
      apiVersion: `${rbac}/v1`,
      kind: 'RoleBinding',
      metadata: { name },
      roleRef: { apiGroup: rbac, kind, name: role },
      subjects,
    })
  await bind('robot', 'Role', 'reader', [{ kind: 'ServiceAccount', name: 'robot', namespace }])
  await bind('elsewhere', 'ClusterRole', 'edit', [{ kind: 'ServiceAccount', name: 'robot', namespace: 'other' }])
  await bind('all', 'ClusterRole', 'view', [
    { apiGroup: rbac, kind: 'Group', name: `system:serviceaccounts:${namespace}` },
  ])
  const spec = workloadSpec('runner', 1, {}, { serviceAccountName: 'robot' })
  await place.create({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'runner' }, spec })
  await until(async () => (await rows()).some(({ pods }) => pods === 1), 'the pod')
})
afterAll(() => place.stop())

const rows = () => listAccounts(place.connection, place.scope.namespace)

it('lists accounts with the roles that are bound to them here, and the pods that run as them', async () => {
  const found = Object.fromEntries((await rows()).map(({ name, roles, pods }) => [name, { roles, pods }]))
  expect(found).toMatchObject({
    robot: { roles: ['ClusterRole view', 'Role reader'], pods: 1 },
    idle: { roles: ['ClusterRole view'], pods: 0 },
  })
})

it('makes a token of limited life that signs in as the account, and may do what its roles say', async () => {
  const { namespace } = place.scope
  const before = Date.now()
  const { token, expiresAt } = await createToken(place.connection, { namespace, name: 'robot', seconds: 900 })
  expect(expiresAt - before).toBeGreaterThan(800_000)
  expect(expiresAt - before).toBeLessThan(1_000_000)
  const context: KubeContext = { ...place.connection.context, user: { name: 'robot', token } }
  const robot = connect(context)
  const map = (name: string) => getObject(robot, { apiVersion: 'v1', kind: 'ConfigMap', namespace, name })
  await expect(map('absent')).rejects.toMatchObject({ code: 'NOT_FOUND' })
  const secret = getObject(robot, { apiVersion: 'v1', kind: 'Secret', namespace, name: 'absent' })
  await expect(secret).rejects.toMatchObject({ code: 'FORBIDDEN' })
  await robot.close()
})

it('says when there is no such account', async () => {
  const call = createToken(place.connection, { namespace: place.scope.namespace, name: 'nobody', seconds: 600 })
  await expect(call).rejects.toMatchObject({ code: 'NOT_FOUND' })
})
