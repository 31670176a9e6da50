import type { EngineContext } from './context.ts'
import { implement } from '@orpc/server'
import { contract } from '#shared/contract/index.ts'

import { guarded } from './guard.ts'

/**
 * The implementer of the contract. Every handler is made from it, so every call passes the role and confirmation checks and,
 * when it writes, the audit log. Input is parsed before any of that.
 */
export const engine = implement(contract)
  .$context<EngineContext>()
  .$config({ initialInputValidationIndex: Number.NEGATIVE_INFINITY })
  .use(guarded)
