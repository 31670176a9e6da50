import { createHash } from 'node:crypto'
import { setMaxListeners } from 'node:events'
import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { Agent, buildConnector, request as sendRequest, type Dispatcher } from 'undici'
import { WebSocket } from 'ws'
import { ConsoleError } from '#shared/errors.ts'
import { abortable, cancellation } from './abort.ts'
import { apiError } from './apiErrors.ts'
import { bounds, notKubernetes, readBounded, tooLarge } from './bounds.ts'
import { realClock } from './clock.ts'
import { whyRefused } from './clientCertificate.ts'
import { credentialsOf, type Credential, type Credentials } from './credentials.ts'
import { dial } from './dial.ts'
import { parseAnswer } from './parse.ts'
import { transportError } from './transportErrors.ts'
import { sendUpgrade } from './upgrade.ts'
import { openWebSocket } from './webSocket.ts'
import type {
  ClusterConnection,
  Clock,
  ConnectOptions,
  HttpMethod,
  KubeContext,
  RelayedRequest,
  RelayedResponse,
  RelayedUpgrade,
  RequestOptions,
  StreamedResponse,
  StreamOptions,
  WebSocketOptions,
} from './types.ts'

const defaultTimeout = 30_000
/** client-go's figure for a lost peer. */
const aliveTimeout = 15_000
/** No API server asks for longer; a longer wait is shown as an error instead of a silent pause. */
const longestRetryAfter = 30

/** Opens nothing by itself. Keep one connection per context: its sockets are pooled. */
export function connect(context: KubeContext, options: ConnectOptions = {}): ClusterConnection {
  return new PooledConnection(context, options)
}

interface Sent {
  method: HttpMethod
  path: string
  query: RequestOptions['query']
  body: unknown
  headers: Readonly<Record<string, string>> | undefined
  signal: AbortSignal
  headersTimeout: number
}

class PooledConnection implements ClusterConnection {
  readonly context: KubeContext
  readonly clock: Clock
  readonly #credentials: Credentials
  readonly #environment: Readonly<Record<string, string | undefined>>
  readonly #ended = new AbortController()
  readonly #reconnected = new Set<() => void>()
  /** By what TLS signs in with: a rotated certificate gets a new pool, the old one drains. */
  #pool: { key: string; agent: Agent } | undefined
  #alive: Promise<void> | undefined

