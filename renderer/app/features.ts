import { audit } from '../features/audit/feature.ts'
import { fleet } from '../features/fleet/feature.ts'
import { overview } from '../features/overview/feature.ts'
import { settings } from '../features/settings/feature.ts'
import type { Feature } from './feature.ts'

/** What the window consists of, in the order of the rail. A page that is not listed does not exist anywhere. */
export const features: readonly Feature[] = [fleet, overview, audit, settings]
