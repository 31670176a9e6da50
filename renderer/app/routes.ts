import { z } from 'zod'
import { backupsRoute } from '../features/backups/route.ts'
import { configurationRoute } from '../features/configuration/route.ts'
import { deployRoute } from '../features/deploy/route.ts'
import { logsRoute } from '../features/logs/route.ts'
import { workloadsRoute } from '../features/workloads/route.ts'

const noParameters = z.object({})

/**
 * Every page and the parameters it understands. `navigate` is typed by this table; `features.ts` says how each page looks.
 * Features state their parameters in a `route.ts` that imports nothing of the shell, so that the shell can be typed by them.
 */
export const routes = {
  fleet: noParameters,
  overview: noParameters,
  logs: logsRoute,
  workloads: workloadsRoute,
  deploy: deployRoute,
  configuration: configurationRoute,
  backups: backupsRoute,
  security: noParameters,
  settings: noParameters,
} as const

export type PageId = keyof typeof routes
/** Parameters as a page reads them: complete, with defaults. */
export type ParametersOf<Page extends PageId> = z.output<(typeof routes)[Page]>
/** Parameters as they are given: what is left out takes its default. */
export type GivenParameters<Page extends PageId> = z.input<(typeof routes)[Page]>

/** A page with its parameters, complete. */
export type Place = { [Page in PageId]: { page: Page; parameters: ParametersOf<Page> } }[PageId]

/** Where `navigate` can lead. */
export type Destination =
  | { page: PageId; parameters?: undefined }
  | { [Page in PageId]: { page: Page; parameters: GivenParameters<Page> } }[PageId]

export function isPageId(text: unknown): text is PageId {
  return typeof text === 'string' && Object.hasOwn(routes, text)
}

/**
 * Parameters from outside the program (a remembered location, a link): what the page does not know is dropped, what it cannot
 * read takes its default.
 */
export function readParameters<Page extends PageId>(page: Page, given: unknown): ParametersOf<Page> {
  const route: z.ZodObject = routes[page]
  const values = typeof given === 'object' && given !== null ? (given as Record<string, unknown>) : {}
  const readable = Object.entries(route.shape).flatMap(([name, schema]) => {
    const read = z.safeParse(schema, values[name])
    return read.success ? [[name, read.data]] : []
  })
  return route.parse(Object.fromEntries(readable)) as ParametersOf<Page>
}

/** A place from outside the program; the fleet where the page is not known. */
export function readPlace(given: { page?: unknown; parameters?: unknown }): Place {
  const page = isPageId(given.page) ? given.page : 'fleet'
  return { page, parameters: readParameters(page, given.parameters) } as Place
}
