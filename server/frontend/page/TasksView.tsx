import { useState } from 'react'
import { dollars, duration, type Swarm, type Task } from './model.ts'
import { NewTask } from './NewTask.tsx'
import { StateMark } from './StateMark.tsx'
import { TaskDetail } from './TaskDetail.tsx'
import { useNow } from './useNow.ts'
import type { Api } from './useSession.ts'

interface RowProps {
  readonly task: Task
  readonly now: number
  readonly isSelected: boolean
  readonly onSelect: () => void
}

function TaskRow({ task, now, isSelected, onSelect }: RowProps) {
  return (
    <li>
      <button className="task" aria-pressed={isSelected} onClick={onSelect}>
        <StateMark state={task.state} />
        <span className="title">{task.title}</span>
        <span className="note">{task.agent ?? task.modelTier.toLowerCase()}</span>
        <span className="note number">{duration(task, now)}</span>
        <span className="note number">{dollars(task.cost)}</span>
      </button>
    </li>
  )
}

interface TasksViewProps {
  readonly swarm: Swarm
  readonly api: Api
  readonly canWrite: boolean
}

/** Submit work, and watch it. */
export function TasksView({ swarm, api, canWrite }: TasksViewProps) {
  const [selectedId, setSelectedId] = useState<string>()
  const now = useNow(swarm.tasks.some(({ state }) => state === 'running'))
  const selected = swarm.tasks.find(({ id }) => id === selectedId)
  return (
    <div className="columns">
      <section className="panel" aria-label="Tasks">
        <h2>Tasks</h2>
        {!swarm.isLoaded && <p className="note">Loading …</p>}
        {swarm.isLoaded && swarm.tasks.length === 0 && (
          <p className="empty">No tasks yet. {canWrite ? 'Submit one and watch an agent take it.' : ''}</p>
        )}
        <ul className="tasks">
          {swarm.tasks.map((task) => (
            <TaskRow
              key={task.id}
              task={task}
              now={now}
              isSelected={task.id === selectedId}
              onSelect={() => setSelectedId(task.id)}
            />
          ))}
        </ul>
      </section>
      <div className="side">
        {selected !== undefined && (
          <TaskDetail
            key={selected.id}
            task={selected}
            api={api}
            canWrite={canWrite}
            onClose={() => setSelectedId(undefined)}
          />
        )}
        {selected === undefined && canWrite && <NewTask api={api} onSubmitted={setSelectedId} />}
        {selected === undefined && !canWrite && (
          <p className="panel empty">
            Choose a task to see its result. Submitting tasks needs the permission operator.
          </p>
        )}
      </div>
    </div>
  )
}
