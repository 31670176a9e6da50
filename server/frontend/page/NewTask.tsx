import { useState, type SubmitEvent } from 'react'
import { post } from './session.ts'

const tiers = ['HAIKU', 'SONNET', 'OPUS']

export function NewTask({ token }: { readonly token: string }) {
  const [title, setTitle] = useState('')
  const [input, setInput] = useState('')
  const [modelTier, setModelTier] = useState('SONNET')
  const [problem, setProblem] = useState('')

  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    setProblem('')
    post('/api/tasks', { title, input, modelTier }, token)
      .then(() => {
        setTitle('')
        setInput('')
      })
      .catch((error: unknown) => {
        setProblem(error instanceof Error ? error.message : 'The task was not submitted.')
      })
  }

  return (
    <form className="panel new-task" onSubmit={submit} aria-label="New task">
      <h2>New task</h2>
      <label>
        Title
        <input value={title} onChange={(event) => setTitle(event.target.value)} maxLength={200} required />
      </label>
      <label>
        What is to be done
        <textarea
          value={input}
          onChange={(event) => setInput(event.target.value)}
          rows={4}
          maxLength={20_000}
          required
        />
      </label>
      <div className="row">
        <label>
          Tier
          <select value={modelTier} onChange={(event) => setModelTier(event.target.value)}>
            {tiers.map((tier) => (
              <option key={tier}>{tier}</option>
            ))}
          </select>
        </label>
        <button>Submit</button>
      </div>
      {problem !== '' && <p role="alert">{problem}</p>}
    </form>
  )
}
