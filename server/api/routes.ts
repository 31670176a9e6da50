import { auditRoutes } from './audit.ts'
import { feedbackRoutes } from './feedback.ts'
import type { Route } from './route.ts'

/** Everything the backend answers under /api, on one page. */
export const routes: readonly Route[] = [...feedbackRoutes, ...auditRoutes]
