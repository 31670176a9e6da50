import type { Permission } from './model.ts'

export interface Session {
  /** The access token. It lives in this page's memory only; a reload gets a new one by the cookie that no script can read. */
  readonly token: string
  readonly expiresAt: string
  readonly name: string
  readonly permission: Permission
}

/** A refusal, with its code for programs and its sentence for people. */
export class Refusal extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

interface Request {
  readonly method?: 'GET' | 'POST' | 'PUT'
  readonly body?: object
  readonly token?: string
}

/** @throws Refusal whose message is the problem's detail */
export async function send<Answer>(path: string, { method = 'GET', body, token }: Request): Promise<Answer> {
  const headers: Record<string, string> = {}
  if (body !== undefined) headers['content-type'] = 'application/json'
  if (token !== undefined) headers.authorization = `Bearer ${token}`
  const text = body === undefined ? null : JSON.stringify(body)
  const response = await fetch(path, { method, headers, body: text }).catch(() => {
    throw new Refusal(0, 'The service cannot be reached. Nothing was lost; try again.')
  })
  const answer: unknown = await response.json().catch(() => undefined)
  if (response.ok) return answer as Answer
  const { detail } = (answer ?? {}) as { detail?: string }
  throw new Refusal(response.status, detail ?? `The request failed with status ${response.status}.`)
}

const tokenDelivery = 'cookie'

export function signIn(name: string, password: string): Promise<Session> {
  return send<Session>('/api/auth/login', { method: 'POST', body: { name, password, tokenDelivery } })
}

/**
 * A new access token by the cookie. One tab at a time: a refresh token that is used twice counts as stolen and ends the session.
 * @throws Refusal 401 when there is no session to renew
 */
export function renew(): Promise<Session> {
  const exchange = () => send<Session>('/api/auth/refresh', { method: 'POST', body: { tokenDelivery } })
  // Absent where the page came over plain HTTP from another machine.
  const locks = navigator.locks as LockManager | undefined
  return locks === undefined ? exchange() : locks.request('agency-swarm-refresh', exchange)
}
