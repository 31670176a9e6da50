import { os } from '@orpc/server'
import { permissions, type CallMeta } from '#shared/contract/base.ts'
import { taskStarted } from '#shared/contract/tasks.ts'
import { asConsoleError, ConsoleError } from '#shared/errors.ts'
import type { AuditFact } from '../nouns/audit/log.ts'
import { withoutValues } from '../nouns/audit/redact.ts'
import type { ClusterFacts } from '../ports/directory.ts'
import type { EngineContext } from './context.ts'
import { isAsyncIterable, onEnd } from '../flow/iterators.ts'

const base = os.$context<EngineContext>().$meta<CallMeta>({ effect: 'read', permission: 'read_only' })

interface CommonInput {
  context?: string
  namespace?: string
  confirmation?: { typedName?: string; reason?: string }
}

/** Refuses what the person's role does not allow, and destructive calls that nobody confirmed. The window's own checks are a courtesy. */
export const guarded = base.middleware(({ context, procedure, next }, input) => {
  const meta = procedure['~orpc'].meta
  if (meta.effect !== 'read') {
    const { context: id, confirmation } = (input ?? {}) as CommonInput
    const facts = id === undefined ? undefined : context.directory.facts(id)
    if (facts) checkRole(meta, facts)
    if (meta.confirmation) checkConfirmation(meta.confirmation, confirmation, facts)
  }
  return next()
})

function checkRole(meta: CallMeta, facts: ClusterFacts): void {
  if (facts.role === undefined || permissions.indexOf(facts.role) >= permissions.indexOf(meta.permission)) return
  throw new ConsoleError(
    'FORBIDDEN',
    `Your role on ${facts.name} is ${facts.role.replace('_', ' ')}; this needs ${meta.permission}. Nothing was changed.`,
    { role: facts.role, needed: meta.permission },
  )
}

function checkConfirmation(level: 2 | 3, given: CommonInput['confirmation'], facts: ClusterFacts | undefined): void {
  if (!given) throw new ConsoleError('CONFIRMATION_REQUIRED', 'This needs a confirmation. Nothing was changed.')
  if (level === 3 && facts?.environment === 'production' && given.typedName !== facts.name) {
    throw new ConsoleError(
      'CONFIRMATION_REQUIRED',
      `Type ${facts.name} to confirm a change to production. Nothing was changed.`,
    )
  }
}

/** What leads from a call that started a task to the entry of how the task ended. */
function taskOf(output: unknown): Record<string, unknown> {
  const started = taskStarted.safeParse(output)
  return started.success ? { task: started.data.taskId } : {}
}

/** Writes one entry before a call that changes something and one with its outcome; for a stream, when the stream ends. */
export const audited = base.middleware(async ({ context, procedure, path, next }, input, output) => {
  const meta = procedure['~orpc'].meta
  if (meta.effect === 'read' || meta.audit === undefined) return next()
  const { effect, audit: summary } = meta
  const { context: id, namespace = '', ...given } = (input ?? {}) as CommonInput & Record<string, unknown>
  const cluster = id === undefined ? '' : context.directory.suiteOf({ context: id, namespace }).cluster
  const details = withoutValues(given, meta.secret ?? [])
  const record = (outcome: AuditFact['outcome'], more: Record<string, unknown> = {}) =>
    context.audit.append({
      by: context.user,
      action: path.join('.'),
      summary,
      cluster,
      namespace,
      effect,
      outcome,
      details: { ...details, ...more },
    })
  const failed = (thrown: unknown) => {
    const { code, message } = asConsoleError(thrown)
    return record('failed', { code, message })
  }
  await record('started')
  try {
    const result = await next()
    if (isAsyncIterable(result.output)) return await output(onEnd(result.output, () => record('done'), failed))
    await record('done', taskOf(result.output))
    return result
  } catch (thrown) {
    await failed(thrown)
    throw thrown
  }
})
