import { create } from 'zustand'
import { persist } from 'zustand/middleware'
import {
  readParameters,
  readPlace,
  type Destination,
  type GivenParameters,
  type PageId,
  type ParametersOf,
  type Place,
} from '../routes.ts'
import { remembered } from './remembered.ts'

/** Where the window is: a page with its parameters, and the context (the way to a cluster) it shows. */
type Location = Place & {
  /** Null before one was chosen. */
  cluster: string | null
}

export type LocationState = Location & {
  /** The namespace chosen in each cluster. */
  namespaces: Readonly<Record<string, string>>
  /** Earlier locations, for Back; newest last. */
  past: readonly Location[]
  /** Locations that Back has left, for Forward; nearest last. */
  future: readonly Location[]
}

interface Remembered {
  page: PageId
  cluster: string | null
  namespaces: Readonly<Record<string, string>>
}

/** How many steps Back can go. */
const longestPast = 50

export const useLocation = create<LocationState>()(
  persist<LocationState, [], [], Remembered>(
    () => ({ page: 'fleet', cluster: null, parameters: {}, namespaces: {}, past: [], future: [] }),
    {
      ...remembered('location', ({ page, cluster, namespaces }: LocationState) => ({ page, cluster, namespaces })),
      merge: (stored, initial) => ({ ...initial, ...readRemembered(stored) }),
    },
  ),
)

/** What an earlier version or a person wrote there may be anything. */
function readRemembered(stored: unknown): Pick<LocationState, 'cluster' | 'namespaces'> & Place {
  const { page, cluster, namespaces } = (typeof stored === 'object' && stored !== null ? stored : {}) as Record<
    string,
    unknown
  >
  const chosen = typeof namespaces === 'object' && namespaces !== null ? Object.entries(namespaces) : []
  return {
    ...readPlace({ page }),
    cluster: typeof cluster === 'string' ? cluster : null,
    namespaces: Object.fromEntries(chosen.filter((entry): entry is [string, string] => typeof entry[1] === 'string')),
  }
}

function here({ page, parameters, cluster }: LocationState): Location {
  return { page, parameters, cluster } as Location
}

/** Goes to a page; the cluster stays when none is named. */
export function navigate(to: Destination & { cluster?: string }): void {
  useLocation.setState((before) => ({
    ...readPlace(to),
    cluster: to.cluster ?? before.cluster,
    past: [...before.past.slice(1 - longestPast), here(before)],
    future: [],
  }))
}

/** Changes parameters of the current page in place, as when a row is opened. Does nothing once another page is open. */
export function setParameters<Page extends PageId>(page: Page, change: Partial<GivenParameters<Page>>): void {
  useLocation.setState((before) =>
    before.page === page
      ? ({ parameters: readParameters(page, { ...before.parameters, ...change }) } as Partial<LocationState>)
      : before,
  )
}

const defaults = new Map<PageId, unknown>()

/** The parameters of a page, complete; its defaults while another page is open. */
export function useParameters<Page extends PageId>(page: Page): ParametersOf<Page> {
  return useLocation((location) => {
    if (location.page === page) return location.parameters as ParametersOf<Page>
    if (!defaults.has(page)) defaults.set(page, readParameters(page, {}))
    return defaults.get(page) as ParametersOf<Page>
  })
}

export function goBack(): void {
  useLocation.setState((now) => {
    const before = now.past.at(-1)
    return before ? { ...before, past: now.past.slice(0, -1), future: [...now.future, here(now)] } : now
  })
}

export function goForward(): void {
  useLocation.setState((now) => {
    const next = now.future.at(-1)
    return next ? { ...next, future: now.future.slice(0, -1), past: [...now.past, here(now)] } : now
  })
}

export function chooseNamespace(cluster: string, namespace: string): void {
  useLocation.setState(({ namespaces }) => ({ namespaces: { ...namespaces, [cluster]: namespace } }))
}
