import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { request as send } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { judges } from '#shared/testing/judges.ts'
import { startSandbox, type Sandbox } from '../../start.ts'

/** What a program said and how it ended. */
export interface Outcome {
  code: number
  stdout: string
  stderr: string
}

export interface RawRequest {
  method?: string
  body?: unknown
  contentType?: string
  accept?: string
  token?: string | undefined
}

/** A sandbox of its own, and the judges pointed at it. */
export class TestSandbox {
  readonly url: string
  readonly folder: string
  private readonly sandbox: Sandbox
  private readonly programs: { kubectl: string; helm: string }
  private readonly tokens: { admin: string; viewer: string }
  private readonly authority: string

  private constructor(
    sandbox: Sandbox,
    folder: string,
    programs: TestSandbox['programs'],
    authority: string,
    tokens: TestSandbox['tokens'],
  ) {
    this.sandbox = sandbox
    this.url = sandbox.url
    this.folder = folder
    this.programs = programs
    this.authority = authority
    this.tokens = tokens
  }

  static async start(): Promise<TestSandbox> {
    const folder = await mkdtemp(join(tmpdir(), 'sandbox-api-'))
    const sandbox = await startSandbox({ stateDirectory: folder, images: { suiteModule: join(folder, 'suite.js') } })
    const { loadCredentials } = await import('../identity/credentials.ts')
    const credentials = await loadCredentials(folder)
    const tokens = { admin: credentials.adminToken, viewer: credentials.viewerToken }
    return new TestSandbox(sandbox, folder, await judges(), credentials.authority.certificate, tokens)
  }

  async stop(): Promise<void> {
    await this.sandbox.stop()
    await rm(this.folder, { recursive: true, force: true })
  }

  get adminToken(): string {
    return this.tokens.admin
  }

  get viewerToken(): string {
    return this.tokens.viewer
  }

  private get environment(): NodeJS.ProcessEnv {
    const home = join(this.folder, 'home')
    return { ...process.env, KUBECONFIG: this.sandbox.kubeconfigPath, HOME: home, HELM_CACHE_HOME: home, HELM_CONFIG_HOME: home, HELM_DATA_HOME: home } // prettier-ignore
  }

  /** Runs kubectl to its end, whatever its exit code. */
  kubectl(args: string[], options: { input?: string; environment?: Record<string, string> } = {}): Promise<Outcome> {
    return this.run(this.programs.kubectl, args, options)
  }

  helm(args: string[]): Promise<Outcome> {
    return this.run(this.programs.helm, args, {})
  }

  /** Standard output of kubectl; fails when kubectl does. */
  async kubectlOk(args: string[], input?: string): Promise<string> {
    const outcome = await this.kubectl(args, input === undefined ? {} : { input })
    if (outcome.code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${outcome.stderr}${outcome.stdout}`)
    return outcome.stdout
  }

  private run(
    program: string,
    args: string[],
    { input, environment }: { input?: string; environment?: Record<string, string> },
  ): Promise<Outcome> {
    return new Promise((resolve) => {
      const env = { ...this.environment, ...environment }
      const child = execFile(program, args, { env, maxBuffer: 64 << 20 }, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : -1, stdout, stderr })
      })
      child.stdin?.end(input ?? '')
    })
  }

  /** Runs kubectl until its output satisfies `enough`, then ends it. */
  async kubectlUntil(args: string[], enough: (output: string) => boolean): Promise<string> {
    const child = spawn(this.programs.kubectl, args, { env: this.environment, stdio: ['ignore', 'pipe', 'inherit'] })
    let output = ''
    const timer = setTimeout(() => child.kill(), 30_000)
    for await (const chunk of child.stdout) {
      output += String(chunk)
      if (enough(output)) child.kill()
    }
    clearTimeout(timer)
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    return output
  }

  /** A request of its own; the response's body is still to be read. */
  open(path: string, options: RawRequest = {}): Promise<IncomingMessage> {
    const { method = 'GET', body, contentType = 'application/json', accept = 'application/json' } = options
    const token = 'token' in options ? options.token : this.tokens.admin
    return new Promise((resolve, reject) => {
      const headers = {
        accept,
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': contentType }),
      }
      const request = send(`${this.url}${path}`, { method, headers, ca: this.authority, agent: false }, resolve)
      request.on('error', reject)
      request.end(body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body))
    })
  }

  /** A request and its whole JSON answer. */
  async call(path: string, options: RawRequest = {}): Promise<{ code: number; body: Record<string, unknown> }> {
    const response = await this.open(path, options)
    let text = ''
    for await (const chunk of response) text += String(chunk)
    return { code: response.statusCode ?? 0, body: JSON.parse(text) as Record<string, unknown> }
  }
}

/** Looks again until something holds; fails after a deadline that a busy machine keeps. */
export async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 120_000
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`did not happen in time: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 150))
  }
}
