import { readQuantity } from '#shared/quantity.ts'
import { isSet } from './fill.ts'
import { plainText, valueAt, type Values } from './types.ts'

interface BrokenRule {
  path: string
  message: string
}

const numberAt = (values: Values, path: string) => Number(valueAt(values, path))
const textAt = (values: Values, path: string) => plainText(valueAt(values, path))

/**
 * Connections that one replica holds: its pool (the services' default of DATABASE_POOL_SIZE) and the one that hears of changes; the
 * agents have another one that hears of jobs. The same numbers as in scripts/render/connections.test.ts.
 */
const connectionsOf = { backend: 9, mcp: 9, frontend: 9, agents: 10 }
/** PostgreSQL's own reserve of 3, and jobs, backups, exporters and terminals that come and go. */
const otherConnections = 15

/** What no schema can say: values that fit by themselves and not together. */
export function brokenRules(values: Values): BrokenRule[] {
  return [replicas(values), connections(values), missingCompanions(values), ...resources(values)].flat()
}

function replicas(values: Values): BrokenRule[] {
  const [minimum, maximum] = [
    numberAt(values, 'replicas.backend.minimum'),
    numberAt(values, 'replicas.backend.maximum'),
  ]
  if (minimum <= maximum) return []
  return [
    {
      path: 'replicas.backend.minimum',
      message: `"replicas.backend.minimum" is ${minimum}, which is more than the maximum of ${maximum}.`,
    },
  ]
}

function connections(values: Values): BrokenRule[] {
  const most = numberAt(values, 'postgresql.maxConnections')
  const needed = Object.entries(connectionsOf).reduce((sum, [service, each]) => {
    const count = numberAt(values, service === 'backend' ? 'replicas.backend.maximum' : `replicas.${service}`)
    // One more of each during a rolling update.
    return sum + (count + 1) * each
  }, otherConnections)
  if (needed <= most) return []
  const message = `"postgresql.maxConnections" is ${most}, and all replicas together may hold ${needed}. Raise it (and the memory of PostgreSQL), or have fewer replicas.`
  return [{ path: 'postgresql.maxConnections', message }]
}

/** What must be given as well once another value is. */
const companions: Record<string, string[]> = {
  'gateway.enabled': ['hosts.web', 'gateway.name'],
  'models.baseUrl': ['models.haiku', 'models.sonnet', 'models.opus'],
  'models.embeddingBaseUrl': ['models.embeddingModel', 'models.embeddingDimensions'],
}

function missingCompanions(values: Values): BrokenRule[] {
  return Object.entries(companions).flatMap(([given, needed]) => {
    if (!isSet(values, given)) return []
    const missing = needed.filter((path) => !isSet(values, path))
    return missing.map((path) => ({ path, message: `"${path}" must be given: "${given}" needs it.` }))
  })
}

function resources(values: Values): BrokenRule[] {
  const services = Object.keys((valueAt(values, 'resources') ?? {}) as Values)
  return services.flatMap((service) =>
    ['cpu', 'memory'].flatMap((name) => {
      const [request, limit] = ['requests', 'limits'].map((half) =>
        textAt(values, `resources.${service}.${half}.${name}`),
      ) as [string, string]
      if ((readQuantity(request) ?? 0) <= (readQuantity(limit) ?? 0)) return []
      const path = `resources.${service}.requests.${name}`
      return [{ path, message: `"${path}" is ${request}, which is more than its limit of ${limit}.` }]
    }),
  )
}
