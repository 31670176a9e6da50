import { engine } from '../../rpc/router.ts'
import type { Forwards } from './forwards.ts'

export function forwardHandlers(forwards: Forwards) {
  return {
    watch: engine.forwards.watch.handler(({ signal }) => forwards.watch(signal)),
    open: engine.forwards.open.handler(({ input }) => forwards.open(input)),
    close: engine.forwards.close.handler(({ input }) => forwards.close(input.id)),
  }
}
