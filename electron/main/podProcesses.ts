import { utilityProcess, type UtilityProcess } from 'electron'
import {
  podProcessRequest,
  unacknowledgedBytes,
  type PodProcessRequest,
  type PodProcessResponse,
} from '#shared/rpc/podProcesses.ts'

/** One stream of one pod's process, paused while too much of it is on its way to the sandbox. */
interface Flow {
  stream: NodeJS.ReadableStream
  unacknowledged: number
}

interface Pod {
  process: UtilityProcess
  flows: Record<'stdout' | 'stderr', Flow | undefined>
}

/** Runs the Node pods of the sandbox as utility processes, because a packaged app has no `node`. They end with the sandbox. */
export function hostPodProcesses(sandbox: UtilityProcess): { stop(): void } {
  const pods = new Map<number, Pod>()
  const answer = (message: PodProcessResponse) => sandbox.postMessage(message)

  const start = ({
    id,
    modulePath,
    args,
    env,
    cwd,
    serviceName,
  }: Extract<PodProcessRequest, { type: 'spawn-node' }>) => {
    const child = utilityProcess.fork(modulePath, args, { env, cwd, serviceName, stdio: 'pipe' })
    const flowing = (name: 'stdout' | 'stderr'): Flow | undefined => {
      const stream = child[name]
      if (!stream) return undefined
      const flow: Flow = { stream, unacknowledged: 0 }
      stream.on('data', (chunk: Buffer) => {
        flow.unacknowledged += chunk.length
        if (flow.unacknowledged > unacknowledgedBytes) stream.pause()
        answer({ type: 'output', id, stream: name, chunk: new Uint8Array(chunk) })
      })
      return flow
    }
    const pod: Pod = { process: child, flows: { stdout: flowing('stdout'), stderr: flowing('stderr') } }
    pods.set(id, pod)
    child.once('spawn', () => answer({ type: 'spawned', id, pid: child.pid ?? 0 }))
    child.once('exit', (code) => {
      pods.delete(id)
      void drained(pod).then(() => answer({ type: 'exit', id, code }))
    })
  }

  const acknowledge = (pod: Pod | undefined, name: 'stdout' | 'stderr', bytes: number) => {
    const flow = pod?.flows[name]
    if (!flow) return
    flow.unacknowledged -= bytes
    if (flow.unacknowledged <= unacknowledgedBytes) flow.stream.resume()
  }

  sandbox.on('message', (message: unknown) => {
    const request = podProcessRequest.parse(message)
    const pod = pods.get(request.id)
    if (request.type === 'spawn-node') start(request)
    else if (request.type === 'acknowledge') acknowledge(pod, request.stream, request.bytes)
    else if (pod) signal(pod.process, request.signal)
  })
  return {
    stop: () => {
      for (const { process: child } of pods.values()) signal(child, 'SIGKILL')
    },
  }
}

/** Electron's own `kill` knows one signal; pods are owed the one their grace period begins with. */
function signal(child: UtilityProcess, name: string): void {
  if (child.pid === undefined) return
  try {
    process.kill(child.pid, name)
  } catch (error) {
    // It ended by itself in the meantime.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/** Resolves when both streams were read to their end, or after two seconds when something else holds them open. */
function drained({ flows }: Pod): Promise<unknown> {
  const open = Object.values(flows).flatMap((flow) => flow ?? [])
  const ends = open.map(({ stream }) => new Promise((resolve) => stream.once('end', resolve)))
  return Promise.race([Promise.all(ends), new Promise((resolve) => setTimeout(resolve, 2_000))])
}
