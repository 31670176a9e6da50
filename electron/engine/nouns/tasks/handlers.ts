import { engine } from '../../rpc/router.ts'
import type { Tasks } from './tasks.ts'

export function tasksNoun({ tasks }: { tasks: Tasks }) {
  const handlers = {
    watch: engine.tasks.watch.handler(({ signal }) => tasks.changes.batches(tasks.all(), (task) => task.id, signal)),
    cancel: engine.tasks.cancel.handler(({ input }) => tasks.cancel(input.id)),
    dismiss: engine.tasks.dismiss.handler(({ input }) => tasks.dismiss(input.id)),
  }
  return { handlers, stop: () => tasks.stop() }
}
