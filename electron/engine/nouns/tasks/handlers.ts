import { engine } from '../../rpc/router.ts'
import type { Tasks } from './tasks.ts'

export function tasksNoun({ tasks }: { tasks: Tasks }) {
  const handlers = {
    watch: engine.tasks.watch.handler(({ signal }) => tasks.changes.batches(tasks.all(), (task) => task.id, signal)),
    history: engine.tasks.history.handler(({ input }) => tasks.history(input.limit, input.before)),
    cancel: engine.tasks.cancel.handler(({ input }) => tasks.cancel(input.id)),
    dismiss: engine.tasks.dismiss.handler(({ input }) => tasks.dismiss(input.id)),
    seen: engine.tasks.seen.handler(({ input }) => tasks.seen(input.ids)),
    look: engine.tasks.look.handler(({ input }) => tasks.look(input.id)),
  }
  return { handlers, recover: () => tasks.lookAtAll(), stop: () => tasks.stop() }
}
