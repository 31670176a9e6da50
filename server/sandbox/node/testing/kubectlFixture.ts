import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { judges } from '#shared/testing/judges.ts'
import { type Sandbox, startSandbox } from '../../start.ts'
import { removeNodeState } from '../index.ts'
import type { PodSpec } from '../kinds.ts'
import { bundlePodBootstrap, poll } from './nodeFixture.ts'

interface CommandResult {
  code: number
  stdout: string
  stderr: string
}

/** A whole sandbox and the real kubectl. */
export interface KubectlFixture {
  kubectl: (args: string[], input?: string | Buffer, variables?: Record<string, string>) => Promise<CommandResult>
  /** A kubectl that keeps running; its output so far, and its end. */
  start: (args: string[], variables?: Record<string, string>) => RunningKubectl
  /** Creates a pod and waits until it is Ready. */
  run: (name: string, spec: PodSpec, labels?: Record<string, string>) => Promise<void>
  kubeconfigPath: string
  /** A scratch folder for files. */
  folder: string
  stop: () => Promise<void>
}

interface RunningKubectl {
  child: ChildProcess
  output: () => string
  untilOutput: (text: string) => Promise<void>
  ended: Promise<number | null>
}

export async function startKubectlFixture(): Promise<KubectlFixture> {
  const folder = await mkdtemp(join(tmpdir(), 'sandbox-kubectl-'))
  await chmod(folder, 0o711)
  const stateDirectory = join(folder, 'state')
  const images = { suiteModule: join(folder, 'suite.js'), podBootstrap: await bundlePodBootstrap(folder) }
  const sandbox: Sandbox = await startSandbox({ stateDirectory, images })
  const { kubectl: program } = await judges()
  const environment = { ...process.env, KUBECONFIG: sandbox.kubeconfigPath, HOME: folder }
  const kubectl: KubectlFixture['kubectl'] = (args, input, variables = {}) =>
    new Promise((resolve) => {
      const options = { env: { ...environment, ...variables }, maxBuffer: 1 << 28, timeout: 60_000 }
      const child = execFile(program, args, options, (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 255
        resolve({ code, stdout, stderr })
      })
      child.stdin?.on('error', () => undefined)
      child.stdin?.end(input ?? '')
    })
  const running = new Set<ChildProcess>()
  return {
    kubectl,
    kubeconfigPath: sandbox.kubeconfigPath,
    folder,
    start: (args, variables = {}) => startProgram(program, args, { ...environment, ...variables }, running),
    run: async (name, spec, labels = {}) => {
      const pod = {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name, labels },
        spec: { terminationGracePeriodSeconds: 1, ...spec },
      }
      const file = join(folder, `${name}.json`)
      await writeFile(file, JSON.stringify(pod))
      const created = await kubectl(['apply', '-f', file])
      if (created.code !== 0) throw new Error(created.stderr)
      const ready = await kubectl(['wait', '--for=condition=Ready', `pod/${name}`, '--timeout=50s'])
      if (ready.code === 0) return
      throw new Error(`${ready.stderr}${(await kubectl(['describe', 'pod', name])).stdout}`)
    },
    stop: async () => {
      for (const child of running) child.kill('SIGKILL')
      await sandbox.stop()
      removeNodeState(stateDirectory)
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function startProgram(
  program: string,
  args: string[],
  env: NodeJS.ProcessEnv,
  running: Set<ChildProcess>,
): RunningKubectl {
  const child = spawn(program, args, { env, stdio: ['pipe', 'pipe', 'pipe'] })
  running.add(child)
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (text += chunk.toString()))
  child.stdin.on('error', () => undefined)
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
  void ended.then(() => running.delete(child))
  return {
    child,
    output: () => text,
    ended,
    untilOutput: async (wanted) => {
      const found = await poll(() => (text.includes(wanted) ? true : undefined))
      if (found !== true) throw new Error(`"${wanted}" did not come; so far:\n${text}`)
    },
  }
}
