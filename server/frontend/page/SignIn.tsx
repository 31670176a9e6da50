import { useState, type SubmitEvent } from 'react'
import { signIn, type Session } from './session.ts'
import { useAction } from './useAction.ts'

interface SignInProps {
  /** Why the last session ended, or empty. */
  readonly reason: string
  readonly onSignedIn: (session: Session) => void
}

export function SignIn({ reason, onSignedIn }: SignInProps) {
  const [name, setName] = useState('')
  const [password, setPassword] = useState('')
  const { problem, isBusy, run } = useAction()

  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    run(async () => onSignedIn(await signIn(name, password)))
  }

  return (
    <main className="sign-in">
      <form className="panel" onSubmit={submit}>
        <img src="/icon.svg" alt="" width="40" height="40" />
        <h1>Agency Swarm</h1>
        <p className="note">Sign in to hand work to the agents and watch it get done.</p>
        {reason !== '' && problem === '' && <p role="status">{reason}</p>}
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
