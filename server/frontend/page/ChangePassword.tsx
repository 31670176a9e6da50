import { useEffect, useRef, useState, type SubmitEvent } from 'react'
import { useAction } from './useAction.ts'
import type { Api } from './useSession.ts'

export function ChangePassword({ api, onClose }: { readonly api: Api; readonly onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null)
  const [oldPassword, setOld] = useState('')
  const [newPassword, setNew] = useState('')
  const [isDone, setDone] = useState(false)
  const { problem, isBusy, run } = useAction()
  useEffect(() => dialog.current?.showModal(), [])

  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    run(async () => {
      await api.post('/api/auth/password', { oldPassword, newPassword })
      setDone(true)
    })
  }

  return (
    <dialog ref={dialog} onClose={onClose} aria-label="Change password">
      <form onSubmit={submit}>
        <h2>Change password</h2>
        {isDone ? (
          <p role="status">Your password is changed. Your other sessions have ended.</p>
        ) : (
          <>
            <label>
              Old password
              <input
                type="password"
                value={oldPassword}
                onChange={(event) => setOld(event.target.value)}
                autoComplete="current-password"
                required
              />
            </label>
            <label>
              New password, at least 12 characters
              <input
                type="password"
                value={newPassword}
                onChange={(event) => setNew(event.target.value)}
                autoComplete="new-password"
                minLength={12}
                maxLength={200}
                required
              />
            </label>
          </>
        )}
        {problem !== '' && <p role="alert">{problem}</p>}
        <div className="row end">
          <button type="button" className="quiet" onClick={() => dialog.current?.close()}>
            {isDone ? 'Close' : 'Cancel'}
          </button>
          {!isDone && <button disabled={isBusy}>Change</button>}
        </div>
      </form>
    </dialog>
  )
}
