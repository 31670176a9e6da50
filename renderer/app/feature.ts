import type { ComponentType } from 'react'
import type { Icon } from '../kit/index.ts'
import type { PageId } from './routes.ts'
import type { DockTab } from './state/dock.ts'

/**
 * Where a page stands in the rail: above the cluster, in one of the three groups of the current cluster (what happens, what is
 * there, what is changed), or at the foot.
 */
export const places = ['top', 'observe', 'inspect', 'change', 'foot'] as const

export interface Page {
  id: PageId
  title: string
  icon: Icon
  /** `G` then this letter goes there. */
  letter?: string
  place: (typeof places)[number]
  component: ComponentType
  /** A mark beside the rail entry: a count of failures, a ring while something runs. Rendered in both rail widths. */
  Badge?: ComponentType
}

/** The page shows one cluster: it needs one to be chosen, and wears its colours. */
export function isOfCluster(page: Page): boolean {
  return page.place !== 'top' && page.place !== 'foot'
}

export interface DockKind {
  kind: string
  icon: Icon
  /** Stays mounted while another tab is in front, so that a terminal keeps its session. */
  component: ComponentType<{ tab: DockTab; isActive: boolean }>
  /** Several of a kind are open at once: its tabs are told apart by a number. */
  isNumbered?: boolean
  /** A mark after the title of its tab: that it waits for somebody, how long something lasts. */
  TabBadge?: ComponentType<{ tab: DockTab }>
  /** A toggle in the status bar. `open` runs where no tab of this kind exists yet. */
  launcher?: { title: string; open: () => void; Badge?: ComponentType }
}

export interface FinderProps {
  /** What was typed, without the prefix; empty while nothing was. */
  query: string
}

/** What a feature brings to the shell. Features are listed in `features.ts`, in the order of the rail. */
export interface Feature {
  pages?: readonly Page[]
  dockKinds?: readonly DockKind[]
  /** Rendered always and shows nothing: offers actions with `useActions`, keeps subscriptions. */
  Background?: ComponentType
  /** Rendered while the palette is open and shows nothing: offers the objects that the typed text names, with `useActions`. */
  Finder?: ComponentType<FinderProps>
}
