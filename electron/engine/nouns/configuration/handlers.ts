import { engine } from '../../rpc/router.ts'
import type { Configuration } from './configuration.ts'
import type { ConfigurationName } from './kinds.ts'

export function configurationNoun({ configuration }: { configuration: Configuration }) {
  const { configuration: calls } = engine
  const handlers = {
    list: calls.list.handler(({ input, signal }) => configuration.list(input, signal)),
    detail: calls.detail.handler(({ input, signal }) => configuration.detail(nameOf(input), signal)),
    reveal: calls.reveal.handler(({ input }) => configuration.reveal(input, input.name, input.key)),
    impact: calls.impact.handler(({ input, signal }) => configuration.impact(nameOf(input), input.edit, signal)),
    change: calls.change.handler(({ input }) => configuration.change(nameOf(input), input.edit, input.resourceVersion)),
    undo: calls.undo.handler(({ input }) => configuration.undo(nameOf(input))),
    restartReaders: calls.restartReaders.handler(({ input }) => configuration.restartReaders(nameOf(input))),
  }
  return { handlers }
}

const nameOf = ({ context, namespace, kind, name }: ConfigurationName): ConfigurationName => ({
  context,
  namespace,
  kind,
  name,
})
