import { lazy, Suspense, useCallback, useState } from 'react'
import { AgentsView } from './AgentsView.tsx'
import { ChangePassword } from './ChangePassword.tsx'
import { KnowledgeView } from './KnowledgeView.tsx'
import type { Session } from './session.ts'
import { TasksView } from './TasksView.tsx'
import type { Api } from './useSession.ts'
import { useSwarm } from './useSwarm.ts'

/** With the chart's library, which nobody needs before this view. */
const CostsView = lazy(async () => ({ default: (await import('./CostsView.tsx')).CostsView }))

const views = ['Tasks', 'Agents', 'Knowledge', 'Costs'] as const
type View = (typeof views)[number]

interface SwarmPageProps {
  readonly session: Session
  readonly api: Api
  readonly renew: () => Promise<void>
  readonly onSignOut: () => void
}

export function SwarmPage({ session, api, renew, onSignOut }: SwarmPageProps) {
  const [view, setView] = useState<View>('Tasks')
  const [isChangingPassword, setChangingPassword] = useState(false)
  // Whether the session has ended or the token was only too old: the attempt to renew it tells.
  const onRefused = useCallback(() => void renew().catch(() => undefined), [renew])
  const { swarm, connection } = useSwarm(session.token, onRefused)
  const canWrite = session.permission !== 'read_only'
  return (
    <>
      <header>
        <h1>
          <img src="/icon.svg" alt="" width="22" height="22" /> <span>Agency Swarm</span>
        </h1>
        <nav aria-label="Views">
          {views.map((name) => (
            <button
              key={name}
              className="tab"
              aria-current={name === view ? 'page' : undefined}
              onClick={() => setView(name)}
            >
              {name}
            </button>
          ))}
        </nav>
        <div className="person">
          <span className={`connection ${connection}`} role="status" aria-label={`Connection: ${connection}`}>
            {connection}
          </span>
          <span className="note">
            {session.name} · {session.permission.replace('_', ' ')}
          </span>
          <button className="quiet small" onClick={() => setChangingPassword(true)}>
            Password
          </button>
          <button className="quiet small" onClick={onSignOut}>
            Sign out
          </button>
        </div>
      </header>
      {connection === 'lost' && (
        <p className="banner" role="alert">
          The connection is lost; trying again. What you see may be out of date. Nothing that you submitted is lost.
        </p>
      )}
      <main>
        {view === 'Tasks' && <TasksView swarm={swarm} api={api} canWrite={canWrite} />}
        {view === 'Agents' && <AgentsView swarm={swarm} />}
        {view === 'Knowledge' && <KnowledgeView api={api} />}
        {view === 'Costs' && (
          <Suspense fallback={<p className="note">Loading …</p>}>
            <CostsView api={api} changes={swarm.costChanges} />
          </Suspense>
        )}
      </main>
      {isChangingPassword && <ChangePassword api={api} onClose={() => setChangingPassword(false)} />}
    </>
  )
}
