import { useState, type SubmitEvent } from 'react'
import { useAction } from './useAction.ts'
import type { Api } from './useSession.ts'

interface Answer {
  readonly mode: string
  readonly passages: readonly {
    readonly id: string
    readonly title: string
    readonly content: string
    readonly source: string
  }[]
}

/** What the agents know: searched by words and by meaning. */
export function KnowledgeView({ api }: { readonly api: Api }) {
  const [query, setQuery] = useState('')
  const [answer, setAnswer] = useState<Answer>()
  const { problem, isBusy, run } = useAction()
  const search = (event: SubmitEvent) => {
    event.preventDefault()
    run(async () => {
      const parameters = new URLSearchParams({ query, mode: 'hybrid', limit: '10' })
      setAnswer(await api.get<Answer>(`/api/knowledge/search?${parameters.toString()}`))
    })
  }
  return (
    <section aria-label="Knowledge" className="stack narrow">
      <form className="search" role="search" onSubmit={search}>
        <input
          type="search"
          aria-label="Search the knowledge"
          placeholder="Ask in your own words"
          value={query}
          onChange={(event) => setQuery(event.target.value)}
          maxLength={500}
          required
        />
        <button disabled={isBusy}>{isBusy ? 'Searching …' : 'Search'}</button>
      </form>
      {problem !== '' && <p role="alert">{problem}</p>}
      {answer === undefined && problem === '' && (
        <p className="empty">Search by words and by meaning in everything that the agents were taught.</p>
      )}
      {answer?.mode === 'text' && (
        <p className="note">Searched by words alone: the model that understands meaning is away.</p>
      )}
      {answer?.passages.length === 0 && <p className="empty">Nothing was found. Try other words.</p>}
      <ol className="passages">
        {answer?.passages.map((passage) => (
          <li key={passage.id} className="panel">
            <h3>{passage.title}</h3>
            <p className="passage">{passage.content}</p>
            {passage.source !== '' && <p className="note">{passage.source}</p>}
          </li>
        ))}
      </ol>
    </section>
  )
}
