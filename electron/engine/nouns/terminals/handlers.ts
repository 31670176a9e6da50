import { engine } from '../../rpc/router.ts'
import type { Terminals } from './terminals.ts'

export function terminalHandlers(terminals: Terminals) {
  return {
    shell: engine.terminals.shell.handler(({ input, signal }) => terminals.shell(input, signal)),
    kubectl: engine.terminals.kubectl.handler(({ input, signal }) => terminals.kubectl(input, signal)),
    input: engine.terminals.input.handler(({ input }) => terminals.input(input.streamId, input.data)),
    resize: engine.terminals.resize.handler(({ input }) => terminals.resize(input.streamId, input.columns, input.rows)),
    close: engine.terminals.close.handler(({ input }) => terminals.close(input.streamId)),
  }
}
