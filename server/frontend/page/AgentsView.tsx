import type { Agent, Swarm } from './model.ts'
import { StateMark } from './StateMark.tsx'

function AgentCard({ agent }: { readonly agent: Agent }) {
  const finished = agent.tasksCompleted + agent.tasksFailed
  const share = Math.round(agent.successRate * 100)
  return (
    <li className="panel agent">
      <div className="row">
        <strong>{agent.name}</strong>
        <StateMark state={agent.state} />
      </div>
      <div className="row note">
        <span>{agent.modelTier.toLowerCase()}</span>
        <span>{finished === 0 ? 'no tasks yet' : `${share}% of ${finished} ${finished === 1 ? 'task' : 'tasks'}`}</span>
      </div>
      <meter min={0} max={100} value={finished === 0 ? 0 : share} aria-label="Share of tasks that succeeded" />
    </li>
  )
}

/** The agents and what they do now. */
export function AgentsView({ swarm }: { readonly swarm: Swarm }) {
  const working = swarm.agents.filter(({ state }) => state === 'working').length
  return (
    <section aria-label="Agents" className="stack">
      <h2>
        {swarm.agents.length} agents, {working} working
      </h2>
      {swarm.agents.length === 0 && <p className="panel empty">There are no agents. An operator can create one.</p>}
      <ul className="agents">
        {swarm.agents.map((agent) => (
          <AgentCard key={agent.id} agent={agent} />
        ))}
      </ul>
    </section>
  )
}
