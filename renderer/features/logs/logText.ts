import type { LogLine } from '#shared/contract/logs.ts'

/** Lines as a file that other tools read: ISO time, pod/container, level, then the whole line where it was JSON. */
export function exportLines(lines: readonly LogLine[]): string {
  return lines
    .map((line) => {
      const at = new Date(line.at).toISOString()
      return `${at} ${line.pod}/${line.container} ${line.level.toUpperCase()} ${line.json ?? line.text}`
    })
    .join('\n')
    .concat(lines.length > 0 ? '\n' : '')
}

/** A pod's name short enough for a column: what it shares with the suite goes, its own ending stays. */
export function shortPod(pod: string): string {
  const bare = pod.replace(/^agency-swarm-/, '')
  const generated = /^(.+?)-[a-f0-9]{6,10}-([a-z0-9]{5})$/.exec(bare)
  const job = /^([a-z][a-z-]*?)-\d[-0-9a-z]*-([a-z0-9]{5})$/.exec(bare)
  const parts = generated ?? job
  return parts ? `${parts[1] ?? ''}-…-${parts[2] ?? ''}` : bare
}

export interface JsonToken {
  text: string
  kind: 'key' | 'string' | 'number' | 'word' | 'plain'
}

const piece = /("(?:[^"\\]|\\.)*")(\s*:)?|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|\b(?:true|false|null)\b|[{}[\],]/g

/**
 * JSON indented and in coloured pieces; a text that is not JSON comes back as it is. The pieces are those of the text itself:
 * printing the parsed value would round the long numbers that ids are made of.
 */
export function jsonTokens(json: string): JsonToken[] {
  try {
    JSON.parse(json)
  } catch {
    return [{ text: json, kind: 'plain' }]
  }
  const tokens: JsonToken[] = []
  let depth = 0
  let opened = false
  const line = () => ({ text: `\n${'  '.repeat(depth)}`, kind: 'plain' }) as const
  for (const [whole, text, colon, number] of json.matchAll(piece)) {
    if (whole === '}' || whole === ']') {
      depth -= 1
      if (!opened) tokens.push(line())
    } else if (opened) tokens.push(line())
    opened = whole === '{' || whole === '['
    if (opened) depth += 1
    if (text && colon) tokens.push({ text, kind: 'key' }, { text: ': ', kind: 'plain' })
    else
      tokens.push({ text: whole, kind: text ? 'string' : number ? 'number' : /^[a-z]/.test(whole) ? 'word' : 'plain' })
    if (whole === ',') tokens.push(line())
  }
  return tokens
}
