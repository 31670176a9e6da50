import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')
const sheets = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
  (path) => path.endsWith('.css') && !path.endsWith('tokens.css'),
)

test.each(sheets)('%s takes its colours from the tokens', (path) => {
  const text = readFileSync(join(root, path), 'utf8').replace(/\/\*[\s\S]*?\*\//g, '')
  expect(text.match(/#[0-9a-fA-F]{3,8}\b(?=[^{]*\})|\brgba?\(|\bhsla?\(/g) ?? []).toEqual([])
})

test.each(sheets)('%s names only tokens that exist', (path) => {
  const known = new Set(
    [...readFileSync(join(root, 'kit/tokens.css'), 'utf8').matchAll(/--([\w-]+):/g)].map((match) => match[1]),
  )
  const text = readFileSync(join(root, path), 'utf8')
  const own = new Set([...text.matchAll(/--([\w-]+)\s*:/g)].map((match) => match[1]))
  const unknown = [...text.matchAll(/var\(--([\w-]+)/g)]
    .map((match) => match[1])
    .filter((name) => !known.has(name) && !own.has(name))
  expect(unknown).toEqual([])
})
