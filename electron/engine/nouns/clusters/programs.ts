import type { AuditLog } from '../audit/log.ts'
import type { Host } from '../../ports/host.ts'
import { isShowable, programLines } from '#shared/rpc/consent.ts'
import { ConsoleError } from '#shared/errors.ts'
import {
  identifyProgram,
  programRefused,
  sanitise,
  type AllowExecPlugin,
  type ExecPlugin,
  type KubeContext,
} from '../../kube/index.ts'
import type { ClusterMemory } from './memory.ts'
import type { Questions } from './questions.ts'
import { callsOf, isInterpreter } from './programCalls.ts'

interface Needs {
  host: Pick<Host, 'approveProgram' | 'environment' | 'user'>
  memory: ClusterMemory
  audit: Pick<AuditLog, 'append'>
  questions: Questions
}

/**
 * The programs that kubeconfigs sign in with. A kubeconfig may name any program, so the person is asked before the first run of
 * one, and when its file, its variables or its arguments have changed. A yes is remembered by path, SHA-256 and call; a no holds until
 * the engine starts again.
 */
export class Programs {
  readonly #needs: Needs

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
   * @throws ConsoleError FORBIDDEN when the person refuses
   */
  async settle(cluster: string, context: KubeContext): Promise<void> {
    const { exec } = context.user
    if (!exec) return
    const program = await identifyProgram(exec, await this.#needs.host.environment).catch(() => undefined)
    if (program && !(await this.#allows(cluster, context, exec, program)))
      throw programRefused(program.path, program.sha256)
  }

  #allows(
    cluster: string,
    context: KubeContext,
    plugin: ExecPlugin,
    program: { path: string; sha256: string },
  ): Promise<boolean> {
    const calls = callsOf(plugin)
    return this.#needs.questions.allows({
      key: `${program.sha256} ${calls.these} ${program.path}`,
      isAllowed: () => this.#isAllowed(plugin, program),
      ask: () => this.#ask(cluster, context, plugin, program),
    })
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
    const question = {
      context: context.name,
      path,
      sha256,
      args: [...plugin.args],
      variables: plugin.env.map(({ name, value }) => ({ name, value })),
      mayWiden: !isInterpreter(path),
    }
    if (!isShowable(programLines(question))) throw tooLong(path, plugin)
    const answer = await host.approveProgram(question)
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

/** What a dialog would have to cut is not asked about, and not run. */
function tooLong(path: string, { args, env }: ExecPlugin): ConsoleError {
  return new ConsoleError(
    'FORBIDDEN',
    `The kubeconfig signs in by running ${sanitise(path)} with ${args.length} arguments and ${env.length} variables, more than a dialog can show, so you cannot be asked about it. It was not run. Put the call into a script of your own, and name that in the kubeconfig.`,
    { consent: 'program', execPlugin: path },
  )
}
