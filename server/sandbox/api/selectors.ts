import type { KubeObject } from '../store/types.ts'
import { badRequest } from './errors.ts'

export type Matcher = (object: KubeObject) => boolean

interface LabelSelector {
  matchLabels?: Record<string, string>
  matchExpressions?: { key: string; operator: string; values?: string[] }[]
}

const set = /^([\w./-]+)\s+(in|notin)\s*\(([^)]*)\)$/
const equality = /^([\w./-]+)\s*(==|=|!=)\s*([\w.-]*)$/
const existence = /^(!?)\s*([\w./-]+)$/
const order = /^([\w./-]+)\s*([<>])\s*(-?\d+)$/

function labelTerm(term: string): (labels: Record<string, string>) => boolean {
  const [, setKey, setOperator, list] = set.exec(term) ?? []
  if (setKey !== undefined && list !== undefined) {
    const values = list.split(',').map((value) => value.trim())
    const isIn = setOperator === 'in'
    return (labels) => (labels[setKey] !== undefined && values.includes(labels[setKey])) === isIn
  }
  const [, key, operator, value] = equality.exec(term) ?? []
  if (key !== undefined) return (labels) => (labels[key] === value) === (operator !== '!=')
  const [, negation, present] = existence.exec(term) ?? []
  if (present !== undefined) return (labels) => (labels[present] === undefined) === (negation === '!')
  const [, compared, sign, number] = order.exec(term) ?? []
  if (compared !== undefined) {
    return (labels) => {
      const found = Number(labels[compared])
      return sign === '<' ? found < Number(number) : found > Number(number)
    }
  }
  throw badRequest(`unable to parse requirement: found '${term}', expected a label selector`)
}

/** Splits at commas outside parentheses. */
const terms = (text: string): string[] =>
  text
    .split(/,(?![^(]*\))/)
    .map((term) => term.trim())
    .filter((term) => term !== '')

/** A label selector as `-l` takes it: `a=b,c!=d,e in (f,g),h,!i`. */
export function labelMatcher(text: string): Matcher {
  const all = terms(text).map(labelTerm)
  return (object) => all.every((matches) => matches(object.metadata.labels ?? {}))
}

/** A label selector of an object's spec. An empty one matches everything, an absent one nothing. */
export function selectorMatches(selector: LabelSelector | undefined, labels: Record<string, string> = {}): boolean {
  if (selector === undefined) return false
  const equal = Object.entries(selector.matchLabels ?? {}).every(([key, value]) => labels[key] === value)
  return (
    equal &&
    (selector.matchExpressions ?? []).every(({ key, operator, values = [] }) => {
      const found = labels[key]
      if (operator === 'Exists') return found !== undefined
      if (operator === 'DoesNotExist') return found === undefined
      return (found !== undefined && values.includes(found)) === (operator === 'In')
    })
  )
}

function valueAt(object: unknown, path: string): string {
  let value = object
  for (const part of path.split('.')) {
    value = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[part] : undefined
  }
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : ''
}

/** The fields a server selects by; the ones every kind has are `metadata.name` and `metadata.namespace`. */
const selectable: Readonly<Record<string, readonly string[]>> = {
  pods: ['spec.nodeName', 'spec.restartPolicy', 'spec.schedulerName', 'spec.serviceAccountName', 'spec.hostNetwork', 'status.phase', 'status.podIP', 'status.nominatedNodeName'], // prettier-ignore
  events: ['involvedObject.kind', 'involvedObject.namespace', 'involvedObject.name', 'involvedObject.uid', 'involvedObject.apiVersion', 'involvedObject.resourceVersion', 'involvedObject.fieldPath', 'reason', 'reportingComponent', 'source', 'type'], // prettier-ignore
  secrets: ['type'],
  namespaces: ['status.phase'],
  nodes: ['spec.unschedulable'],
  services: ['spec.clusterIP', 'spec.type'],
  'replicasets.apps': ['status.replicas'],
  'jobs.batch': ['status.successful'],
}

/** A field selector: `metadata.name=a,status.phase!=Running`. Fields that a server does not index are a 400. */
export function fieldMatcher(resource: string, text: string): Matcher {
  const fields = ['metadata.name', 'metadata.namespace', ...(selectable[resource] ?? [])]
  const all = terms(text).map((term): Matcher => {
    const [, path, operator, wanted = ''] = /^([\w.]+)\s*(==|=|!=)\s*(.*)$/.exec(term) ?? []
    if (path === undefined) throw badRequest(`invalid field selector "${term}"; can't understand "${term}"`)
    if (!fields.includes(path)) throw badRequest(`field label not supported: ${path}`)
    const read = path === 'source' ? 'source.component' : path
    const fallback = path === 'spec.hostNetwork' || path === 'spec.unschedulable' ? 'false' : ''
    return (object) => ((valueAt(object, read) || fallback) === wanted) === (operator !== '!=')
  })
  return (object) => all.every((matches) => matches(object))
}
