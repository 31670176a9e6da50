import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { TestSandbox } from './testing/sandbox.ts'

let sandbox: TestSandbox
const base = '/api/v1/namespaces/default'
const apps = '/apis/apps/v1/namespaces/default'

beforeAll(async () => {
  sandbox = await TestSandbox.start()
})
afterAll(() => sandbox.stop())

const post = (path: string, body: object) => sandbox.call(path, { method: 'POST', body })
const refusal = async (path: string, options: Parameters<TestSandbox['call']>[1] = {}) => {
  const { code, body } = await sandbox.call(path, options)
  return `${code} ${String(body.reason)}: ${String(body.message)}`
}

describe('what a list asks for', () => {
  it.each([
    ['resourceVersion=abc', '400 BadRequest: invalid resource version: resourceVersion: Invalid value: "abc": strconv.ParseUint: parsing "abc": invalid syntax'], // prettier-ignore
    ['resourceVersion=-1', '400 BadRequest: invalid resource version: resourceVersion: Invalid value: "-1": strconv.ParseUint: parsing "-1": invalid syntax'], // prettier-ignore
    ['resourceVersion=99999999999999999999', '400 BadRequest: invalid resource version: resourceVersion: Invalid value: "99999999999999999999": strconv.ParseUint: parsing "99999999999999999999": value out of range'], // prettier-ignore
    ['resourceVersionMatch=Exact', '422 Invalid: ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided'], // prettier-ignore
    ['resourceVersionMatch=Exact&resourceVersion=0', '422 Invalid: ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch "exact" is forbidden for resourceVersion "0"'], // prettier-ignore
    ['sendInitialEvents=true', '422 Invalid: ListOptions.meta.k8s.io "" is invalid: sendInitialEvents: Forbidden: sendInitialEvents is forbidden for list'], // prettier-ignore
    ['watch=true&resourceVersionMatch=NotOlderThan', '422 Invalid: ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided'], // prettier-ignore
    ['watch=true&resourceVersion=abc', '500 : resourceVersion: Invalid value: "abc": strconv.ParseUint: parsing "abc": invalid syntax'], // prettier-ignore
  ])('%s', async (query, expected) => {
    expect(await refusal(`${base}/pods?${query}`)).toBe(expected)
  })
})

describe('tokens', () => {
  const ask = (expirationSeconds: number) =>
    refusal(`${base}/serviceaccounts/default/token`, { method: 'POST', body: { spec: { expirationSeconds } } })

  it.each([
    [30, 'may not specify a duration less than 10 minutes'],
    [599, 'may not specify a duration less than 10 minutes'],
    [2 ** 32 + 1, 'may not specify a duration larger than 2^32 seconds'],
  ])('%d seconds are refused', async (seconds, why) => {
    expect(await ask(seconds)).toBe(`422 Invalid: TokenRequest.authentication.k8s.io "default" is invalid: spec.expirationSeconds: Invalid value: ${seconds}: ${why}`) // prettier-ignore
  })
})

describe('a patch', () => {
  beforeAll(async () => {
    const template = { metadata: { labels: { app: 'p' } }, spec: { containers: [{ name: 'c', image: 'busybox' }] } }
    const spec = { replicas: 0, selector: { matchLabels: { app: 'p' } }, template }
    await post(`${apps}/deployments`, { metadata: { name: 'patched' }, spec })
  })

  it.each([
    ['application/merge-patch+json', { spec: { replicas: 'many' } }, 'DeploymentSpec.spec.replicas of type int32'],
    ['application/merge-patch+json', { spec: { paused: 1 } }, 'DeploymentSpec.spec.paused of type bool'],
    ['application/merge-patch+json', { spec: { template: { spec: { containers: [{ name: 1 }] } } } }, 'Container.spec.template.spec.containers.name of type string'], // prettier-ignore
    ['application/json-patch+json', [{ op: 'replace', path: '/spec/replicas', value: 'x' }], 'DeploymentSpec.spec.replicas of type int32'], // prettier-ignore
  ])('of a wrong type is invalid, not a bad request (%s %j)', async (contentType, body, field) => {
    const refused = await refusal(`${apps}/deployments/patched`, { method: 'PATCH', contentType, body })
    expect(refused).toMatch(/^422 Invalid: {2}"" is invalid: patch: Invalid value: "/)
    expect(refused).toContain(`Go struct field ${field}`)
  })
})

describe('a PersistentVolumeClaim', () => {
  it('neither shrinks nor grows before it is bound', async () => {
    const spec = { accessModes: ['ReadWriteOnce'], storageClassName: 'none-such', resources: { requests: { storage: '2Gi' } } } // prettier-ignore
    expect(await post(`${base}/persistentvolumeclaims`, { metadata: { name: 'unbound' }, spec })).toMatchObject({ code: 201 }) // prettier-ignore
    for (const storage of ['1Gi', '3Gi']) {
      const body = { spec: { resources: { requests: { storage } } } }
      const options = { method: 'PATCH', contentType: 'application/merge-patch+json', body }
      expect(await refusal(`${base}/persistentvolumeclaims/unbound`, options)).toContain(
        '422 Invalid: PersistentVolumeClaim "unbound" is invalid: spec: Forbidden: spec is immutable after creation except resources.requests', // prettier-ignore
      )
    }
  })
})

describe('a generation', () => {
  it('is counted for the kinds that count it, and for no others', async () => {
    const generationOf = async (path: string, body: object) =>
      ((await post(path, body)).body.metadata as { generation?: number }).generation
    expect(await generationOf('/api/v1/namespaces', { metadata: { name: 'counted' } })).toBeUndefined()
    const service = { metadata: { name: 'counted' }, spec: { ports: [{ port: 80 }] } }
    expect(await generationOf(`${base}/services`, service)).toBeUndefined()
    const slice = { metadata: { name: 'counted' }, addressType: 'IPv4', endpoints: [] }
    expect(await generationOf('/apis/discovery.k8s.io/v1/namespaces/default/endpointslices', slice)).toBe(1)
  })
})
