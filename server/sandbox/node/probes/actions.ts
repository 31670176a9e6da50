import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { connect } from 'node:net'
import type { Container, HttpGetAction, ProbeAction } from '../kinds.ts'

export interface ActionOutcome {
  isSuccess: boolean
  /** In the kubelet's words, for the Unhealthy event. */
  output: string
}

type CommandResult = { code: number; output: string } | 'timeout'

export interface ActionTarget {
  podAddress: string
  container: Container
  /** Runs a command in the container; output is what it printed. */
  execute: (command: string[], timeoutMilliseconds: number) => Promise<CommandResult>
}

/** Performs a probe or a lifecycle hook. Never rejects: a failure is an outcome. */
export async function performAction(
  action: ProbeAction,
  target: ActionTarget,
  timeoutMilliseconds: number,
): Promise<ActionOutcome> {
  if (action.exec !== undefined) return executeCommand(action.exec.command ?? [], target, timeoutMilliseconds)
  if (action.httpGet !== undefined) return getHttp(action.httpGet, target, timeoutMilliseconds)
  if (action.tcpSocket !== undefined) {
    const port = portNumber(action.tcpSocket.port, target.container)
    return openSocket(action.tcpSocket.host ?? target.podAddress, port, timeoutMilliseconds)
  }
  return { isSuccess: false, output: 'no handler that the sandbox knows (exec, httpGet, tcpSocket)' }
}

async function executeCommand(command: string[], target: ActionTarget, timeout: number): Promise<ActionOutcome> {
  const notStarted = (thrown: unknown): CommandResult => ({ code: 126, output: String(thrown) })
  const result = await target.execute(command, timeout).catch(notStarted)
  if (result === 'timeout') {
    return { isSuccess: false, output: `command timed out: "${command.join(' ')}" timed out after ${timeout / 1000}s` }
  }
  // The kubelet shows the beginning of the output only (maxRespBodyLength).
  return { isSuccess: result.code === 0, output: result.output.slice(0, 10 * 1024) }
}

function getHttp(action: HttpGetAction, target: ActionTarget, timeout: number): Promise<ActionOutcome> {
  const isSecure = action.scheme?.toUpperCase() === 'HTTPS'
  const host = action.host ?? target.podAddress
  const port = portNumber(action.port, target.container)
  const path = action.path ?? '/'
  const url = `${isSecure ? 'https' : 'http'}://${host}:${port}${path.startsWith('/') ? path : `/${path}`}`
  const headers: Record<string, string> = { 'user-agent': 'kube-probe/1.35', accept: '*/*' }
  for (const { name, value } of action.httpHeaders ?? []) headers[name.toLowerCase()] = value
  return new Promise((resolve) => {
    const fail = (reason: string): void => resolve({ isSuccess: false, output: `Get "${url}": ${reason}` })
    // The kubelet does not verify certificates either.
    const options = { headers, agent: false, signal: AbortSignal.timeout(timeout), rejectUnauthorized: false }
    const outgoing = (isSecure ? httpsRequest : httpRequest)(url, options, (response) => {
      response.resume()
      const status = response.statusCode ?? 0
      const isSuccess = status >= 200 && status < 400
      resolve({ isSuccess, output: isSuccess ? '' : `HTTP probe failed with statuscode: ${status}` })
    })
    outgoing.on('error', (error) => fail(describe(error, `${host}:${port}`)))
    outgoing.end()
  })
}

function openSocket(host: string, port: number, timeout: number): Promise<ActionOutcome> {
  return new Promise((resolve) => {
    const socket = connect({ host, port })
    const finish = (outcome: ActionOutcome): void => {
      socket.destroy()
      resolve(outcome)
    }
    socket.setTimeout(timeout, () => finish({ isSuccess: false, output: `dial tcp ${host}:${port}: i/o timeout` }))
    socket.on('connect', () => finish({ isSuccess: true, output: '' }))
    socket.on('error', (error) => finish({ isSuccess: false, output: describe(error, `${host}:${port}`) }))
  })
}

function describe(error: Error, address: string): string {
  const code = 'code' in error ? String(error.code) : ''
  if (code === 'ECONNREFUSED') return `dial tcp ${address}: connect: connection refused`
  if (error.name === 'AbortError' || error.name === 'TimeoutError') {
    return 'context deadline exceeded (Client.Timeout exceeded while awaiting headers)'
  }
  return error.message
}

/** A port by number or by the name it has in the container's ports; 0, which nothing listens on, when unknown. */
function portNumber(port: number | string, container: Container): number {
  if (typeof port === 'number') return port
  return container.ports?.find((candidate) => candidate.name === port)?.containerPort ?? (Number(port) || 0)
}
