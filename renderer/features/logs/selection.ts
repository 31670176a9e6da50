/** What is followed: the input of `logs.follow` without its scope. */
export interface Selection {
  services: string[]
  pods: string[]
  previous: boolean
  sinceSeconds: number
}

export const spans = [
  { seconds: 900, title: '15 min' },
  { seconds: 3_600, title: '1 h' },
  { seconds: 21_600, title: '6 h' },
  { seconds: 86_400, title: '24 h' },
] as const

const list = (text: string | undefined) => (text ? text.split(',').filter(Boolean) : [])

/** Reads what another page asked for: `services` and `pods` separated by commas, `previous` for the run before the last start. */
export function readSelection(parameters: Readonly<Record<string, string>>): Selection {
  const seconds = Number(parameters['since'])
  return {
    services: list(parameters['services']),
    pods: list(parameters['pods']),
    previous: parameters['previous'] === 'true',
    sinceSeconds: spans.some((span) => span.seconds === seconds) ? seconds : 3_600,
  }
}

/** The series colour of a pod: by its place among those seen, so that it keeps it while the page is open. */
export function podColour(pods: ReadonlyMap<string, number>, pod: string): string {
  let index = 0
  for (const name of pods.keys()) {
    if (name === pod) break
    index += 1
  }
  return `var(--s${(index % 8) + 1})`
}
