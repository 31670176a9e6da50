import { os } from '@orpc/server'
import { permissions, type CallMeta } from '#shared/contract/base.ts'
import { taskStarted } from '#shared/contract/tasks.ts'
import { asConsoleError, ConsoleError } from '#shared/errors.ts'
import { withCall } from '../flow/currentCall.ts'
import { isAsyncIterable, onEnd } from '../flow/iterators.ts'
import type { AuditFact } from '../nouns/audit/log.ts'
import { withoutValues } from '../nouns/audit/redact.ts'
import type { ClusterFacts } from '../ports/directory.ts'
import type { EngineContext } from './context.ts'

const base = os.$context<EngineContext>().$meta<CallMeta>({ effect: 'read', permission: 'read_only' })

interface CommonInput {
  context?: string
  namespace?: string
  confirmation?: { typedName?: string; reason?: string }
}

/**
 * Every call that changes something: refused or let through, and written down either way. A refusal is an entry. An entry is on disk
 * before the call it announces starts; its outcome follows, for a stream when that ends, for a call that started a task when the task
 * ends (`nouns/audit/taskOutcomes.ts`). The window's own checks are a courtesy.
 */
export const guarded = base.middleware(async ({ context, procedure, path, next }, input, output) => {
  const meta = procedure['~orpc'].meta
  if (meta.effect === 'read') return next()
  const given = (input ?? {}) as CommonInput
  const effect = meta.effect
  const record = recorder(context, { effect, meta, path, input: given })
  try {
    const facts = given.context === undefined ? undefined : context.directory.facts(given.context)
    if (meta.confirmation) checkConfirmation(meta.confirmation, given.confirmation, facts)
    if (facts) checkRole(meta, facts)
  } catch (refusal) {
    await record('refused', outcomeOf(refusal))
    throw refusal
  }
  const started = await record('started')
  // Names its beginning, so that a beginning without an end shows after a crash.
  const ended = (outcome: 'done' | 'failed', more = {}) =>
    settled(record(outcome, { started: started.sequence, ...more }))
  const failed = (thrown: unknown) => ended('failed', outcomeOf(thrown))
  try {
    const call = { path: path.join('.'), effect, entry: started.sequence }
    const result = await withCall(call, next)
    if (isAsyncIterable(result.output)) return await output(onEnd(result.output, () => ended('done'), failed))
    if (!taskStarted.safeParse(result.output).success) await ended('done')
    return result
  } catch (thrown) {
    await failed(thrown)
    throw thrown
  }
})

function outcomeOf(thrown: unknown): Record<string, unknown> {
  const { code, message } = asConsoleError(thrown)
  return { code, message }
}

/** What was done is done: that its outcome could not be written is said in the engine's log, and changes no answer. */
async function settled(written: Promise<unknown>): Promise<void> {
  await written.catch((error: unknown) => console.error('The outcome of a call is not in the audit log:', error))
}

function recorder(
  context: EngineContext,
  call: { effect: 'write' | 'destructive'; meta: CallMeta; path: readonly string[]; input: CommonInput },
) {
  const { effect, meta, path, input } = call
  const { context: id, namespace = '', ...given } = input
  const cluster = id === undefined ? '' : clusterOf(context, id, namespace)
  const details = withoutValues(given, meta.secret ?? [])
  return (outcome: AuditFact['outcome'], more: Record<string, unknown> = {}) =>
    context.audit.append({
      by: context.user,
      action: path.join('.'),
      summary: meta.audit ?? path.join('.'),
      cluster,
      namespace,
      effect,
      outcome,
      details: { ...details, ...more },
    })
}

/** A call for a cluster that is not known (any more) is an entry, too: under the name it was asked by. */
function clusterOf({ directory }: EngineContext, context: string, namespace: string): string {
  try {
    return directory.suiteOf({ context, namespace }).cluster
  } catch (thrown) {
    if (asConsoleError(thrown).code === 'NO_CLUSTER') return context
    throw thrown
  }
}

function checkRole(meta: CallMeta, { name, role }: ClusterFacts): void {
  if (meta.permission === 'read_only') return
  if (role === undefined)
    throw new ConsoleError(
      'ROLE_UNKNOWN',
      `Your role on ${name} is not known yet, so changes are refused. Retry the connection: the role is read when the cluster answers.`,
      { needed: meta.permission },
    )
  if (permissions.indexOf(role) >= permissions.indexOf(meta.permission)) return
  throw new ConsoleError(
    'FORBIDDEN',
    `Your role on ${name} is ${role.replace('_', ' ')}; this needs ${meta.permission}. Ask an administrator of the cluster for it.`,
    { role, needed: meta.permission },
  )
}

function checkConfirmation(level: 2 | 3, given: CommonInput['confirmation'], facts: ClusterFacts | undefined): void {
  if (!given) throw new ConsoleError('CONFIRMATION_REQUIRED', 'This needs a confirmation.')
  if (level === 3 && facts?.environment === 'production' && given.typedName !== facts.name)
    throw new ConsoleError('CONFIRMATION_REQUIRED', `Type ${facts.name} to confirm a change to production.`)
}
