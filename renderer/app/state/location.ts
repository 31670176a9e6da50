import { create } from 'zustand'
import { persist } from 'zustand/middleware'
import { remembered } from './remembered.ts'

/** Where the window is: a page, the cluster it speaks of, and that page's own parameters (as the open pod). */
interface Location {
  page: string
  /** Null on pages that speak of all clusters, and before one was chosen. */
  cluster: string | null
  parameters: Readonly<Record<string, string>>
}

interface LocationState extends Location {
  /** The namespace chosen in each cluster. */
  namespaces: Readonly<Record<string, string>>
  /** Earlier locations, for Alt+Left. */
  past: readonly Location[]
}

export const useLocation = create<LocationState>()(
  persist<LocationState, [], [], Pick<LocationState, 'page' | 'cluster' | 'namespaces'>>(
    () => ({ page: 'fleet', cluster: null, parameters: {}, namespaces: {}, past: [] }),
    remembered('location', ({ page, cluster, namespaces }) => ({ page, cluster, namespaces })),
  ),
)

/** Goes to a page; the cluster stays when none is named. */
export function navigate(to: { page: string; cluster?: string; parameters?: Record<string, string> }): void {
  useLocation.setState(({ page, cluster, parameters, past }) => ({
    page: to.page,
    cluster: to.cluster ?? cluster,
    parameters: to.parameters ?? {},
    past: [...past.slice(-49), { page, cluster, parameters }],
  }))
}

/** Changes the page's parameters in place, as when a row is opened; undefined removes one. */
export function setParameters(change: Record<string, string | undefined>): void {
  useLocation.setState(({ parameters }) => ({
    parameters: Object.fromEntries(
      Object.entries({ ...parameters, ...change }).filter((entry): entry is [string, string] => entry[1] !== undefined),
    ),
  }))
}

export function goBack(): void {
  useLocation.setState(({ past }) => {
    const before = past.at(-1)
    return before ? { ...before, past: past.slice(0, -1) } : {}
  })
}

export function chooseNamespace(cluster: string, namespace: string): void {
  useLocation.setState(({ namespaces }) => ({ namespaces: { ...namespaces, [cluster]: namespace } }))
}
