import { engine } from '../../rpc/router.ts'
import type { Host } from '../../ports/host.ts'
import { Terminals, type TerminalsNeeds } from './terminals.ts'

type FromHost = 'dataDirectory' | 'resourcesDirectory' | 'environment'

export function terminalsNoun({ host, ...needs }: Omit<TerminalsNeeds, FromHost> & { host: Pick<Host, FromHost> }) {
  const { dataDirectory, resourcesDirectory, environment } = host
  const terminals = new Terminals({ ...needs, dataDirectory, resourcesDirectory, environment })
  const handlers = {
    shell: engine.terminals.shell.handler(({ input, signal }) => terminals.shell(input, signal)),
    kubectl: engine.terminals.kubectl.handler(({ input, signal }) => terminals.kubectl(input, signal)),
    input: engine.terminals.input.handler(({ input }) => terminals.input(input.streamId, input.data)),
    resize: engine.terminals.resize.handler(({ input }) => terminals.resize(input.streamId, input.columns, input.rows)),
    close: engine.terminals.close.handler(({ input }) => terminals.close(input.streamId)),
  }
  return { handlers, stop: () => terminals.stop() }
}
