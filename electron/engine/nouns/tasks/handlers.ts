import { engine } from '../../rpc/router.ts'
import type { Tasks } from './tasks.ts'

export function taskHandlers(tasks: Tasks) {
  return {
    watch: engine.tasks.watch.handler(({ signal }) => tasks.changes.batches(tasks.all(), (task) => task.id, signal)),
    cancel: engine.tasks.cancel.handler(({ input }) => tasks.cancel(input.id)),
    dismiss: engine.tasks.dismiss.handler(({ input }) => tasks.dismiss(input.id)),
  }
}
