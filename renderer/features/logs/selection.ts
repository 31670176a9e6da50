import type { z } from 'zod'
import type { logsRoute } from './route.ts'

/** What is followed: the input of `logs.follow` without its scope. */
export type Selection = z.output<typeof logsRoute>

export const spans = [
  { seconds: 900, title: '15 min' },
  { seconds: 3_600, title: '1 h' },
  { seconds: 21_600, title: '6 h' },
  { seconds: 86_400, title: '24 h' },
] as const

/** The series colour of a pod: by its place among those seen, so that it keeps it while the page is open. */
export function podColour(pods: ReadonlyMap<string, number>, pod: string): string {
  let index = 0
  for (const name of pods.keys()) {
    if (name === pod) break
    index += 1
  }
  return `var(--s${(index % 8) + 1})`
}
