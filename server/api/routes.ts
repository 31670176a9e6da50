import { agentRoutes } from './agents.ts'
import { apiKeyRoutes } from './apiKeys.ts'
import { authenticationRoutes } from './authentication.ts'
import { auditRoutes } from './audit.ts'
import { costRoutes } from './costs.ts'
import { feedbackRoutes } from './feedback.ts'
import { knowledgeRoutes } from './knowledge.ts'
import type { Route } from './route.ts'
import { secretRoutes } from './secrets.ts'
import { sessionRoutes } from './sessions.ts'
import { taskRoutes } from './tasks.ts'
import { tenantRoutes } from './tenants.ts'
import { userRoutes } from './users.ts'

/** Everything the backend answers under /api, on one page. */
export const routes: readonly Route[] = [
  ...authenticationRoutes,
  ...sessionRoutes,
  ...userRoutes,
  ...apiKeyRoutes,
  ...secretRoutes,
  ...agentRoutes,
  ...taskRoutes,
  ...costRoutes,
  ...tenantRoutes,
  ...feedbackRoutes,
  ...knowledgeRoutes,
  ...auditRoutes,
]
