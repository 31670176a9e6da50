import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

const source = readFileSync(join(import.meta.dirname, 'tokens.css'), 'utf8')

function tokensOf(theme: 'dark' | 'light'): Map<string, string> {
  const block = new RegExp(`\\[data-theme=${theme}\\]\\{([^}]*)\\}`).exec(source)?.[1] ?? ''
  return new Map([...block.matchAll(/--([\w-]+):(#[0-9A-Fa-f]{6})/g)].map((match) => [match[1] ?? '', match[2] ?? '']))
}

/** WCAG 2.2 relative luminance. */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return (light + 0.05) / (dark + 0.05)
}

/** What `color-mix` makes of this share of one colour over the other. */
function mixed(one: string, other: string, share: number): string {
  const parts = [1, 3, 5].map((at) => {
    const [over = 0, under = 0] = [one, other].map((colour) => Number.parseInt(colour.slice(at, at + 2), 16))
    return Math.round(over * share + under * (1 - share))
      .toString(16)
      .padStart(2, '0')
  })
  return `#${parts.join('')}`
}

const surfaces = ['chrome', 'canvas', 'panel', 'raised', 'hover', 'selected', 'overlay', 'term']
const texts = ['t1', 't2', 't3', 'link', 'ok', 'warn', 'crit', 'info', 'unk', 'prod']

describe.each(['dark', 'light'] as const)('the %s theme', (theme) => {
  const tokens = tokensOf(theme)
  const pairs = texts.flatMap((text) => surfaces.map((surface) => [text, surface] as const))

  test.each(pairs)('%s on %s has a contrast of 4.5 at least', (text, surface) => {
    expect(contrast(tokens.get(text) ?? '', tokens.get(surface) ?? '')).toBeGreaterThanOrEqual(4.5)
  })

  // Names of pods stand in their colour in the logs, also on the tint of lines that are errors.
  test.each(['t3', 's1', 's2', 's3', 's4', 's5', 's6', 's7', 's8'])(
    '%s on the line of an error has a contrast of 4.5 at least',
    (text) => {
      const tint = mixed(tokens.get('crit') ?? '', tokens.get('term') ?? '', 0.14)
      expect(contrast(tokens.get(text) ?? '', tint)).toBeGreaterThanOrEqual(4.5)
    },
  )

  test.each(['add-bg', 'del-bg'])('line numbers on %s have a contrast of 4.5 at least', (surface) => {
    expect(contrast(tokens.get('t3') ?? '', tokens.get(surface) ?? '')).toBeGreaterThanOrEqual(4.5)
  })

  test.each(['accent', 'prod-fill', 'stg-fill', 'edge-fill', 'sbx-fill'])(
    'white on %s has a contrast of 4.5 at least',
    (fill) => {
      expect(contrast('#FFFFFF', tokens.get(fill) ?? '')).toBeGreaterThanOrEqual(4.5)
    },
  )
})

test('both themes define the same tokens', () => {
  expect([...tokensOf('dark').keys()]).toEqual([...tokensOf('light').keys()])
})
