import type { TerminalQuestion } from '#shared/contract/terminals.ts'
import { plural } from '../../kit/index.ts'

/** Special cases, by verb and resource; `what` is the object's name. */
const known: Readonly<Record<string, (what: string) => string>> = {
  'connect pods/exec': (what) => `Run a program in pod ${what}`,
  'connect pods/attach': (what) => `Attach to a running program in pod ${what}`,
  'connect pods/portforward': (what) => `Forward ports of pod ${what}`,
  'create pods/eviction': (what) => `Evict pod ${what}`,
  'create serviceaccounts/token': (what) => `Create a token that signs in as service account ${what}`,
  'patch pods/ephemeralcontainers': (what) => `Add a debugging container to pod ${what}`,
}

const verbs = { create: 'Create', update: 'Replace', patch: 'Change', delete: 'Delete' } as const

/** What a request would do, as a title: "Delete pods/web-0". */
export function questionTitle(question: TerminalQuestion): string {
  const { verb, resource, names, count } = question
  const name = names[0] ?? '(named by the server)'
  const special = known[`${verb} ${resource}`]
  if (special) return special(name)
  switch (verb) {
    case 'unclear':
      return 'Send a request that the console cannot read'
    case 'connect':
      return `Open a connection through the cluster: ${resource} ${names[0] ?? ''}`.trim()
    case 'deletecollection':
      return count === null ? `Delete an unknown number of ${resource}` : `Delete ${plural(count, resource, resource)}`
    default:
      return `${verbs[verb]} ${resource}/${name}`
  }
}

/** Objects of a collection by name, as far as they are known. */
export function namesOf({ names, count }: TerminalQuestion): string {
  const rest =
    count === null
      ? ' and others that could not be counted'
      : count > names.length
        ? ` and ${count - names.length} more`
        : ''
  return `${names.join(', ')}${rest}`.trim()
}
