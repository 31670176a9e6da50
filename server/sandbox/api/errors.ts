/** One entry of a Status' `details.causes`. */
export interface StatusCause {
  reason: string
  message: string
  field?: string
}

export interface StatusDetails {
  name?: string
  group?: string
  /** The plural resource for most reasons, the kind for Invalid, as a Kubernetes API server does. */
  kind?: string
  uid?: string
  causes?: StatusCause[]
  retryAfterSeconds?: number
}

export interface Status {
  kind: 'Status'
  apiVersion: 'v1'
  metadata: Record<string, never>
  status: 'Failure'
  message: string
  reason: string
  details?: StatusDetails
  code: number
}

/** A request that failed the way a Kubernetes API server would fail it: HTTP code, machine-readable reason, message. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly code: number
  readonly reason: string
  readonly details: StatusDetails | undefined

  constructor(code: number, reason: string, message: string, details?: StatusDetails) {
    super(message)
    this.code = code
    this.reason = reason
    this.details = details
  }

  /** The body a client receives. */
  toStatus(): Status {
    return {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: this.message,
      reason: this.reason,
      ...(this.details === undefined ? {} : { details: this.details }),
      code: this.code,
    }
  }
}

/** How a message names a resource: `deployments.apps`, `pods`. */
export interface ResourceIdentity {
  group: string
  plural: string
  kind: string
}

const qualifiedName = (row: { group: string; plural: string }): string =>
  row.group === '' ? row.plural : `${row.plural}.${row.group}`

const identify = (row: ResourceIdentity, name: string): StatusDetails => ({
  name,
  ...(row.group === '' ? {} : { group: row.group }),
  kind: row.plural,
})

export const badRequest = (message: string): ApiError => new ApiError(400, 'BadRequest', message)

export const notFound = (row: ResourceIdentity, name: string): ApiError =>
  new ApiError(404, 'NotFound', `${qualifiedName(row)} "${name}" not found`, identify(row, name))

export const alreadyExists = (row: ResourceIdentity, name: string): ApiError =>
  new ApiError(409, 'AlreadyExists', `${qualifiedName(row)} "${name}" already exists`, identify(row, name))

export const conflict = (row: ResourceIdentity, name: string, why: string): ApiError =>
  new ApiError(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${qualifiedName(row)} "${name}": ${why}`,
    identify(row, name),
  )

export const forbidden = (row: ResourceIdentity, name: string, why: string, causes?: StatusCause[]): ApiError =>
  new ApiError(403, 'Forbidden', `${qualifiedName(row)} ${name === '' ? '' : `"${name}" `}is forbidden: ${why}`, {
    ...identify(row, name),
    ...(causes === undefined ? {} : { causes }),
  })

export const gone = (message: string): ApiError => new ApiError(410, 'Expired', message)

const capitals = {
  FieldValueRequired: 'Required value',
  FieldValueInvalid: 'Invalid value',
  FieldValueForbidden: 'Forbidden',
  FieldValueNotSupported: 'Unsupported value',
  FieldValueDuplicate: 'Duplicate value',
}

/** A cause of an Invalid status. `value` is shown the way Go prints it: strings quoted. */
export function fieldCause(reason: keyof typeof capitals, field: string, value: unknown, detail: string): StatusCause {
  const shown = reason === 'FieldValueRequired' || reason === 'FieldValueForbidden' ? '' : `: ${JSON.stringify(value)}`
  return { reason, field, message: `${capitals[reason]}${shown}${detail === '' ? '' : `: ${detail}`}` }
}

/** 422 with every failing field. */
export function invalid(row: ResourceIdentity, name: string, causes: StatusCause[]): ApiError {
  const lines = causes.map((cause) => `${cause.field ?? ''}: ${cause.message}`)
  const shown = lines.length === 1 ? (lines[0] ?? '') : `[${lines.join(', ')}]`
  const kind = row.group === '' ? row.kind : `${row.kind}.${row.group}`
  return new ApiError(422, 'Invalid', `${kind} "${name}" is invalid: ${shown}`, {
    ...(name === '' ? {} : { name }),
    ...(row.group === '' ? {} : { group: row.group }),
    ...(row.kind === '' ? {} : { kind: row.kind }),
    causes,
  })
}
