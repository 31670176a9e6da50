import { engine } from '../../rpc/router.ts'
import type { ClusterDirectory } from '../../ports/directory.ts'
import { Forwards } from './forwards.ts'

export function forwardsNoun(needs: { directory: ClusterDirectory }) {
  const forwards = new Forwards(needs)
  const handlers = {
    watch: engine.forwards.watch.handler(({ signal }) => forwards.watch(signal)),
    open: engine.forwards.open.handler(({ input }) => forwards.open(input)),
    close: engine.forwards.close.handler(({ input }) => forwards.close(input.id)),
  }
  return { handlers, stop: () => forwards.stop() }
}
