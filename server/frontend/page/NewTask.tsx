import { useState, type SubmitEvent } from 'react'
import { useAction } from './useAction.ts'
import type { Api } from './useSession.ts'
import type { Task } from './model.ts'

const tiers = [
  ['HAIKU', 'Haiku · quick'],
  ['SONNET', 'Sonnet · balanced'],
  ['OPUS', 'Opus · thorough'],
] as const
const priorities = [
  [-10, 'Low'],
  [0, 'Normal'],
  [10, 'High'],
] as const
const blank = { title: '', input: '', budget: '', deadline: '' }

export function NewTask({ api, onSubmitted }: { readonly api: Api; readonly onSubmitted: (id: string) => void }) {
  const [texts, setTexts] = useState(blank)
  const [modelTier, setModelTier] = useState('SONNET')
  const [priority, setPriority] = useState(0)
  /** The same for every attempt to send this one task, so that a lost answer does not make two. */
  const [idempotencyKey, setKey] = useState(() => String(Math.random()))
  const { problem, isBusy, run } = useAction()
  const edit = (name: keyof typeof blank) => (event: { target: { value: string } }) => {
    setKey(String(Math.random()))
    setTexts((before) => ({ ...before, [name]: event.target.value }))
  }

  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    const { title, input, budget, deadline } = texts
    const limits = {
      ...(budget === '' ? {} : { budget: Number(budget) }),
      ...(deadline === '' ? {} : { deadline: new Date(deadline).toISOString() }),
    }
    run(async () => {
      const { id } = await api.post<Task>('/api/tasks', {
        title,
        input,
        modelTier,
        priority,
        idempotencyKey,
        ...limits,
      })
      setTexts(blank)
      setKey(String(Math.random()))
      onSubmitted(id)
    })
  }

  return (
    <form className="panel stack" onSubmit={submit} aria-label="New task">
      <h2>New task</h2>
      <label>
        Title
        <input value={texts.title} onChange={edit('title')} maxLength={200} required />
      </label>
      <label>
        What is to be done
        <textarea value={texts.input} onChange={edit('input')} rows={5} maxLength={20_000} required />
      </label>
      <div className="pair">
        <label>
          Tier
          <select value={modelTier} onChange={(event) => setModelTier(event.target.value)}>
            {tiers.map(([tier, text]) => (
              <option key={tier} value={tier}>
                {text}
              </option>
            ))}
          </select>
        </label>
        <label>
          Priority
          <select value={priority} onChange={(event) => setPriority(Number(event.target.value))}>
            {priorities.map(([value, text]) => (
              <option key={value} value={value}>
                {text}
              </option>
            ))}
          </select>
        </label>
        <label>
          Budget in $, optional
          <input type="number" min="0" max="100000" step="any" value={texts.budget} onChange={edit('budget')} />
        </label>
        <label>
          Deadline, optional
          <input type="datetime-local" value={texts.deadline} onChange={edit('deadline')} />
        </label>
      </div>
      {problem !== '' && <p role="alert">{problem}</p>}
      <button disabled={isBusy}>{isBusy ? 'Submitting …' : 'Submit task'}</button>
    </form>
  )
}
