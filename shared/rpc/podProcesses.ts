import { z } from 'zod'

/**
 * How the sandbox, itself a utility process of the app, has Node modules started: the app's executable must not be run as Node
 * (its RunAsNode fuse is off), so the main process forks them with `utilityProcess.fork(modulePath, args, { env, cwd, serviceName,
 * stdio: 'pipe' })`. Main ends every process it started when the sandbox's process exits.
 */
export const podProcessRequest = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('spawn-node'),
    id: z.number(),
    modulePath: z.string(),
    args: z.array(z.string()),
    env: z.record(z.string(), z.string()),
    cwd: z.string(),
    serviceName: z.string(),
  }),
  /** So many bytes of output were taken in: main pauses the stream while more than `unacknowledgedBytes` are on their way. */
  z.object({ type: z.literal('acknowledge'), id: z.number(), stream: z.enum(['stdout', 'stderr']), bytes: z.number() }),
  z.object({ type: z.literal('kill'), id: z.number(), signal: z.string() }),
])

export const podProcessResponse = z.discriminatedUnion('type', [
  z.object({ type: z.literal('spawned'), id: z.number(), pid: z.number() }),
  z.object({ type: z.literal('spawn-failed'), id: z.number(), message: z.string() }),
  z.object({
    type: z.literal('output'),
    id: z.number(),
    stream: z.enum(['stdout', 'stderr']),
    chunk: z.instanceof(Uint8Array),
  }),
  /** After the last output of the process. */
  z.object({ type: z.literal('exit'), id: z.number(), code: z.number() }),
])

export type PodProcessRequest = z.infer<typeof podProcessRequest>
export type PodProcessResponse = z.infer<typeof podProcessResponse>

/** Beyond this the host pauses a stream until it is acknowledged. */
export const unacknowledgedBytes = 1 << 20
