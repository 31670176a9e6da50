import type { Task } from '#shared/contract/tasks.ts'
import { navigate, reportError } from '../../app/index.ts'
import { useCommand } from '../../client/index.ts'
import { Button } from '../../kit/index.ts'
import { pageOf } from './taskList.ts'

/** What can be done about an interrupted task. What changes something opens its page, where it is explained and confirmed. */
export function Offers({ task }: { task: Task }) {
  const look = useCommand(
    (client) => client.tasks.look({ id: task.id }),
    (fault) => reportError(fault, 'The cluster was not asked'),
  )
  return task.offers.map(({ call, title }) => {
    if (call === 'tasks.look')
      return (
        <Button key={call} size="small" busy={look.isBusy} onClick={() => look.run()}>
          {title}
        </Button>
      )
    const page = pageOf(call)
    return page ? (
      <Button key={call} size="small" onClick={() => navigate({ ...page, cluster: task.context })}>
        {title}…
      </Button>
    ) : null
  })
}
