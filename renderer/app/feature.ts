import type { ComponentType } from 'react'
import type { Icon } from '../kit/index.ts'
import type { DockTab } from './state/dock.ts'

export interface Page {
  id: string
  title: string
  icon: Icon
  /** `G` then this letter goes there. */
  letter?: string
  /** `cluster` pages stand below the current cluster in the rail; `foot` pages at its end. */
  place: 'top' | 'cluster' | 'foot'
  component: ComponentType
  /** A mark beside the rail entry: a count of failures, a ring while something runs. Rendered in both rail widths. */
  Badge?: ComponentType
}

export interface DockKind {
  kind: string
  icon: Icon
  /** Stays mounted while another tab is in front, so that a terminal keeps its session. */
  component: ComponentType<{ tab: DockTab; isActive: boolean }>
  /** A toggle in the status bar. `open` runs where no tab of this kind exists yet. */
  launcher?: { title: string; open: () => void; Badge?: ComponentType }
}

/** What a feature brings to the shell. Features are listed in `features.ts`, in the order of the rail. */
export interface Feature {
  pages?: readonly Page[]
  dockKinds?: readonly DockKind[]
  /** Rendered always and shows nothing: offers actions with `useActions`, keeps subscriptions. */
  Background?: ComponentType
}