  constructor(context: KubeContext, options: ConnectOptions) {
    this.context = context
    this.clock = options.clock ?? realClock
    this.#environment = options.environment ?? process.env
    const sources = {
      allow: options.allowExecPlugin,
      allowSending: options.allowSending,
      environment: this.#environment,
      clock: this.clock,
    }
    this.#credentials = credentialsOf(context, sources)
    // Every socket being dialled and every stream listens: many at once are no leak.
    setMaxListeners(0, this.#ended.signal)
  }

  async request<T>(method: HttpMethod, path: string, options: RequestOptions = {}): Promise<T> {
    const timeout = options.timeout ?? defaultTimeout
    const late = AbortSignal.timeout(timeout)
    const signal = AbortSignal.any([late, this.#ended.signal, ...(options.signal ? [options.signal] : [])])
    const { query, body, headers } = options
    try {
      const sent = { method, path, query, body, headers, signal, headersTimeout: timeout }
      const answer = await this.#sendPatiently(sent, options.retries ?? 3)
      return (await this.#json(answer, path, options.sanitised)) as T
    } catch (thrown) {
      if (late.aborted && !options.signal?.aborted) throw this.#timedOut(method, path, timeout)
      throw this.#explain(thrown, signal, method)
    }
  }

  async stream(method: HttpMethod, path: string, options: StreamOptions = {}): Promise<StreamedResponse> {
    const signal = options.signal ? AbortSignal.any([options.signal, this.#ended.signal]) : this.#ended.signal
    const { query, body, headers } = options
    try {
      const headersTimeout = options.headersTimeout ?? defaultTimeout
      const answer = await this.#send({ method, path, query, body, headers, signal, headersTimeout })
      return { headers: answer.headers, body: answer.body }
    } catch (thrown) {
      throw this.#explain(thrown, signal, method)
    }
  }

  async webSocket(path: string, options: WebSocketOptions): Promise<WebSocket> {
    const signal = options.signal ? AbortSignal.any([options.signal, this.#ended.signal]) : this.#ended.signal
    const open = async (credential: Credential): Promise<WebSocket> =>
      openWebSocket(this.#url(path, options.query).replace(/^http/, 'ws'), options.protocols, {
        headers: credential.headers,
        dial: () => this.#dial(credential, signal),
        signal,
        path,
      })
    try {
      const credential = await this.#credentials.current(signal)
      try {
        return await open(credential)
      } catch (thrown) {
        if (!isUnauthenticated(thrown) || !this.#credentials.renew(credential)) throw thrown
        return await open(await this.#credentials.current(signal))
      }
    } catch (thrown) {
      throw this.#explain(thrown, signal, 'GET')
    }
  }

  async relay(request: RelayedRequest): Promise<RelayedResponse> {
    const { method } = request
    return this.#relayed(request, async (credential, headers, signal) => {
      const answer = await sendRequest(`${this.context.cluster.server}${request.target}`, {
        dispatcher: this.#agentFor(credential),
        method,
        signal,
        headers,
        // Whoever asked decides how long to wait: its signal ends this.
        headersTimeout: 0,
        bodyTimeout: 0,
        ...(request.body === undefined ? {} : { body: request.body }),
      })
      return { status: answer.statusCode, headers: answer.headers, body: answer.body }
    })
  }

  relayUpgrade(request: RelayedRequest): Promise<RelayedResponse | RelayedUpgrade> {
    return this.#relayed<RelayedResponse | RelayedUpgrade>(request, (credential, headers, signal) =>
      sendUpgrade(this.context.cluster.server, { ...request, headers, signal }, () => this.#dial(credential, signal)),
    )
  }

  /** Sends once more with a renewed credential after a 401. */
  async #relayed<Answer extends RelayedResponse | RelayedUpgrade>(
    { headers, method, signal: until }: RelayedRequest,
    send: (credential: Credential, headers: Record<string, string | string[]>, signal: AbortSignal) => Promise<Answer>,
  ): Promise<Answer> {
    const signal = AbortSignal.any([until, this.#ended.signal])
    const attempt = (credential: Credential) =>
      send(credential, { ...headers, ...signedIn(credential, headers) }, signal)
    try {
      const credential = await this.#credentials.current(signal)
      const answer = await attempt(credential)
      if (!('status' in answer) || answer.status !== 401 || !this.#credentials.renew(credential)) return answer
      answer.body.resume()
      return await attempt(await this.#credentials.current(signal))
    } catch (thrown) {
      throw this.#explain(thrown, signal, method === 'GET' ? 'GET' : 'POST')
    }
  }

  async certificates(signal?: AbortSignal): Promise<{ server: string | undefined; client: string | undefined }> {
    const until = signal ? AbortSignal.any([signal, this.#ended.signal]) : this.#ended.signal
    try {
      const credential = await this.#credentials.current(until)
      const socket = await this.#dial(credential, until)
      const shown = socket instanceof TLSSocket ? socket.getPeerX509Certificate()?.toString() : undefined
      socket.destroy()
      return { server: shown, client: credential.tls.cert }
    } catch (thrown) {
      throw this.#explain(thrown, until, 'GET')
    }
  }

  checkAlive(signal?: AbortSignal): Promise<void> {
    this.#alive ??= this.request('GET', '/version', { timeout: aliveTimeout, retries: 0 })
      .then(() => undefined)
      .finally(() => (this.#alive = undefined))
    return abortable(this.#alive, signal)
  }

  reconnect(): void {
    const old = this.#pool
    this.#pool = undefined
    void old?.agent.destroy(new ConsoleError('CONNECTION_LOST', 'The connection was dropped to open a new one.'))
    for (const listener of [...this.#reconnected]) listener()
  }

  onReconnect(listener: () => void): () => void {
    this.#reconnected.add(listener)
    return () => void this.#reconnected.delete(listener)
  }

  async close(): Promise<void> {
    this.#ended.abort(new ConsoleError('CANCELLED', 'The connection was closed.'))
    const old = this.#pool
    this.#pool = undefined
    await old?.agent.destroy()
  }

  /** A 429 or 503 that says when to come back is obeyed; one that does not is an answer. */
  async #sendPatiently(sent: Sent, retries: number): Promise<Dispatcher.ResponseData> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await this.#send(sent)
      } catch (thrown) {
        const seconds = attempt < retries ? secondsToWait(thrown, sent) : undefined
        if (seconds === undefined) throw thrown
        await this.clock.delay(seconds * 1000 + this.clock.random() * 250, sent.signal)
      }
    }
  }

  /** One request; a refused credential is renewed once. */
  async #send(sent: Sent): Promise<Dispatcher.ResponseData> {
    const credential = await this.#credentials.current(sent.signal)
    try {
      return await this.#sendAs(credential, sent)
    } catch (thrown) {
      if (!isUnauthenticated(thrown) || !this.#credentials.renew(credential)) throw thrown
      return await this.#sendAs(await this.#credentials.current(sent.signal), sent)
    }
  }

  async #sendAs(credential: Credential, sent: Sent, isSecondTry = false): Promise<Dispatcher.ResponseData> {
    const { method, path, signal } = sent
    const body = encodeBody(sent.body)
    let answer: Dispatcher.ResponseData
    try {
      answer = await sendRequest(this.#url(path, sent.query), {
        dispatcher: this.#agentFor(credential),
        method,
        signal,
        headersTimeout: sent.headersTimeout,
        // Streams have their own watchdog, requests their own timeout.
        bodyTimeout: 0,
        headers: {
          accept: 'application/json',
          'user-agent': 'agency-swarm-console',
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...credential.headers,
          ...sent.headers,
        },
        ...(body === undefined ? {} : { body }),
      })
    } catch (thrown) {
      // The server may close a pooled connection at the moment it is used again; reading once more is harmless.
      const wasStale = ['ECONNRESET', 'UND_ERR_SOCKET', 'EPIPE'].includes(codeOf(thrown) ?? '')
      if (method !== 'GET' || isSecondTry || !wasStale || signal.aborted) throw thrown
      return this.#sendAs(credential, sent, true)
    }
    if (answer.statusCode >= 200 && answer.statusCode < 300) return answer
    const { text } = await readBounded(answer.body, bounds.refusal)
    const retryAfter = [answer.headers['retry-after']].flat()[0]
    const why = answer.statusCode === 401 ? whyRefused(credential.tls.cert, this.clock.now()) : undefined
    throw apiError({ status: answer.statusCode, body: text, method, path, retryAfter, why })
  }

  async #json({ body, headers }: Dispatcher.ResponseData, path: string, sanitised = false): Promise<unknown> {
    const where = new URL(this.context.cluster.server).host
    const { text, isCut } = await readBounded(body, bounds.answer)
    if (isCut) throw tooLarge(where, `an answer larger than ${bounds.answer >> 20} MiB`)
    if (text === '') return undefined
    try {
      return parseAnswer(text, { sanitised })
    } catch (thrown) {
      if (thrown instanceof SyntaxError) throw notKubernetes(where, headers['content-type'], path)
      throw thrown
    }
  }

  #agentFor(credential: Credential): Agent {
    const key = createHash('sha256').update(JSON.stringify(credential.tls)).digest('hex')
    if (this.#pool?.key === key) return this.#pool.agent
    void this.#pool?.agent.close()
    const connector: buildConnector.connector = (_options, callback) => {
      this.#dial(credential).then(
        (socket) => callback(null, socket),
        (error: unknown) => callback(error instanceof Error ? error : new Error(String(error)), null),
      )
    }
    const agent = new Agent({ connect: connector, pipelining: 1, keepAliveTimeout: 30_000 })
    this.#pool = { key, agent }
    return agent
  }

  #dial(credential: Credential, signal: AbortSignal = this.#ended.signal): Promise<Socket> {
    return dial(this.context.cluster, credential.tls, { environment: this.#environment, signal })
  }

  #url(path: string, query: RequestOptions['query']): string {
    const parameters = new URLSearchParams()
    for (const [name, value] of Object.entries(query ?? {})) {
      for (const one of [value].flat()) if (one !== undefined) parameters.append(name, String(one))
    }
    const text = parameters.toString()
    return `${this.context.cluster.server}${path}${text === '' ? '' : `?${text}`}`
  }

  #explain(thrown: unknown, signal: AbortSignal, method: HttpMethod): ConsoleError {
    if (signal.aborted) return cancellation(signal)
    return transportError(thrown, new URL(this.context.cluster.server).host, method !== 'GET')
  }

  #timedOut(method: HttpMethod, path: string, timeout: number): ConsoleError {
    const safe =
      method === 'GET' ? 'Try again.' : 'It is not known whether the change was made: look before trying again.'
    return new ConsoleError('TIMEOUT', `The cluster did not answer within ${timeout / 1000} s. ${safe}`, {
      method,
      path,
      timeout,
    })
  }
}

/** The credential's headers; impersonation asked for in the request replaces that of the context, as `kubectl --as` does. */
function signedIn(credential: Credential, given: RelayedRequest['headers']): Credential['headers'] {
  const isImpersonation = (name: string): boolean => name.startsWith('impersonate-')
  if (!Object.keys(given).some(isImpersonation)) return credential.headers
  return Object.fromEntries(Object.entries(credential.headers).filter(([name]) => !isImpersonation(name)))
}

function encodeBody(body: unknown): string | Buffer | undefined {
  if (body === undefined || typeof body === 'string') return body
  return body instanceof Uint8Array ? Buffer.from(body) : JSON.stringify(body)
}

const codeOf = (thrown: unknown): string | undefined =>
  thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : undefined

const isUnauthenticated = (thrown: unknown): boolean =>
  thrown instanceof ConsoleError && thrown.code === 'UNAUTHENTICATED' && thrown.details['status'] === 401

/** Evictions are excepted: their 429 is a PodDisruptionBudget, which the caller must show. */
function secondsToWait(thrown: unknown, sent: Sent): number | undefined {
  if (!(thrown instanceof ConsoleError) || sent.path.endsWith('/eviction')) return undefined
  if (thrown.details['status'] !== 429 && thrown.details['status'] !== 503) return undefined
  const seconds = thrown.details['retryAfterSeconds']
  return typeof seconds !== 'number' || seconds > longestRetryAfter ? undefined : seconds
}
