import { parseDocument, isMap, isSeq } from 'yaml'
import type { EditorFault } from '../../../kit/index.ts'
import { yamlFaults } from '../yamlFaults.ts'

/** What of an autoscaler's spec has a field of its own; the rest is edited as YAML. */
export interface AutoscalerFields {
  minimum: string
  maximum: string
  /** Percent of the CPU request; empty when it does not scale by that. */
  cpu: string
}

export type AutoscalerField = keyof AutoscalerFields

const paths = { minimum: ['minReplicas'], maximum: ['maxReplicas'] } as const

/** The fields of a spec, as text. @returns undefined when the YAML cannot be read */
export function readAutoscaler(yaml: string): AutoscalerFields | undefined {
  const document = parseDocument(yaml)
  if (document.errors.length > 0 || !isMap(document.contents)) return undefined
  const text = (path: readonly unknown[]) => {
    const value: unknown = document.getIn(path)
    return typeof value === 'number' || typeof value === 'string' ? String(value) : ''
  }
  const cpu = cpuPath(document)
  return { minimum: text(paths.minimum), maximum: text(paths.maximum), cpu: cpu ? text(cpu) : '' }
}

/** The spec with one field changed; comments, order and everything else stay as they are. */
export function writeAutoscaler(yaml: string, field: AutoscalerField, typed: string): string {
  const document = parseDocument(yaml)
  const path = field === 'cpu' ? cpuPath(document) : paths[field]
  if (document.errors.length > 0 || !path) return yaml
  const value = /^\d+$/.test(typed) ? Number(typed) : typed
  if (typed === '') document.deleteIn(path)
  else document.setIn(path, value)
  return document.toString({ lineWidth: 0 })
}

/** What is wrong with the typed numbers, before the cluster is asked. */
export function autoscalerProblem({ minimum, maximum, cpu }: AutoscalerFields): string | undefined {
  const isCount = (text: string) => /^[1-9]\d*$/.test(text)
  if (minimum !== '' && !isCount(minimum)) return 'The least number of pods is a whole number from 1.'
  if (!isCount(maximum)) return 'The greatest number of pods is a whole number from 1.'
  if (Number(minimum || 1) > Number(maximum)) return 'The least number of pods is above the greatest.'
  return cpu === '' || isCount(cpu) ? undefined : 'The CPU target is a percentage of the request, as 70.'
}

function cpuPath(document: ReturnType<typeof parseDocument>): (string | number)[] | undefined {
  const metrics: unknown = document.get('metrics')
  if (!isSeq(metrics)) return undefined
  const index = metrics.items.findIndex(
    (item) => isMap(item) && item.get('type') === 'Resource' && item.getIn(['resource', 'name']) === 'cpu',
  )
  return index < 0 ? undefined : ['metrics', index, 'resource', 'target', 'averageUtilization']
}

/** What keeps a text from being the YAML of a spec. */
export function specFaults(yaml: string): EditorFault[] {
  const document = parseDocument(yaml, { uniqueKeys: true })
  const faults = yamlFaults(document, yaml)
  if (faults.length > 0) return faults
  return isMap(document.contents) ? [] : [{ line: 1, message: 'The spec is a mapping: one field a line.' }]
}
