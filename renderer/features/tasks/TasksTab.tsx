import { Square, X } from 'lucide-react'
import { useEffect, useMemo, useState } from 'react'
import type { Task } from '#shared/contract/tasks.ts'
import { forgetTask, navigate, reportError, useContextTo, useTasks } from '../../app/index.ts'
import { engine, useCommand } from '../../client/index.ts'
import {
  Button,
  CodeBlock,
  EmptyState,
  EnvironmentMark,
  formatClock,
  formatTime,
  formatDuration,
  IconButton,
  Status,
  StepList,
  useNow,
  type StatusKind,
} from '../../kit/index.ts'
import { EarlierTasks } from './EarlierTasks.tsx'
import { Offers } from './Offers.tsx'
import { currentStep, orderTasks, pageOf, stepPosition } from './taskList.ts'
import { useTaskHistory } from './useTaskHistory.ts'
import './tasks.css'

const status: Record<Task['state'], StatusKind> = {
  running: 'progress',
  done: 'healthy',
  failed: 'failed',
  cancelled: 'off',
  interrupted: 'warning',
}

const words: Record<Task['state'], string> = {
  running: 'Running',
  done: 'Done',
  failed: 'Failed',
  cancelled: 'Stopped',
  interrupted: 'Interrupted',
}

/** Long work of this session and what an earlier one left unfinished: a list, and beside it the steps of the chosen one. */
export function TasksTab() {
  const known = useTasks((state) => state.tasks)
  const history = useTaskHistory()
  const tasks = useMemo(() => orderTasks(known.values()), [known])
  const earlier = history.tasks.filter(({ id }) => !known.has(id))
  const chosen = useTasks((state) => state.shown)
  const task = [...tasks, ...earlier].find((each) => each.id === chosen) ?? tasks[0] ?? earlier[0]
  useShown(task)
  if (!task) {
    return (
      <EmptyState title="No tasks yet">
        Deployments, backups and restores appear here with their steps. They keep running when you change the page.
      </EmptyState>
    )
  }
  return (
    <div className="tasks" data-testid="tasks">
      <ul className="tasks-list" aria-label="Tasks">
        {tasks.map((each) => (
          <li key={each.id}>
            <TaskRow
              task={each}
              isChosen={each.id === task.id}
              onChoose={() => useTasks.setState({ shown: each.id })}
            />
          </li>
        ))}
        <EarlierTasks
          history={history}
          tasks={earlier}
          row={(each) => (
            <TaskRow
              task={each}
              isChosen={each.id === task.id}
              onChoose={() => useTasks.setState({ shown: each.id })}
            />
          )}
        />
      </ul>
      <TaskDetail key={task.id} task={task} />
    </div>
  )
}

/** What is shown of a task that has ended was seen. */
function useShown(task: Task | undefined): void {
  const unseen = task && task.state !== 'running' && !task.seen ? task.id : undefined
  useEffect(() => {
    if (unseen === undefined) return
    engine()
      .tasks.seen({ ids: [unseen] })
      .catch((thrown: unknown) => reportError(thrown, 'The task stays marked as new'))
  }, [unseen])
}

function TaskRow({ task, isChosen, onChoose }: { task: Task; isChosen: boolean; onChoose: () => void }) {
  const now = useNow(1_000)
  const environment = useContextTo(task.cluster)?.environment ?? 'other'
  const { done, total } = stepPosition(task)
  return (
    <button
      type="button"
      className={isChosen ? 'tasks-row is-chosen' : 'tasks-row'}
      aria-current={isChosen || undefined}
      onClick={onChoose}
    >
      <Status status={status[task.state]}>{words[task.state]}</Status>
      <span className="truncate">
        {task.title}{' '}
        <span className="dim">
          {task.state === 'running' ? `${done} of ${total} steps` : formatTime(task.startedAt)}
        </span>
      </span>
      <EnvironmentMark environment={environment} />
      <span className="dim">{formatDuration((task.endedAt ?? Math.max(now, task.startedAt)) - task.startedAt)}</span>
    </button>
  )
}

function TaskDetail({ task }: { task: Task }) {
  const [isOpen, setOpen] = useState(false)
  const cluster = useContextTo(task.cluster)
  const stop = useCommand(
    (client) => client.tasks.cancel({ id: task.id }),
    (fault) => reportError(fault, 'The task was not stopped'),
  )
  const dismiss = useCommand(
    async (client) => {
      await client.tasks.dismiss({ id: task.id })
      forgetTask(task.id)
    },
    (fault) => reportError(fault, 'The task was not removed'),
  )
  const step = currentStep(task)
  const page = pageOf(task.call)
  const isListed = useTasks((state) => state.tasks.has(task.id))
  return (
    <div className="tasks-detail">
      <header>
        <b>{task.title}</b>
        <span className="dim">
          {cluster?.name ?? task.cluster} · {task.namespace} · {formatTime(task.startedAt)} by {task.by}
        </span>
        <span className="tasks-buttons">
          <Offers task={task} />
          {page ? (
            <Button size="small" onClick={() => navigate({ ...page, cluster: cluster?.id ?? task.context })}>
              Open page
            </Button>
          ) : null}
          {task.state === 'running' ? (
            <Button
              size="small"
              icon={Square}
              kind="danger"
              busy={stop.isBusy}
              reason={task.uncancellable || undefined}
              onClick={() => stop.run()}
            >
              Stop
            </Button>
          ) : !isListed ? null : (
            <IconButton icon={X} size="small" label="Remove from the list" onClick={() => void dismiss.run()} />
          )}
        </span>
      </header>
      {task.fault && task.state !== 'cancelled' ? (
        <div className="tasks-fault" role="alert">
          <span className="selectable">
            {step ? <b>{step.title}: </b> : null}
            {task.fault.message}
          </span>
          <Button size="small" kind="quiet" onClick={() => setOpen(!isOpen)}>
            {isOpen ? 'Hide details' : 'Details'}
          </Button>
        </div>
      ) : null}
      {isOpen && task.fault ? (
        <CodeBlock text={`${task.fault.code}\n${JSON.stringify(task.fault.details, null, 2)}`} />
      ) : null}
      <div className="tasks-columns">
        <StepList label={`Steps of ${task.title}`} steps={task.steps} />
        <div className="tasks-log mono selectable" role="log" tabIndex={0} aria-label="What happened">
          {task.log.map((line, index) => (
            <div key={index} className={`tasks-log-${line.level}`}>
              <time>{formatClock(line.at)}</time> {line.text}
            </div>
          ))}
        </div>
      </div>
    </div>
  )
}
