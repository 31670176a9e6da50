import { engine } from '../../rpc/router.ts'
import type { Host } from '../../ports/host.ts'
import { Terminals, type TerminalsNeeds } from './terminals.ts'

type FromHost = 'dataDirectory' | 'resourcesDirectory' | 'environment' | 'user'

export function terminalsNoun({ host, ...needs }: Omit<TerminalsNeeds, FromHost> & { host: Pick<Host, FromHost> }) {
  const { dataDirectory, resourcesDirectory, environment, user } = host
  const terminals = new Terminals({ ...needs, dataDirectory, resourcesDirectory, environment, user })
  const handlers = {
    shell: engine.terminals.shell.handler(({ input, signal }) => terminals.shell(input, signal)),
    kubectl: engine.terminals.kubectl.handler(({ input, signal }) => terminals.kubectl(input, signal)),
    input: engine.terminals.input.handler(({ input }) => terminals.input(input.streamId, input.data)),
    resize: engine.terminals.resize.handler(({ input }) => terminals.resize(input.streamId, input.columns, input.rows)),
    guard: engine.terminals.guard.handler(({ signal }) => terminals.questions.watch(signal)),
    answer: engine.terminals.answer.handler(({ input: { id, context, answer, confirmation } }) =>
      terminals.questions.answer(id, context, answer, confirmation.typedName),
    ),
    lock: engine.terminals.lock.handler(({ input }) => terminals.questions.lock(input.streamId)),
    close: engine.terminals.close.handler(({ input }) => terminals.close(input.streamId)),
  }
  return { handlers, stop: () => terminals.stop() }
}
