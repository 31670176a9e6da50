import { useEffect, useState } from 'react'
import { duration, type Agent, type Task } from './model.ts'
import { NewTask } from './NewTask.tsx'
import type { Session } from './session.ts'
import { useSwarm, type ConnectionState } from './useSwarm.ts'

const connectionTexts: Record<ConnectionState, string> = {
  connecting: 'Connecting …',
  live: 'Live',
  lost: 'Connection lost, trying again …',
}

function State({ state }: { readonly state: string }) {
  return <span className={`state ${state}`}>{state}</span>
}

function AgentCard({ agent }: { readonly agent: Agent }) {
  const finished = agent.tasksCompleted + agent.tasksFailed
  return (
    <li className="panel agent">
      <div className="row">
        <strong>{agent.name}</strong>
        <State state={agent.state} />
      </div>
      <div className="row note">
        <span>{agent.modelTier}</span>
        <span>{finished === 0 ? 'no tasks yet' : `${Math.round(agent.successRate * 100)}% of ${finished} tasks`}</span>
      </div>
    </li>
  )
}

function TaskRow({ task, now }: { readonly task: Task; readonly now: number }) {
  return (
    <tr>
      <td>
        <State state={task.state} />
      </td>
      <td>
        {task.title}
        <div className="note">{task.result?.text ?? task.error ?? ''}</div>
      </td>
      <td>{task.agent ?? '–'}</td>
      <td>{task.modelTier}</td>
      <td className="number">{duration(task, now)}</td>
      <td className="number">{new Date(task.createdAt).toLocaleTimeString()}</td>
    </tr>
  )
}

/** The present, moving only while something runs. */
function useNow(isMoving: boolean): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    if (!isMoving) return undefined
    const timer = window.setInterval(() => setNow(Date.now()), 200)
    return () => window.clearInterval(timer)
  }, [isMoving])
  return now
}

export function SwarmView({ session, onSignedOut }: { readonly session: Session; readonly onSignedOut: () => void }) {
  const { swarm, connection } = useSwarm(session.token, onSignedOut)
  const now = useNow(swarm.tasks.some(({ state }) => state === 'running'))
  return (
    <>
      <header className="row">
        <h1>
          <img src="/icon.svg" alt="" width="22" height="22" /> Agency Swarm
        </h1>
        <span className={`connection ${connection}`} role="status">
          {connectionTexts[connection]}
        </span>
        <span className="note">
          {session.name} ({session.permission.replace('_', ' ')})
        </span>
        <button className="quiet" onClick={onSignedOut}>
          Sign out
        </button>
      </header>
      <main className="swarm">
        <section aria-label="Agents">
          <ul className="agents">
            {swarm.agents.map((agent) => (
              <AgentCard key={agent.id} agent={agent} />
            ))}
          </ul>
        </section>
        <div className="columns">
          {session.permission !== 'read_only' && <NewTask token={session.token} />}
          <section className="panel tasks" aria-label="Tasks">
            <h2>Tasks</h2>
            {swarm.tasks.length === 0 ? (
              <p className="note">No tasks yet. Submit one and watch an agent take it.</p>
            ) : (
              <table>
                <thead>
                  <tr>
                    <th>State</th>
                    <th>Task</th>
                    <th>Agent</th>
                    <th>Tier</th>
                    <th className="number">Time</th>
                    <th className="number">Submitted</th>
                  </tr>
                </thead>
                <tbody>
                  {swarm.tasks.map((task) => (
                    <TaskRow key={task.id} task={task} now={now} />
                  ))}
                </tbody>
              </table>
            )}
          </section>
        </div>
      </main>
    </>
  )
}
