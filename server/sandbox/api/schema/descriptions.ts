import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export interface Described {
  description: string
  fields: ReadonlyMap<string, { description: string; required: boolean }>
}

const nothing: Described = { description: '', fields: new Map() }

/** The folder of the client's generated declarations; undefined in a package that leaves them out. */
function declarations(): URL | undefined {
  try {
    return new URL('./gen/models/', import.meta.resolve('@kubernetes/client-node'))
  } catch {
    return undefined
  }
}

const cleaned = (comment: string): string =>
  comment
    .replace(/^\s*\*\s?/gm, '')
    .replaceAll('\\"', '"')
    .replaceAll("\\'", "'")
    .trim()

/**
 * Descriptions and required fields of a model, from the client's declarations: the attribute map that exists at run time has
 * neither. Empty where the declarations are not installed.
 */
export function describeModel(model: string): Described {
  const folder = declarations()
  if (folder === undefined) return nothing
  let text: string
  try {
    text = readFileSync(fileURLToPath(new URL(`${model}.d.ts`, folder)), 'utf8')
  } catch {
    return nothing
  }
  const fields = new Map<string, { description: string; required: boolean }>()
  const pattern = /(?:\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*)?^ {4}'(\w+)'(\??):/gm
  for (const [, comment = '', name = '', optional] of text.matchAll(pattern)) {
    fields.set(name, { description: cleaned(comment), required: optional === '' })
  }
  const own = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*export declare class/.exec(text)?.[1] ?? ''
  return { description: cleaned(own), fields }
}
