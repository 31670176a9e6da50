import { audit } from '../features/audit/feature.ts'
import { backups } from '../features/backups/feature.tsx'
import { configuration } from '../features/configuration/feature.tsx'
import { deploy } from '../features/deploy/feature.tsx'
import { fleet } from '../features/fleet/feature.ts'
import { logs } from '../features/logs/feature.ts'
import { overview } from '../features/overview/feature.ts'
import { settings } from '../features/settings/feature.ts'
import { tasks } from '../features/tasks/feature.tsx'
import { terminals } from '../features/terminals/feature.tsx'
import { workloads } from '../features/workloads/feature.tsx'
import type { DockKind, Feature, Page } from './feature.ts'

/** What the window consists of, in the order of the rail. A page that is not listed does not exist anywhere. */
const features: readonly Feature[] = [
  fleet,
  overview,
  logs,
  workloads,
  deploy,
  configuration,
  backups,
  terminals,
  tasks,
  audit,
  settings,
]

export const pages: readonly Page[] = features.flatMap((feature) => feature.pages ?? [])
export const dockKinds: readonly DockKind[] = features.flatMap((feature) => feature.dockKinds ?? [])
export const finders = features.flatMap((feature) => feature.Finder ?? [])
export const backgrounds = features.flatMap((feature) => feature.Background ?? [])
