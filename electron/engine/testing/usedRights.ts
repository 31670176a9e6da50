import { subscribe, unsubscribe } from 'node:diagnostics_channel'

/** What a URL asks for, as Kubernetes' RequestInfo reads it (k8s.io/apiserver/pkg/endpoints/request). */
interface Asked {
  verbs: string[]
  /** `pods/exec` */
  resource: string
  group: string
  isClusterScoped: boolean
}

const writing: Record<string, string> = { POST: 'create', PUT: 'update', PATCH: 'patch' }
/** Opened by GET, and authorised as create too from Kubernetes 1.35 on. */
const streams = ['pods/exec', 'pods/attach', 'pods/portforward']
/** Every signed-in user may ask about own rights (system:basic-user). */
const free = ['selfsubjectaccessreviews', 'selfsubjectrulesreviews']

function askedBy(method: string, url: string, status: number): Asked | undefined {
  const { pathname, searchParams } = new URL(url, 'https://cluster')
  const parts = pathname.split('/').filter((part) => part !== '')
  const root = parts.shift()
  if (root !== 'api' && root !== 'apis') return undefined
  const group = root === 'api' ? '' : (parts.shift() ?? '')
  parts.shift()
  if (parts.length === 0) return undefined
  const isInNamespace = parts[0] === 'namespaces' && parts.length > 2
  if (isInNamespace) parts.splice(0, 2)
  const [plural = '', name, ...rest] = parts
  if (free.includes(plural)) return undefined
  const resource = [plural, ...rest].join('/')
  const isWatch = ['true', '1'].includes(searchParams.get('watch') ?? '')
  const reading = isWatch ? 'watch' : name === undefined ? 'list' : 'get'
  const verb = method === 'GET' ? reading : method === 'DELETE' ? 'delete' : (writing[method] ?? method)
  const also = streams.includes(resource) || (method === 'PATCH' && status === 201) ? ['create'] : []
  return { verbs: [verb, ...also], resource, group, isClusterScoped: !isInNamespace }
}

/** One line per right: `get pods/log`, `list nodes in the cluster`. */
export const rightLine = (verb: string, { group, resource, isClusterScoped }: Omit<Asked, 'verbs'>): string =>
  `${verb} ${resource}${group === '' ? '' : `.${group}`}${isClusterScoped ? ' in the cluster' : ''}`

interface Answered {
  request: { method: string; path: string; origin?: string; host?: string }
  response: { statusCode: number }
}

/** Watches all that this process asks of one API server, however it is asked: Node tells of every HTTP request. */
export class UsedRights {
  /** Since the last `take`. */
  #used = new Set<string>()
  readonly denied = new Set<string>()
  readonly #server: string
  readonly #onAnswer = (message: unknown) => this.#note(message as Answered)
  readonly #channels = ['undici:request:headers', 'http.client.response.finish']
  readonly #onUpgrade = (message: unknown) => {
    const { request } = message as Pick<Answered, 'request'>
    // A WebSocket that opens has no response.
    this.#note({ request, response: { statusCode: 101 } })
  }

  /** @param server `https://host:port` */
  constructor(server: string) {
    this.#server = new URL(server).host
    for (const channel of this.#channels) subscribe(channel, this.#onAnswer)
    subscribe('http.client.request.start', this.#onUpgrade)
  }

  /** What was used since the last call. */
  take(): Set<string> {
    const used = this.#used
    this.#used = new Set()
    return used
  }

  stop(): void {
    for (const channel of this.#channels) unsubscribe(channel, this.#onAnswer)
    unsubscribe('http.client.request.start', this.#onUpgrade)
  }

  #note({ request, response }: Answered): void {
    const { method, path, origin, host } = request
    if (origin !== undefined && new URL(origin).host !== this.#server) return
    if (origin === undefined && !this.#server.startsWith(host ?? '')) return
    const asked = askedBy(method, path, response.statusCode)
    if (!asked) return
    for (const verb of asked.verbs) {
      if (response.statusCode === 403) this.denied.add(rightLine(verb, asked))
      else if (response.statusCode !== 404 || verb !== 'create') this.#used.add(rightLine(verb, asked))
    }
  }
}
