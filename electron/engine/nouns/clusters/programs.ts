import type { AuditLog } from '../audit/log.ts'
import type { Host } from '../../ports/host.ts'
import { identifyProgram, sanitise, type AllowExecPlugin, type ExecPlugin, type KubeContext } from '../../kube/index.ts'
import type { ClusterMemory } from './memory.ts'
import { callsOf, isInterpreter } from './programCalls.ts'

/** Characters of one argument, and arguments, that fit in a dialog. */
const longestArgument = 500
const mostArguments = 50

interface Needs {
  host: Pick<Host, 'approveProgram' | 'environment' | 'user'>
  memory: ClusterMemory
  audit: Pick<AuditLog, 'append'>
}

/**
 * The programs that kubeconfigs sign in with. A kubeconfig may name any program, so the person is asked before the first run of
 * one, and when its file, its variables or its arguments have changed. A yes is remembered by path, SHA-256 and call; a no holds until
 * the engine starts again.
 */
export class Programs {
  readonly #needs: Needs
  readonly #refused = new Set<string>()
  readonly #asking = new Map<string, Promise<boolean>>()
  /** Questions come one at a time, however many contexts sign in at once. */
  #queue: Promise<unknown> = Promise.resolve()

  constructor(needs: Needs) {
    this.#needs = needs
  }

  /** What a connection of this context asks before it runs the program. */
  allowFor(cluster: string, context: KubeContext): AllowExecPlugin {
    return (path, sha256, plugin) => this.#allows(cluster, context, plugin, { path, sha256 })
  }

  /**
   * Asks ahead of a connection, so that the time a person takes to answer does not count as time the cluster takes. A program
   * that cannot be found is left to the connection, which says so.
   */
  async settle(cluster: string, context: KubeContext): Promise<void> {
    const { exec } = context.user
    if (!exec) return
    const program = await identifyProgram(exec, await this.#needs.host.environment).catch(() => undefined)
    if (program) await this.#allows(cluster, context, exec, program)
  }

  #allows(
    cluster: string,
    context: KubeContext,
    plugin: ExecPlugin,
    program: { path: string; sha256: string },
  ): Promise<boolean> {
    const calls = callsOf(plugin)
    const key = `${program.sha256} ${calls.these} ${program.path}`
    const asking = this.#asking.get(key)
    if (asking) return asking
    if (this.#isAllowed(plugin, program)) return Promise.resolve(true)
    if (this.#refused.has(key)) return Promise.resolve(false)
    const answer = this.#queue
      // The answer to the question before may have allowed any arguments.
      .then(() => this.#isAllowed(plugin, program) || this.#ask(cluster, context, plugin, program))
      .then((isAllowed) => {
        if (!isAllowed) this.#refused.add(key)
        return isAllowed
      })
      .finally(() => this.#asking.delete(key))
    this.#asking.set(key, answer)
    this.#queue = answer.catch(() => undefined)
    return answer
  }

  #isAllowed(plugin: ExecPlugin, { path, sha256 }: { path: string; sha256: string }): boolean {
    const { these, any } = callsOf(plugin)
    return this.#needs.memory.allowsProgram(path, sha256, [these, any])
  }

  async #ask(
    cluster: string,
    context: KubeContext,
    plugin: ExecPlugin,
    { path, sha256 }: { path: string; sha256: string },
  ): Promise<boolean> {
    const { host, memory, audit } = this.#needs
    const answer = await host.approveProgram({
      context: sanitise(context.name).slice(0, 1000),
      path: sanitise(path),
      sha256,
      args: plugin.args.slice(0, mostArguments).map((argument) => sanitise(argument).slice(0, longestArgument)),
      variables: plugin.env.slice(0, mostArguments).map(({ name }) => sanitise(name).slice(0, 200)),
      mayWiden: !isInterpreter(path),
    })
    const isAllowed = answer !== 'no'
    // Without the arguments: some sign-in programs take a client secret there.
    await audit.append({
      by: host.user,
      action: 'clusters.approveProgram',
      summary: isAllowed ? 'allowed a sign-in program' : 'refused a sign-in program',
      cluster,
      namespace: '',
      effect: 'write',
      outcome: isAllowed ? 'done' : 'refused',
      details: { path, sha256, context: context.name, arguments: answer },
    })
    if (answer !== 'no') await memory.allowProgram(path, sha256, callsOf(plugin)[answer])
    return isAllowed
  }
}
