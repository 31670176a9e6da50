import type { ResourceRow } from '../../store/resources.ts'
import type { ObjectMeta } from '../../store/types.ts'
import type { Causes } from './causes.ts'

const label = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/
const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/
const service = /^[a-z]([-a-z0-9]*[a-z0-9])?$/
const pathSegment = /^(?!\.{1,2}$)[^/%]+$/
const qualified = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/

/** The sum over all annotations (apimachinery's TotalAnnotationSizeLimitB). */
const annotationBytes = 262_144

const labelMessage =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an " +
  "alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
const subdomainMessage =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end " +
  "with an alphanumeric character (e.g. 'example.com', regex used for validation is " +
  "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
const serviceMessage =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end " +
  "with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')"
const labelValueMessage =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with " +
  "an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is " +
  "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"

interface NameRule {
  pattern: RegExp
  length: number
  message: string
}

function nameRule(row: ResourceRow): NameRule {
  if (row.group === 'rbac.authorization.k8s.io') {
    return { pattern: pathSegment, length: 253, message: "may not be '.' or '..' and may not contain '/' or '%'" }
  }
  if (row.name === 'namespaces') return { pattern: label, length: 63, message: labelMessage }
  if (row.name === 'services') return { pattern: service, length: 63, message: serviceMessage }
  return { pattern: subdomain, length: row.name === 'cronjobs.batch' ? 52 : 253, message: subdomainMessage }
}

function checkKey(causes: Causes, field: string, key: string): void {
  const slash = key.indexOf('/')
  const name = key.slice(slash + 1)
  if (name.length > 63 || !qualified.test(name) || (slash !== -1 && !subdomain.test(key.slice(0, slash)))) {
    causes.invalid(
      field,
      key,
      "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric " +
        "character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is " +
        "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
    )
  }
}

export function checkLabels(causes: Causes, field: string, labels: Record<string, string> = {}): void {
  for (const [key, value] of Object.entries(labels)) {
    checkKey(causes, field, key)
    if (value.length > 63) causes.invalid(field, value, 'must be no more than 63 bytes')
    else if (value !== '' && !qualified.test(value)) causes.invalid(field, value, labelValueMessage)
  }
}

export function checkMetadata(causes: Causes, row: ResourceRow, metadata: ObjectMeta): void {
  const { pattern, length, message } = nameRule(row)
  if ((metadata.name ?? '') === '') causes.required('metadata.name', 'name or generateName is required')
  else if (metadata.name.length > length)
    causes.invalid('metadata.name', metadata.name, `must be no more than ${length} bytes`)
  else if (!pattern.test(metadata.name)) causes.invalid('metadata.name', metadata.name, message)
  checkLabels(causes, 'metadata.labels', metadata.labels)
  for (const key of Object.keys(metadata.annotations ?? {})) checkKey(causes, 'metadata.annotations', key.toLowerCase())
  const size = Object.entries(metadata.annotations ?? {}).reduce(
    (sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value),
    0,
  )
  if (size > annotationBytes) causes.tooLong('metadata.annotations', annotationBytes)
  for (const [index, owner] of (metadata.ownerReferences ?? []).entries()) {
    for (const field of ['apiVersion', 'kind', 'name', 'uid'] as const) {
      if ((owner[field] ?? '') === '') causes.required(`metadata.ownerReferences[${index}].${field}`)
    }
  }
}
