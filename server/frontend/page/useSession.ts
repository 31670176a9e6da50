import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { Refusal, renew, send, type Session } from './session.ts'

/** Asks the API as the signed-in user. */
export interface Api {
  readonly get: <Answer>(path: string) => Promise<Answer>
  readonly post: <Answer>(path: string, body?: object) => Promise<Answer>
  readonly put: <Answer>(path: string, body: object) => Promise<Answer>
}

/** Renewed this long before its end. Milliseconds. */
const early = 45_000
const retryAfter = 5_000

/** Undefined while the page asks whether there is a session; null when there is none. */
export type SessionState = Session | null | undefined

export function useSession() {
  const [session, setSession] = useState<SessionState>(undefined)
  const [reason, setReason] = useState('')
  const current = useRef<Session | null>(null)

  const enter = useCallback((next: Session) => {
    current.current = next
    setReason('')
    setSession(next)
  }, [])
  const leave = useCallback((why = '') => {
    current.current = null
    setReason(why)
    setSession(null)
  }, [])
  const renewNow = useCallback(async () => {
    try {
      enter(await renew())
    } catch (error) {
      if (error instanceof Refusal && error.status >= 400 && error.status < 500 && error.status !== 429)
        leave(current.current === null ? '' : 'Your session has ended. Sign in again.')
      throw error
    }
  }, [enter, leave])

  useEffect(() => {
    let timer: number | undefined
    const attempt = () => {
      renewNow().catch(() => {
        if (current.current === null) setSession((before) => before ?? null)
        else timer = window.setTimeout(attempt, retryAfter)
      })
    }
    if (session === undefined) attempt()
    else if (session !== null)
      timer = window.setTimeout(attempt, Math.max(retryAfter, Date.parse(session.expiresAt) - Date.now() - early))
    return () => window.clearTimeout(timer)
  }, [session, renewNow])

  const api = useMemo<Api>(() => {
    const ask = async <Answer>(path: string, request: Parameters<typeof send>[1]): Promise<Answer> => {
      const withToken = () => send<Answer>(path, { ...request, token: current.current?.token ?? '' })
      try {
        return await withToken()
      } catch (error) {
        if (!(error instanceof Refusal) || error.status !== 401) throw error
        await renewNow()
        return withToken()
      }
    }
    return {
      get: (path) => ask(path, {}),
      post: (path, body) => ask(path, { method: 'POST', ...(body === undefined ? {} : { body }) }),
      put: (path, body) => ask(path, { method: 'PUT', body }),
    }
  }, [renewNow])

  const signOut = useCallback(() => {
    api.post('/api/auth/logout').then(
      () => leave(),
      () =>
        leave('You are signed out here, but the service could not be told. Sign in and out again to end the session.'),
    )
  }, [api, leave])

  return { session, reason, api, enter, signOut, renew: renewNow }
}
