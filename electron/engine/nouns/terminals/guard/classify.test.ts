import { describe, expect, it } from 'vitest'
import { classify } from './classify.ts'

const json = { 'content-type': 'application/json' }

function judge(line: string, given: { body?: string; headers?: Record<string, string>; isUpgrade?: boolean } = {}) {
  const [method = '', target = ''] = line.split(' ')
  const { body = '', headers = json, isUpgrade = false } = given
  return classify({ method, target, headers, body: Buffer.from(body), isUpgrade })
}

const pod = '/api/v1/namespaces/shop/pods/web-0'

describe('what reads', () => {
  it.each([
    'GET /',
    'GET /version',
    'GET /openapi/v2',
    'GET /api',
    'GET /apis/',
    'GET /apis/apps/v1',
    `GET ${pod}`,
    `HEAD ${pod}`,
    `OPTIONS ${pod}`,
    `GET ${pod}/log?follow=true`,
    `GET ${pod}/status`,
    'GET /api/v1/pods?watch=true',
    'GET /api/v1/watch/pods',
    'GET /apis/rbac.authorization.k8s.io/v1/clusterroles/system:controller:job',
    'GET /apis/rbac.authorization.k8s.io/v1/clusterroles/system%3Acontroller%3Ajob',
    'GET /api/v1/namespaces/shop/pods?labelSelector=a%3Db%2Cc%21%3Dd',
    'POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
    'POST /apis/authorization.k8s.io/v1/selfsubjectrulesreviews',
    'POST /apis/authorization.k8s.io/v1/subjectaccessreviews',
    'POST /apis/authorization.k8s.io/v1/namespaces/shop/localsubjectaccessreviews',
    'POST /apis/authentication.k8s.io/v1/selfsubjectreviews',
    'POST /apis/authentication.k8s.io/v1/tokenreviews',
    `POST /api/v1/namespaces/shop/pods?dryRun=All`,
    `PATCH ${pod}?dryRun=All&fieldManager=kubectl`,
    `PUT ${pod}?fieldManager=kubectl&dryRun=All`,
    `PATCH /apis/apps/v1/namespaces/shop/deployments/web/scale?dryRun=All`,
    `DELETE ${pod}?dryRun=All`,
  ])('%s', (line) => expect(judge(line)).toMatchObject({ isRead: true, verb: 'read' }))

  it('a deletion whose options say dry run', () => {
    expect(judge(`DELETE ${pod}`, { body: '{"dryRun":["All"]}' }).isRead).toBe(true)
    expect(judge(`POST ${pod}/eviction`, { body: '{"deleteOptions":{"dryRun":["All"]}}' }).isRead).toBe(true)
  })

  it('sends a body of its own making where the options decide', () => {
    const { body } = judge(`DELETE ${pod}`, { body: '{"dryRun":[],"dryRun":["All"]}' })
    expect(body.toString()).toBe('{"dryRun":["All"]}')
  })
})

