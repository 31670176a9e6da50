import { useState, type SubmitEvent } from 'react'
import { post, type Session } from './session.ts'

export function SignIn({ onSignedIn }: { readonly onSignedIn: (session: Session) => void }) {
  const [name, setName] = useState('')
  const [password, setPassword] = useState('')
  const [problem, setProblem] = useState('')
  const [isBusy, setBusy] = useState(false)

  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    setBusy(true)
    setProblem('')
    post<Session>('/api/auth/login', { name, password })
      .then(({ token, name: signedIn, permission }) => {
        onSignedIn({ token, name: signedIn, permission })
      })
      .catch((error: unknown) => {
        setProblem(error instanceof Error ? error.message : 'Signing in failed.')
      })
      .finally(() => {
        setBusy(false)
      })
  }

  return (
    <main className="sign-in">
      <form className="panel" onSubmit={submit}>
        <h1>
          <img src="/icon.svg" alt="" width="28" height="28" /> Agency Swarm
        </h1>
        <label>
          Name
          <input
            value={name}
            onChange={(event) => setName(event.target.value)}
            autoComplete="username"
            autoFocus
            required
          />
        </label>
        <label>
          Password
          <input
            type="password"
            value={password}
            onChange={(event) => setPassword(event.target.value)}
            autoComplete="current-password"
            required
          />
        </label>
        {problem !== '' && <p role="alert">{problem}</p>}
        <button disabled={isBusy}>{isBusy ? 'Signing in …' : 'Sign in'}</button>
      </form>
    </main>
  )
}
