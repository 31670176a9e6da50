export interface Session {
  readonly token: string
  readonly name: string
  readonly permission: 'read_only' | 'operator' | 'administrator'
}

const storageKey = 'agency-swarm-session'

/** The tab's session: it survives a reload, ends with the tab, and is not shared with others. */
export function storedSession(): Session | null {
  const text = sessionStorage.getItem(storageKey)
  return text === null ? null : (JSON.parse(text) as Session)
}

export function storeSession(session: Session | null): void {
  if (session === null) sessionStorage.removeItem(storageKey)
  else sessionStorage.setItem(storageKey, JSON.stringify(session))
}

/** Posts JSON. @throws an Error whose message is the problem's detail, for people */
export async function post<Answer>(path: string, body: object, token?: string): Promise<Answer> {
  const headers = {
    'content-type': 'application/json',
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  }
  const response = await fetch(path, { method: 'POST', headers, body: JSON.stringify(body) }).catch(() => {
    throw new Error('The service cannot be reached.')
  })
  const answer: unknown = await response.json().catch(() => ({}))
  if (response.ok) return answer as Answer
  const { detail } = answer as { detail?: string }
  throw new Error(detail ?? `The request failed with status ${response.status}.`)
}
