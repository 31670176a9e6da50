import { visit, type Document } from 'yaml'
import type { EditorFault } from '../../kit/index.ts'

/** Aliases are resolved as kubectl does; a text that multiplies itself by them is refused. */
export const mostAliases = 100

/** Why a text is not the YAML of an object: its lines, tags without a meaning here, aliases that lead nowhere or everywhere. */
export function yamlFaults(document: Document.Parsed, text: string): EditorFault[] {
  const wrong = [...document.errors, ...document.warnings]
  if (wrong.length > 0) {
    return wrong.map((error) => ({
      line: error.linePos?.[0].line ?? 0,
      message: error.message.split('\n')[0]?.replace(/ at line \d+, column \d+:?$/, '.') ?? 'This is not YAML.',
    }))
  }
  const lost = unresolved(document)
  if (lost) {
    return [{ line: lineAt(text, lost.at), message: `The alias *${lost.name} refers to no anchor above it.` }]
  }
  try {
    document.toJS({ maxAliasCount: mostAliases })
    return []
  } catch (thrown) {
    if (!(thrown instanceof ReferenceError) && !(thrown instanceof RangeError)) throw thrown
    return [{ line: 0, message: 'The aliases refer to themselves, or repeat too much.' }]
  }
}

function unresolved(document: Document.Parsed): { name: string; at: number } | undefined {
  let found: { name: string; at: number } | undefined
  visit(document, {
    Alias: (_key, node) => {
      if (node.resolve(document)) return undefined
      found = { name: node.source, at: node.range?.[0] ?? 0 }
      return visit.BREAK
    },
  })
  return found
}

/** The line of a place in the text, from 1. */
export function lineAt(text: string, at: number): number {
  return text.slice(0, at).split('\n').length
}
