import { z } from 'zod'
import { settings } from '../contract/app.ts'

/**
 * What engine and main say to each other over the engine's parent port, apart from handing over the page's ports.
 * Main starts the engine with a `HostStart`; the engine asks with `HostRequest`s.
 */

/** Main to engine, first of all. */
export const hostStart = z.object({
  type: z.literal('start'),
  dataDirectory: z.string(),
  resourcesDirectory: z.string(),
  user: z.string(),
  version: z.string(),
  engineStarts: z.number().int(),
  runtime: z.object({ electron: z.string(), chrome: z.string(), node: z.string() }),
})
export type HostStart = z.infer<typeof hostStart>

/** Main to engine: the page's line comes with this message. */
export const hostPort = z.object({ type: z.literal('port') })

/** Main to engine: power and network events. */
export const hostEvent = z.object({ type: z.literal('event'), event: z.enum(['resume', 'online', 'stop']) })

/** Main to engine, once a second: answered at once with `alive`. An engine that does not answer hangs, and is ended. */
export const hostPulse = z.object({ type: z.literal('pulse') })

/** Long work that runs in the engine: main asks before a window closes, keeps the computer awake, and waits for what cannot be stopped. */
const runningWork = z.object({
  id: z.string(),
  title: z.string().max(500),
  /** Cluster and namespace, for people. */
  place: z.string().max(500),
  /** Why it cannot be stopped now; empty when it can. */
  uncancellable: z.string().max(1000),
})
export type RunningWork = z.infer<typeof runningWork>

/** A program of a kubeconfig that signs in. Everything as it is: what draws it makes it safe to show, and nothing is cut. */
const programQuestion = z.object({
  /** The context that signs in with it. */
  context: z.string().max(1000),
  /** Absolute. */
  path: z.string().max(4096),
  sha256: z.string().length(64),
  args: z.array(z.string().max(4096)).max(1000),
  /** Variables that the kubeconfig sets for it: some of them choose the code that runs. */
  variables: z.array(z.object({ name: z.string().max(4096), value: z.string().max(4096) })).max(1000),
  /** Whether a yes may hold for other arguments, too: never for a program that runs what its arguments say. */
  mayWiden: z.boolean(),
})
export type ProgramQuestion = z.infer<typeof programQuestion>

/** Credentials of a kubeconfig that could go astray. */
const credentialsQuestion = z.object({
  /** The context that signs in with them. */
  context: z.string().max(1000),
  server: z.string().max(4096),
  /** Files outside the kubeconfig's folder that are read for it, absolute. */
  files: z.array(z.string().max(4096)).max(10),
  /** Whether anything is sent without encryption. */
  isPlain: z.boolean(),
})
export type CredentialsQuestion = z.infer<typeof credentialsQuestion>

/** A yes holds for these arguments, or for any; always for this file and these variables alone. */
export const programAnswer = z.enum(['no', 'these', 'any'])
export type ProgramAnswer = z.infer<typeof programAnswer>

/** Engine to main. */
export const hostRequest = z.discriminatedUnion('type', [
  z.object({ type: z.literal('alive') }),
  /** The engine cannot start, and starting it again would not help; it ends after this. */
  z.object({ type: z.literal('refused'), reason: z.string().max(10_000) }),
  /** All that runs now, whenever that changes. */
  z.object({ type: z.literal('work'), running: z.array(runningWork) }),
  /** One task has ended. */
  z.object({ type: z.literal('workEnded'), title: z.string().max(500), outcome: z.string().max(1000) }),
  z.object({ type: z.literal('openFile'), id: z.number(), title: z.string().max(200) }),
  z.object({ type: z.literal('saveFile'), id: z.number(), title: z.string().max(200), name: z.string().max(200) }),
  z.object({ type: z.literal('startSandbox'), id: z.number(), args: z.array(z.string().max(4096)).max(20) }),
  z.object({ type: z.literal('stopSandbox'), id: z.number() }),
  z.object({ type: z.literal('showTheme'), id: z.number(), theme: settings.shape.theme }),
  z.object({ type: z.literal('approveProgram'), id: z.number(), ...programQuestion.shape }),
  z.object({ type: z.literal('approveCredentials'), id: z.number(), ...credentialsQuestion.shape }),
])
export type HostRequest = z.infer<typeof hostRequest>

/** Main to engine, in answer. */
export const hostAnswer = z.discriminatedUnion('type', [
  z.object({ type: z.literal('fileOpened'), id: z.number(), path: z.string().nullable() }),
  z.object({ type: z.literal('fileChosen'), id: z.number(), path: z.string().nullable() }),
  z.object({ type: z.literal('sandboxStarted'), id: z.number(), pid: z.number().nullable() }),
  z.object({ type: z.literal('sandboxLine'), id: z.number(), line: z.string() }),
  z.object({ type: z.literal('sandboxExited'), id: z.number(), exitCode: z.number() }),
  z.object({ type: z.literal('programApproved'), id: z.number(), allowed: programAnswer }),
  z.object({ type: z.literal('credentialsApproved'), id: z.number(), allowed: z.boolean() }),
])
export type HostAnswer = z.infer<typeof hostAnswer>

export const fromHost = z.discriminatedUnion('type', [hostStart, hostPort, hostEvent, hostPulse, ...hostAnswer.options])
export type FromHost = z.infer<typeof fromHost>
