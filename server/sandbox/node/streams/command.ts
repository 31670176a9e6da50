import type { Readable, Writable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { setTimeout as delay } from 'node:timers/promises'
import type { NodeContext } from '../context.ts'
import { executeIn } from '../pods/executor.ts'
import type { ContainerProcess } from '../pods/containerProcess.ts'
import type { LaunchedProcess } from '../processes/types.ts'
import type { CommandChannels, CommandRequest, TerminalSize } from './commandChannels.ts'
import { type CommandStatus, exitStatus, failed, succeeded } from './commandStatus.ts'
import { spdyChannels } from './spdyChannels.ts'
import { type Upgrade, upgrade } from './upgrade.ts'
import { commandProtocols, webSocketChannels } from './webSocketChannels.ts'

/** After a client went away its program gets a hang-up and this many milliseconds to end. */
const hangUpGrace = 3000
/** Bytes of output that wait for an attached client before it is let go. */
const attachLimit = 32 * 2 ** 20
/** Milliseconds a terminal session waits for its size before it starts with 80 by 24. */
const sizeWait = 500

/** Opens the channels of an exec or attach request; undefined when the client could not be agreed with. */
export async function openChannels(about: Upgrade, request: CommandRequest): Promise<CommandChannels | undefined> {
  const upgraded = await upgrade(about, { webSocket: commandProtocols, spdy: 'v4.channel.k8s.io' })
  if (upgraded === undefined) return undefined
  return upgraded.kind === 'websocket'
    ? webSocketChannels(upgraded.socket, request)
    : spdyChannels(upgraded.connection, request)
}

/** Runs a command in a container until it ends or the client leaves. */
export async function runCommand(
  context: NodeContext,
  container: ContainerProcess,
  request: CommandRequest,
  channels: CommandChannels,
): Promise<void> {
  let launched: LaunchedProcess
  try {
    launched = await executeIn(context, container.prepared, request.command, {
      stdin: request.stdin,
      ...(request.tty ? { terminal: await firstSize(channels) } : {}),
    })
  } catch (thrown) {
    return channels.finish(failed(thrown instanceof Error ? thrown.message : String(thrown)))
  }
  channels.onResize(({ columns, rows }) => launched.resize?.(columns, rows))
  const hangUp = (): void => {
    launched.signal('SIGHUP')
    setTimeout(() => launched.signal('SIGKILL'), hangUpGrace).unref()
  }
  channels.closed.addEventListener('abort', hangUp)
  if (channels.stdin !== undefined && launched.stdin !== undefined) channels.stdin.pipe(launched.stdin)
  const output = [forward(launched.stdout, channels.stdout), forward(launched.stderr, channels.stderr)]
  const { code } = await launched.exited
  // A client that does not read must not keep the session of a program that has ended forever.
  await Promise.race([Promise.all(output), aborted(channels.closed)])
  channels.closed.removeEventListener('abort', hangUp)
  await channels.finish(exitStatus(code))
}

/** Shows what a container prints from now on, and feeds its input where it has one. */
export async function attachTo(container: ContainerProcess, channels: CommandChannels): Promise<void> {
  const { current, outputs } = container
  if (current === undefined) return channels.finish(failed('the container is not running'))
  const overflow = new AbortController()
  const show = (stream: 'stdout' | 'stderr', chunk: Buffer): void => {
    // The container is not held back by somebody who watches it.
    if (channels[stream].writableLength > attachLimit) overflow.abort()
    else channels[stream].write(chunk)
  }
  outputs.on('output', show)
  channels.onResize(({ columns, rows }) => current.resize?.(columns, rows))
  if (channels.stdin !== undefined && current.stdin !== undefined) {
    channels.stdin.pipe(current.stdin, { end: false })
  }
  const status: CommandStatus | undefined = await Promise.race([
    current.exited.then(() => succeeded),
    aborted(channels.closed).then(() => undefined),
    aborted(overflow.signal).then(() => failed('the client reads slower than the container prints')),
  ])
  outputs.off('output', show)
  if (status !== undefined) await channels.finish(status)
}

/** Clients send their size at once; a program that looks at it when it starts should find it. */
async function firstSize(channels: CommandChannels): Promise<TerminalSize> {
  const first = new Promise<TerminalSize>((resolve) => channels.onResize(resolve))
  return Promise.race([first, delay(sizeWait, { columns: 80, rows: 24 })])
}

async function forward(from: Readable | undefined, to: Writable): Promise<void> {
  if (from === undefined) return
  from.pipe(to, { end: false })
  await finished(from, { writable: false }).catch(() => undefined)
  // What was written is out when an empty write has come through.
  await new Promise<void>((resolve) => to.write(Buffer.alloc(0), () => resolve()))
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => resolve())
  })
}
