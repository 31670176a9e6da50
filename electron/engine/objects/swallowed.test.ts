import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const engine = join(import.meta.dirname, '..')

/** An error that becomes an empty value: what could not be read then looks as if it were not there. */
const swallowing = [
  /\.catch\(\s*\(\)\s*=>\s*(\[\]|\(\{\}\)|null|0|false|''|new (Map|Set)\(\))/,
  /\b(listObjects|getObject|present|known)\([^;]*?\)\s*\.catch\(\s*\(\)\s*=>\s*undefined/,
  /catch\s*(\(\w+\))?\s*\{\s*return (\[\]|new (Map|Set)\(\))/,
]

/** Where it may: the value only adds words to a failure that is told anyway, or absence is what was asked. */
const allowed: Record<string, string> = {
  'kube/authorities.ts': 'folders of authorities, which Go too skips where they cannot be read',
  'objects/rolloutWait.ts': 'events and log lines of a rollout that has failed',
  'nouns/rollouts/follow.ts': 'the pods a failed rollout is stuck on, added to its error',
  'nouns/backups/serverFacts.ts': 'free space, told as not known',
  'nouns/backups/backups.ts': 'the images noted in a manifest',
  'nouns/backups/plan.ts': 'the services that a restore plan names',
}

const sources = readdirSync(engine, { recursive: true, encoding: 'utf8' }).filter(
  (path) => path.endsWith('.ts') && !path.endsWith('.test.ts') && !path.includes('testing/'),
)

function swallowedIn(path: string): string[] {
  const text = readFileSync(join(engine, path), 'utf8')
  return swallowing.flatMap((pattern) => [...text.matchAll(new RegExp(pattern, 'g'))].map(([found]) => found))
}

it('is found in no source: a list that could not be read is never an empty one', () => {
  expect(sources.length).toBeGreaterThan(150)
  const found = sources.flatMap((path) => (path in allowed ? [] : swallowedIn(path).map((text) => `${path}: ${text}`)))
  expect(found).toEqual([])
})

it.each([
  'const all = await listObjects(connection, kind).catch(() => [])',
  'const one = await getObject(connection, ref, { signal }).catch(() => undefined)',
  'try { return await all() } catch { return [] }',
])('would be found: %s', (text) => {
  expect(swallowing.some((pattern) => pattern.test(text))).toBe(true)
})
