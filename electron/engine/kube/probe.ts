import { lookup } from 'node:dns/promises'
import { isIP, type Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { asConsoleError, type ConsoleError } from '#shared/errors.ts'
import { abortable } from './abort.ts'
import { connect } from './connection.ts'
import { credentialsOf } from './credentials.ts'
import { addressOf } from './address.ts'
import { dialTcp, dialTls } from './dial.ts'
import { realClock } from './clock.ts'
import { proxyFor } from './proxy.ts'
import { transportError } from './transportErrors.ts'
import type { ConnectOptions, KubeContext, ProbeResult, ProbeStage } from './types.ts'

const order: ProbeStage['stage'][] = ['kubeconfig', 'dns', 'tcp', 'tls', 'sign-in', 'version']

/**
 * Tries a context stage by stage and says where it fails. Never throws: what failed is in the result.
 * @param options.timeout milliseconds for each stage of the connection; 10,000 by default
 */
export async function probe(
  context: KubeContext,
  options: ConnectOptions & { signal?: AbortSignal; timeout?: number } = {},
): Promise<ProbeResult> {
  const { clock = realClock, signal, timeout = 10_000, environment = process.env } = options
  const { cluster } = context
  const { host, isTls } = addressOf(cluster)
  const stages: ProbeStage[] = []
  const started = clock.now()
  let error: ConsoleError | undefined
  let socket: Socket | undefined
  let serverVersion: string | undefined

  const run = async (stage: ProbeStage['stage'], work: () => Promise<string | undefined>): Promise<void> => {
    if (error) return void stages.push({ stage, outcome: 'skipped', milliseconds: 0 })
    const from = clock.now()
    try {
      const detail = await work()
      stages.push({
        stage,
        outcome: 'passed',
        milliseconds: clock.now() - from,
        ...(detail === undefined ? {} : { detail }),
      })
    } catch (thrown) {
      error = transportError(thrown, new URL(cluster.server).host)
      stages.push({ stage, outcome: 'failed', milliseconds: clock.now() - from, error })
    }
  }

  const dialing = { environment, timeout, ...(signal ? { signal } : {}) }
  const sources = { allow: options.allowExecPlugin, allowSending: options.allowSending, environment, clock }
  const connection = connect(context, options)
  const work: Record<ProbeStage['stage'], () => Promise<string | undefined>> = {
    // Reads the files the kubeconfig names; the sign-in program has its own stage.
    kubeconfig: async () => {
      await credentialsOf({ ...context, user: { ...context.user, exec: undefined } }, sources).current(signal)
      return cluster.server
    },
    dns: async () => {
      if (isIP(host)) return undefined
      if (proxyFor(cluster, environment)) return 'left to the proxy'
      const found = await abortable(lookup(host, { all: true }), signal)
      return found.map(({ address }) => address).join(', ')
    },
    tcp: async () => {
      socket = await dialTcp(cluster, dialing)
      return `${socket.remoteAddress ?? ''}:${socket.remotePort ?? ''}`
    },
    tls: async () => {
      if (!isTls || !socket) return 'not encrypted'
      const { tls } = await credentialsOf({ ...context, user: { ...context.user, exec: undefined } }, sources).current(
        signal,
      )
      socket = await dialTls(cluster, socket, tls, dialing)
      return certificateNames(socket)
    },
    // /version is open to everyone on most clusters: a review needs a real identity.
    'sign-in': async () => {
      const review = {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectAccessReview',
        spec: { resourceAttributes: { verb: 'list', resource: 'pods' } },
      }
      const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews'
      await connection.request('POST', path, { body: review, timeout, retries: 0, ...(signal ? { signal } : {}) })
      return undefined
    },
    version: async () => {
      const answer = await connection.request<{ gitVersion?: unknown } | null | undefined>('GET', '/version', {
        sanitised: true,
        timeout,
        retries: 0,
        ...(signal ? { signal } : {}),
      })
      serverVersion = typeof answer?.gitVersion === 'string' ? answer.gitVersion.slice(0, 100) : undefined
      return serverVersion
    },
  }
  try {
    for (const stage of order) await run(stage, work[stage])
  } finally {
    socket?.on('error', () => undefined).destroy()
    await connection.close().catch(asConsoleError)
  }
  return {
    reachable: error === undefined,
    stages,
    milliseconds: clock.now() - started,
    ...(error ? { error } : {}),
    ...(serverVersion === undefined ? {} : { serverVersion }),
  }
}

function certificateNames(socket: Socket): string | undefined {
  if (!(socket instanceof TLSSocket)) return undefined
  const { subjectaltname, valid_to: until } = socket.getPeerCertificate()
  return `${subjectaltname ?? 'no names'}, valid until ${until ?? 'unknown'}`
}