describe('what writes', () => {
  it.each([
    ['POST /api/v1/namespaces/shop/pods', 'create', 'pods', 2],
    [`PUT ${pod}`, 'update', 'pods', 2],
    [`PATCH ${pod}`, 'patch', 'pods', 2],
    [`PATCH ${pod}/status`, 'patch', 'pods/status', 2],
    [`DELETE ${pod}`, 'delete', 'pods', 2],
    ['DELETE /api/v1/namespaces/shop/pods', 'deletecollection', 'pods', 3],
    ['DELETE /api/v1/namespaces/shop', 'delete', 'namespaces', 3],
    ['DELETE /api/v1/namespaces/shop/secrets/s', 'delete', 'secrets', 3],
    ['DELETE /api/v1/namespaces/shop/persistentvolumeclaims/data', 'delete', 'persistentvolumeclaims', 3],
    ['DELETE /apis/apps/v1/namespaces/shop/statefulsets/db', 'delete', 'statefulsets.apps', 3],
    ['PATCH /apis/apps/v1/namespaces/shop/deployments/web/scale', 'patch', 'deployments.apps/scale', 2],
    [`POST ${pod}/eviction`, 'create', 'pods/eviction', 2],
    ['POST /api/v1/namespaces/shop/serviceaccounts/a/token', 'create', 'serviceaccounts/token', 2],
    ['POST /api/v1/namespaces/shop/serviceaccounts/a/token?dryRun=All', 'create', 'serviceaccounts/token', 2],
    ['POST /apis/evil.io/v1/selfsubjectaccessreviews', 'create', 'selfsubjectaccessreviews.evil.io', 2],
    [
      'PUT /apis/authorization.k8s.io/v1/selfsubjectaccessreviews/x',
      'update',
      'selfsubjectaccessreviews.authorization.k8s.io',
      2,
    ],
    ['PATCH /api/v1/nodes/one', 'patch', 'nodes', 2],
  ] as const)('%s', (line, verb, resource, level) => {
    expect(judge(line)).toMatchObject({ isRead: false, verb, resource, level })
  })

  it.each([
    `PATCH ${pod}?dryRun=`,
    `PATCH ${pod}?dryRun=all`,
    `PATCH ${pod}?dryrun=All`,
    `PATCH ${pod}?dryRun=All&dryRun=All`,
    `PATCH ${pod}?dryRun=All&dryRun=`,
    `PATCH ${pod}?dryRun=All;x=1`,
    `PATCH ${pod}?x=1;dryRun=All`,
    `PATCH ${pod}?dryRun=All%20`,
    `PATCH ${pod}?dryRun=All%00`,
    `PATCH ${pod}?a=b%26dryRun=All`,
    `PATCH ${pod}?a=b#dryRun=All`,
    `PATCH ${pod}?watch=true`,
    `POST /apis/subresources.kubevirt.io/v1/namespaces/a/virtualmachines/b/restart?dryRun=All`,
  ])('no dry run: %s', (line) => expect(judge(line).isRead).toBe(false))

  it.each([
    ['{"dryRun":["All"]', json],
    ['{"dryRun":["All","All"]}', json],
    ['{"dryRun":"All"}', json],
    ['{"DryRun":["All"]}', json],
    ['{"dryRun":["All"],"dryRun":[]}', json],
    ['{}', json],
    ['[]', json],
    ['dryRun: [All]', { 'content-type': 'application/yaml' }],
    ['{"dryRun":["All"]}', {}],
    ['{"dryRun":["All"]}', { 'content-type': 'application/vnd.kubernetes.protobuf' }],
  ])('no dry run of a deletion, whatever its query says: %s', (body, headers) => {
    expect(judge(`DELETE ${pod}?dryRun=All`, { body, headers: headers }).isRead).toBe(false)
  })
})

describe('ways into pods and through the API server', () => {
  it.each([
    `GET ${pod}/exec?command=id`,
    `POST ${pod}/exec?command=id&dryRun=All`,
    `GET ${pod}/attach`,
    `GET ${pod}/portforward`,
    `GET ${pod}/proxy`,
    `GET ${pod}/proxy/`,
    `HEAD ${pod}/proxy/admin/delete`,
    `GET ${pod}/%65xec?command=id`,
    `GET ${pod}/exec/`,
    'GET /api/v1/nodes/one/proxy/run/shop/web-0/app',
    'GET /api/v1/namespaces/shop/services/https:web:443/proxy/x',
    'GET /api/v1/proxy/namespaces/shop/services/web',
    'GET /api/v1/watch/namespaces/shop/pods/web-0/exec',
  ])('%s', (line) => expect(judge(line)).toMatchObject({ isRead: false, verb: 'connect' }))

  it('every upgrade is one', () => {
    expect(judge(`GET ${pod}`, { isUpgrade: true })).toMatchObject({ isRead: false, verb: 'connect' })
    expect(
      judge('GET /apis/subresources.kubevirt.io/v1/namespaces/a/virtualmachines/b/vnc', { isUpgrade: true }).isRead,
    ).toBe(false)
  })
})

describe('what cannot be read in one way only', () => {
  it.each([
    'GET //api/v1/pods',
    'GET /api/v1//pods',
    'GET /api/v1/pods//',
    'GET /api/v1/../../x',
    'GET /api/v1/./pods',
    'GET /api/v1/pods/%2e%2e/x',
    'GET /api/v1/namespaces/shop/pods/web-0%2fexec',
    'GET /api/v1/namespaces/shop/pods/web-0%2Fexec',
    'GET /api/v1/namespaces/shop/pods/web-0%252fexec',
    'GET /api/v1/namespaces/shop/pods/web-0\\exec',
    'GET /api/v1/namespaces/shop/pods/web-0/ex%00ec',
    'GET /api/v1/namespaces/shop/pods/web-0/%ffexec',
    'GET /api/v1/pods%',
    'GET https://elsewhere/api/v1/pods',
    'GET api/v1/pods',
    'GET *',
    'POST /healthz',
    'DELETE /',
    'POST /api/v1',
    'PROPFIND /api/v1/pods',
    'delete /api/v1/pods',
    'Get /api/v1/pods',
  ])('%s', (line) => expect(judge(line)).toMatchObject({ isRead: false, verb: 'unclear', level: 3 }))
})

it('sends what it understood, written again', () => {
  expect(judge('GET /api/v1/namespaces/shop/p%6fds/web?limit=5&a=b+c').target).toBe(
    '/api/v1/namespaces/shop/pods/web?limit=5&a=b+c',
  )
})
