import { permissions } from '#shared/contract/base.ts'
import { ConsoleError } from '#shared/errors.ts'
import { sanitise } from '../../../kube/index.ts'
import type { ClusterDirectory, ClusterFacts } from '../../../ports/directory.ts'
import type { AuditFact, AuditLog } from '../../audit/log.ts'
import { classify, type Verdict } from './classify.ts'
import { contentOf, nameIn } from './content.ts'
import { Questions, type Answer } from './questions.ts'
import { objectsOf } from './reach.ts'
import { Remembered } from './remembered.ts'
import type { TerminalRequest } from './terminalRequest.ts'

/** A terminal and the cluster it was opened for. */
export interface GuardedTerminal {
  streamId: string
  context: string
  namespace: string
  /** Identity of the cluster. */
  cluster: string
}

export interface GuardNeeds {
  directory: ClusterDirectory
  audit: Pick<AuditLog, 'append'>
  /** Who is at the keyboard. */
  user: string
  questions: Questions
}

/** A request that may be sent; `settle` says how it ended. */
export interface Admitted {
  verdict: Verdict
  /** @param status of the cluster's answer; undefined when there was none */
  settle: (status: number | undefined, why?: string) => Promise<void>
}

/** What is asked beside the request itself. */
export interface Circumstances {
  /** Whom it asks to be; empty for nobody else. */
  actsAs: string
  /** Ends when whoever asked is gone. */
  signal: AbortSignal
}

/**
 * Lets requests of kubectl terminals through or not. On production everything that writes waits for a yes in the window, and is written to
 * the audit log with its outcome: an entry is on disk before the write is sent.
 */
export class Guard {
  readonly #needs: GuardNeeds
  readonly #remembered = new Remembered()

  constructor(needs: GuardNeeds) {
    this.#needs = needs
  }

  /** @throws ConsoleError with the sentence that kubectl prints; then nothing was sent */
  async admit(terminal: GuardedTerminal, request: TerminalRequest, around: Circumstances): Promise<Admitted> {
    const { directory } = this.#needs
    const facts = directory.facts(terminal.context)
    const { cluster } = directory.suiteOf(terminal)
    if (!directory.isSameCluster(cluster, terminal.cluster))
      throw new ConsoleError(
        'FORBIDDEN',
        `${facts.name} leads to another cluster than when this terminal was opened, so the console stopped the request. Open a new terminal.`,
      )
    const verdict = classify(request)
    if (verdict.isRead || facts.environment !== 'production') return { verdict, settle: () => Promise.resolve() }
    const record = this.#recorder(terminal, request, verdict, around)
    await this.#require(facts, record, () => this.#ask(terminal, request, verdict, facts, around))
    await record('started')
    return {
      verdict,
      settle: (status, why) => {
        const isDone = status !== undefined && status < 400
        if (request.isUpgrade && status !== 101) this.#remembered.notTaken(terminal.streamId, request)
        return record(isDone ? 'done' : 'failed', { status, ...(why === undefined ? {} : { message: why }) })
      },
    }
  }

  async #require(facts: ClusterFacts, record: Recorder, ask: () => Promise<Refused | undefined>): Promise<void> {
    const refused = roleRefusal(facts) ?? (await ask())
    if (!refused) return
    await record(refused.outcome, { message: refused.message })
    throw new ConsoleError(refused.code, refused.message)
  }

  async #ask(
    terminal: GuardedTerminal,
    request: TerminalRequest,
    verdict: Verdict,
    facts: ClusterFacts,
    { actsAs, signal }: Circumstances,
  ): Promise<Refused | undefined> {
    const { questions, directory } = this.#needs
    const { streamId, context } = terminal
    if (verdict.level === 2 && questions.isAllowed(streamId)) return undefined
    const before = this.#remembered.take(streamId, request)
    if (before) return refusalOf(before, facts.name)
    const contentType = request.headers['content-type']
    const reach = await objectsOf(
      verdict,
      nameIn(request.body, contentType),
      () => directory.connection(context),
      signal,
    )
    const answer = await questions.ask(
      {
        streamId,
        context,
        cluster: facts.name,
        verb: verdict.verb === 'read' ? 'unclear' : verdict.verb,
        resource: sanitise(verdict.resource),
        namespace: verdict.namespace === undefined ? null : sanitise(verdict.namespace),
        ...reach,
        command: commandOf(request),
        request: requestLine(request),
        actsAs: sanitise(actsAs),
        content: contentOf(verdict, contentType),
        level: verdict.level,
      },
      signal,
    )
    const refused = refusalOf(answer, facts.name)
    if (refused?.outcome === 'refused') this.#remembered.refused(streamId, request, answer)
    return refused
  }

  #recorder(
    terminal: GuardedTerminal,
    request: TerminalRequest,
    verdict: Verdict,
    { actsAs }: Circumstances,
  ): Recorder {
    const { audit, user } = this.#needs
    const { verb, resource, namespace } = verdict
    const name = verdict.name ?? nameIn(request.body, request.headers['content-type'])
    const what = [resource, name].filter(Boolean).join(' ')
    return async (outcome, more = {}) => {
      await audit.append({
        by: user,
        action: 'terminals.write',
        summary: `kubectl terminal: ${verb} ${what || requestLine(request)}`,
        cluster: terminal.cluster,
        namespace: namespace ?? '',
        effect: verb === 'delete' || verb === 'deletecollection' || verb === 'unclear' ? 'destructive' : 'write',
        outcome,
        details: {
          terminal: terminal.streamId,
          command: commandOf(request),
          request: requestLine(request),
          ...(name === undefined ? {} : { names: [name] }),
          ...(actsAs === '' ? {} : { actsAs }),
          ...more,
        },
      })
    }
  }
}

type Recorder = (outcome: AuditFact['outcome'], more?: Record<string, unknown>) => Promise<void>

interface Refused {
  outcome: 'refused' | 'cancelled'
  code: 'FORBIDDEN' | 'ROLE_UNKNOWN'
  message: string
}

const untouched = 'It was not sent to the cluster.'

function roleRefusal({ name, role }: ClusterFacts): Refused | undefined {
  if (role !== undefined && permissions.indexOf(role) >= permissions.indexOf('operator')) return undefined
  return role === undefined
    ? {
        outcome: 'refused',
        code: 'ROLE_UNKNOWN',
        message: `The console stopped this change to ${name} (production): your role there is not known yet. ${untouched} Wait until the console shows your role, then run the command again.`,
      }
    : {
        outcome: 'refused',
        code: 'FORBIDDEN',
        message: `The console stopped this change to ${name} (production): your role there is read only. ${untouched} Ask an administrator of the cluster for the operator role.`,
      }
}

function refusalOf(answer: Answer, cluster: string): Refused | undefined {
  if (answer === 'once' || answer === 'forAWhile') return undefined
  if (answer === 'refused')
    return {
      outcome: 'refused',
      code: 'FORBIDDEN',
      message: `Refused in the console's window: a change to ${cluster} (production). ${untouched}`,
    }
  if (answer === 'unanswered')
    return {
      outcome: 'refused',
      code: 'FORBIDDEN',
      message: `The console asked in its window whether to change ${cluster} (production) and got no answer within 2 minutes. ${untouched} Run the command again and answer there.`,
    }
  return { outcome: 'cancelled', code: 'FORBIDDEN', message: `The command ended before it was answered. ${untouched}` }
}

const commandOf = ({ headers }: TerminalRequest): string => sanitise([headers['kubectl-command']].flat()[0] ?? '')

const requestLine = ({ method, target }: TerminalRequest): string => sanitise(`${method} ${target}`).slice(0, 1000)
