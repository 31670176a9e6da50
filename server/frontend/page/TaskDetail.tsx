import { useEffect, useState } from 'react'
import { dollars, duration, isOver, type Task } from './model.ts'
import { StateMark } from './StateMark.tsx'
import { useAction } from './useAction.ts'
import { useNow } from './useNow.ts'
import type { Api } from './useSession.ts'

interface Note {
  readonly id: string
  readonly content: string
}

function Rating({ task, api }: { readonly task: Task; readonly api: Api }) {
  const [given, setGiven] = useState(0)
  const { problem, isBusy, run } = useAction()
  const rate = (score: number) =>
    run(async () => {
      await api.put(`/api/tasks/${task.id}/feedback`, { score })
      setGiven(score)
    })
  return (
    <fieldset className="rating" disabled={isBusy}>
      <legend>{given === 0 ? 'How good is this result?' : 'Thank you. You can change your rating.'}</legend>
      {[1, 2, 3, 4, 5].map((score) => (
        <button
          key={score}
          type="button"
          className={score <= given ? 'star given' : 'star'}
          aria-pressed={score === given}
          aria-label={`${score} of 5`}
          onClick={() => rate(score)}
        >
          ★
        </button>
      ))}
      {problem !== '' && <p role="alert">{problem}</p>}
    </fieldset>
  )
}

function Actions({ task, api }: { readonly task: Task; readonly api: Api }) {
  const { problem, isBusy, run } = useAction()
  const act = (name: 'cancel' | 'retry') => () => run(() => api.post(`/api/tasks/${task.id}/${name}`))
  const canRetry = task.state === 'failed' || task.state === 'dead' || task.state === 'cancelled'
  return (
    <>
      <div className="row start">
        {!isOver(task) && (
          <button className="quiet" disabled={isBusy || task.isCancelRequested} onClick={act('cancel')}>
            {task.isCancelRequested ? 'Cancelling …' : 'Cancel task'}
          </button>
        )}
        {canRetry && (
          <button className="quiet" disabled={isBusy} onClick={act('retry')}>
            Try again
          </button>
        )}
      </div>
      {problem !== '' && <p role="alert">{problem}</p>}
    </>
  )
}

interface TaskDetailProps {
  readonly task: Task
  readonly api: Api
  readonly canWrite: boolean
  readonly onClose: () => void
}

/** One task, as it stands now. */
export function TaskDetail({ task, api, canWrite, onClose }: TaskDetailProps) {
  const [notes, setNotes] = useState<readonly Note[]>([])
  const now = useNow(task.state === 'running')
  useEffect(() => {
    let isCurrent = true
    api.get<{ notes: Note[] }>(`/api/tasks/${task.id}/notes`).then(
      (answer) => isCurrent && setNotes(answer.notes),
      // The notes are an extra: without them everything else is still true.
      () => undefined,
    )
    return () => {
      isCurrent = false
    }
  }, [api, task.id, task.state])

  const facts = [
    ['Agent', task.agent ?? 'none yet'],
    ['Tier', task.modelTier.toLowerCase()],
    ['Attempts', `${task.attempts} of ${task.maxAttempts}`],
    ['Time', duration(task, now) || 'not started'],
    ['Cost', task.budget === null ? dollars(task.cost) : `${dollars(task.cost)} of ${dollars(task.budget)}`],
    ['Deadline', task.deadline === null ? 'none' : new Date(task.deadline).toLocaleString()],
  ] as const
  return (
    <section className="panel stack detail" aria-label="Task">
      <div className="row">
        <StateMark state={task.state} />
        <button className="quiet small" onClick={onClose} aria-label="Close">
          ✕
        </button>
      </div>
      <h2>{task.title}</h2>
      <dl className="facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {canWrite && <Actions task={task} api={api} />}
      {task.error !== null && <p className="problem">{task.error}</p>}
      {task.result !== null && (
        <div className="stack">
          <h3>Result</h3>
          <pre className="text">{task.result.text}</pre>
          <p className="note">by {task.result.model}</p>
          <Rating key={task.id} task={task} api={api} />
        </div>
      )}
      {notes.length > 0 && (
        <div className="stack">
          <h3>Notes</h3>
          <ul className="notes">
            {notes.map((note) => (
              <li key={note.id}>{note.content}</li>
            ))}
          </ul>
        </div>
      )}
      <details>
        <summary>What was asked</summary>
        <pre className="text">{task.input}</pre>
      </details>
    </section>
  )
}
