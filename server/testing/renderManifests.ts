import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse, parseAllDocuments } from 'yaml'

export interface KubernetesObject {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: {
    readonly name: string
    readonly namespace?: string
    readonly labels?: Record<string, string>
    readonly annotations?: Record<string, string>
  }
  readonly [field: string]: unknown
}

export type Values = Readonly<Record<string, string | number>>

const folder = join(import.meta.dirname, '../../resources/manifests')
const whole = /^\$\{([^}]+)\}$/
const within = /\$\{([^}]+)\}/g

function valueOf(values: Values, name: string): string | number {
  const generated = /^generated:(\d+)$/.exec(name)
  if (generated !== null) return 'x'.repeat(Number(generated[1]))
  const value = values[name]
  if (value === undefined) throw new Error(`No value is given for \${${name}}.`)
  return value
}

/** The rules of resources/manifests/README.md: typed where a text is one placeholder, left out where that value is empty. */
function fill(node: unknown, values: Values): unknown {
  if (typeof node === 'string') {
    const only = whole.exec(node)
    if (only?.[1] === undefined) return node.replace(within, (_match, name: string) => String(valueOf(values, name)))
    const value = valueOf(values, only[1])
    return value === '' ? undefined : value
  }
  if (Array.isArray(node)) return node.map((entry: unknown) => fill(entry, values))
  if (typeof node !== 'object' || node === null) return node
  const filled = Object.entries(node).map(([key, value]) => [key, fill(value, values)] as const)
  return Object.fromEntries(filled.filter(([, value]) => value !== undefined))
}

export function readProfile(name: string): Values {
  const profile = parse(readFileSync(join(folder, 'profiles', `${name}.yaml`), 'utf8'), { version: '1.2' }) as Values
  return { ...profile, namespace: 'agency-swarm', version: '1.2.3', release: 'r1' }
}

export function profileNames(): string[] {
  return readdirSync(join(folder, 'profiles')).map((file) => file.replace(/\.yaml$/, ''))
}

export function valuesSchema(): object {
  return JSON.parse(readFileSync(join(folder, 'values.schema.json'), 'utf8')) as object
}

/** The text of every base file by its name, in order. */
export function baseFiles(): ReadonlyMap<string, string> {
  const names = readdirSync(join(folder, 'base')).sort()
  return new Map(names.map((name) => [name, readFileSync(join(folder, 'base', name), 'utf8')]))
}

/** All objects of the suite with the values filled in, in the order of deployment. */
export function renderManifests(values: Values): KubernetesObject[] {
  return [...baseFiles().values()].flatMap((text) =>
    parseAllDocuments(text, { version: '1.1' }).map((document) => {
      if ('errors' in document && document.errors[0] !== undefined) throw document.errors[0]
      return fill(document.toJS(), values) as KubernetesObject
    }),
  )
}
