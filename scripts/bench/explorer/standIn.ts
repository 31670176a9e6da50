import { createServer, type ServerResponse } from 'node:http'
import { generatedPods } from './pods.ts'

// A stand-in API server in a process of its own, for reading: discovery, pages, tables, watches that stay quiet, access reviews. Each
// answer is written afresh, as an API server does, for kubectl and the console alike. It counts what it is asked.
const namespace = 'flood'
const pods = generatedPods(Number(process.argv[2]), namespace) as Pod[]
interface Pod {
  metadata: { name: string }
  spec: { nodeName: string }
  status: { podIP: string; containerStatuses: { restartCount: number }[] }
}

/** What was asked since the last reset. */
export interface Asked {
  requests: { what: string; bytes: number }[]
  /** Watches of pods that are open now. */
  podWatches: number
}
let asked: Asked['requests'] = []
let podWatches = 0

const groups: Record<string, { name: string; kind: string; namespaced: boolean }[]> = {
  '/api/v1': [
    ...['Pod', 'Service', 'ConfigMap', 'Event', 'Secret'].map((kind) => resource(kind, true)),
    ...['Namespace', 'Node'].map((kind) => resource(kind, false)),
  ],
  '/apis/apps/v1': ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet'].map((kind) => resource(kind, true)),
  '/apis/batch/v1': ['Job', 'CronJob'].map((kind) => resource(kind, true)),
  '/apis/networking.k8s.io/v1': [{ name: 'networkpolicies', kind: 'NetworkPolicy', namespaced: true }],
}
function resource(kind: string, namespaced: boolean) {
  return { name: `${kind.toLowerCase()}s`, kind, namespaced }
}

const columns = ['Name', 'Ready', 'Status', 'Restarts', 'Age', 'IP', 'Node', 'Nominated Node', 'Readiness Gates']
const columnDefinitions = columns.map((name, index) => ({
  name,
  type: name === 'Restarts' ? 'integer' : 'string',
  format: name === 'Name' ? 'name' : '',
  description: `${name} of the pod`,
  priority: index > 4 ? 1 : 0,
}))
function tableRow(pod: Pod, includeObject: string | null) {
  const { metadata, spec, status } = pod
  const meta = { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata }
  const restarts = status.containerStatuses[0]?.restartCount ?? 0
  return {
    cells: [metadata.name, '1/1', 'Running', restarts, '10d', status.podIP, spec.nodeName, '<none>', '<none>'],
    ...(includeObject === 'None' ? {} : { object: meta }),
  }
}

function podList(query: URLSearchParams, accept: string): object {
  const isSelected = !query.has('labelSelector') && !query.has('fieldSelector')
  const all = isSelected ? pods : []
  const from = Number(query.get('continue') ?? 0)
  const limit = Number(query.get('limit') ?? 0) || all.length
  const page = all.slice(from, from + limit)
  const rest = all.length - from - page.length
  const more = rest > 0 ? { continue: String(from + page.length), remainingItemCount: rest } : {}
  const metadata = { resourceVersion: '100000', ...more }
  if (!accept.includes('as=Table')) return { kind: 'PodList', apiVersion: 'v1', metadata, items: page }
  const rows = page.map((pod) => tableRow(pod, query.get('includeObject')))
  return { kind: 'Table', apiVersion: 'meta.k8s.io/v1', metadata, ...(from === 0 ? { columnDefinitions } : {}), rows }
}

function answerTo(path: string, query: URLSearchParams, accept: string): object | undefined {
  if (path === '/version') return { major: '1', minor: '36', gitVersion: 'v1.36.0' }
  if (path === '/api') return { kind: 'APIVersions', versions: ['v1'] }
  if (path === '/apis') {
    const names = Object.keys(groups).filter((name) => name !== '/api/v1')
    const list = names.map((name) => {
      const [, , group = '', version = ''] = name.split('/')
      const served = { groupVersion: `${group}/${version}`, version }
      return { name: group, versions: [served], preferredVersion: served }
    })
    return { kind: 'APIGroupList', apiVersion: 'v1', groups: list }
  }
  const served = groups[path]
  if (served) {
    const groupVersion = path.replace(/^\/apis?\//, '')
    const resources = served.map((each) => ({ ...each, singularName: '', verbs: ['get', 'list', 'watch'] }))
    return { kind: 'APIResourceList', groupVersion, resources }
  }
  if (path === `/api/v1/namespaces/${namespace}/pods`) return podList(query, accept)
  if (path === '/api/v1/namespaces/kube-system') {
    return {
      kind: 'Namespace',
      apiVersion: 'v1',
      metadata: { name: 'kube-system', uid: '0e7c6d0a-0000-4000-8000-000000000001' },
    }
  }
  const name = path.split('/').at(-1) ?? ''
  const found = Object.entries(groups).find(
    ([root, kinds]) => path.startsWith(`${root}/`) && kinds.some((each) => each.name === name),
  )
  if (!found) return undefined
  const kind = found[1].find((each) => each.name === name)?.kind ?? ''
  const items =
    name === 'namespaces' ? [namespace, 'kube-system'].map((each) => ({ metadata: { name: each, uid: each } })) : []
  return {
    kind: `${kind}List`,
    apiVersion: found[0].replace(/^\/apis?\//, ''),
    metadata: { resourceVersion: '100000' },
    items,
  }
}

function send(response: ServerResponse, code: number, body: object): number {
  const text = JSON.stringify(body)
  response.writeHead(code, { 'content-type': 'application/json' }).end(text)
  return Buffer.byteLength(text)
}

const server = createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://server')
  const { pathname: path, searchParams: query } = url
  const accept = request.headers.accept ?? ''
  if (path === '/bench/asked') return void send(response, 200, { requests: asked, podWatches } satisfies Asked)
  if (path === '/bench/reset') {
    asked = []
    return void send(response, 200, {})
  }
  const isWatch = query.get('watch') === 'true' || query.get('watch') === '1'
  const form = isWatch
    ? 'watch'
    : accept.includes('as=Table')
      ? 'table'
      : accept.includes('as=Partial')
        ? 'metadata'
        : 'list'
  const one = {
    what: `${request.method} ${form} ${path}${['labelSelector', 'continue']
      .filter((each) => query.has(each))
      .map((each) => `?${each}`)
      .join('')}`,
    bytes: 0,
  }
  asked.push(one)
  if (isWatch) {
    const isPods = path.endsWith('/pods')
    if (isPods) podWatches += 1
    response.on('close', () => (podWatches -= isPods ? 1 : 0))
    response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders()
    return
  }
  if (request.method === 'POST') {
    let text = ''
    request.on('data', (chunk: Buffer) => (text += chunk.toString()))
    request.on('end', () => {
      one.bytes = send(response, 201, { ...(JSON.parse(text) as object), status: { allowed: true } })
    })
    return
  }
  const body = answerTo(path, query, accept)
  one.bytes = body
    ? send(response, 200, body)
    : send(response, 404, {
        kind: 'Status',
        apiVersion: 'v1',
        status: 'Failure',
        reason: 'NotFound',
        code: 404,
        message: path,
      })
})
server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  process.send?.({ port: typeof address === 'object' ? address?.port : 0 })
})
// Whoever started it has ended.
process.on('disconnect', () => process.exit(0))
