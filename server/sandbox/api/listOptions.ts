import { ApiError, badRequest, invalid } from './errors.ts'
import { Causes } from './validation/causes.ts'

const options = { group: 'meta.k8s.io', kind: 'ListOptions', plural: 'listoptions' }
const matches = ['Exact', 'NotOlderThan']
const mostRevision = 18_446_744_073_709_551_615n

function refuseWith(causes: Causes): void {
  if (causes.list.length > 0) throw invalid(options, '', causes.list)
}

/** 422 for options of a list that contradict each other, as apimachinery's `ValidateListOptions` finds them. */
export function checkListOptions(query: URLSearchParams): void {
  const causes = new Causes()
  const match = query.get('resourceVersionMatch') ?? ''
  const version = query.get('resourceVersion') ?? ''
  if (match !== '') {
    if (version === '') causes.forbidden('resourceVersionMatch', 'resourceVersionMatch is forbidden unless resourceVersion is provided') // prettier-ignore
    if ((query.get('continue') ?? '') !== '') causes.forbidden('resourceVersionMatch', 'resourceVersionMatch is forbidden when continue is provided') // prettier-ignore
    causes.oneOf('resourceVersionMatch', match, [...matches, ''])
    if (match === 'Exact' && version === '0') causes.forbidden('resourceVersionMatch', 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"') // prettier-ignore
  }
  if (query.has('sendInitialEvents')) causes.forbidden('sendInitialEvents', 'sendInitialEvents is forbidden for list')
  refuseWith(causes)
}

/** The same for a watch. */
export function checkWatchOptions(query: URLSearchParams): void {
  const causes = new Causes()
  const match = query.get('resourceVersionMatch') ?? ''
  const initial = query.has('sendInitialEvents')
  if (initial && match !== 'NotOlderThan') causes.forbidden('resourceVersionMatch', 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan') // prettier-ignore
  if (match !== '') {
    if (!initial) causes.forbidden('resourceVersionMatch', 'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided') // prettier-ignore
    causes.oneOf('resourceVersionMatch', match, ['NotOlderThan'])
    if ((query.get('continue') ?? '') !== '') causes.forbidden('resourceVersionMatch', 'resourceVersionMatch is forbidden when continue is provided') // prettier-ignore
  }
  refuseWith(causes)
}

/**
 * The revision a read asks for; 0 when it asks for none. What is no unsigned 64-bit number is refused: 400 for a list; the reader of a
 * watch or of one object has no answer of its own for it, which makes it a 500 without a reason.
 */
export function parseResourceVersion(query: URLSearchParams, of: 'list' | 'watch or object'): number {
  const text = query.get('resourceVersion') ?? ''
  if (text === '') return 0
  const number = /^\d+$/.test(text)
  if (number && BigInt(text) <= mostRevision) return Number(text)
  const why = `strconv.ParseUint: parsing ${JSON.stringify(text)}: ${number ? 'value out of range' : 'invalid syntax'}`
  const fault = `resourceVersion: Invalid value: ${JSON.stringify(text)}: ${why}`
  throw of === 'list' ? badRequest(`invalid resource version: ${fault}`) : new ApiError(500, '', fault)
}
