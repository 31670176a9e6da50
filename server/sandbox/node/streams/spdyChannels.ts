import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import { type CommandChannels, type CommandRequest, ResizeChannel } from './commandChannels.ts'
import type { SpdyConnection, SpdyStream } from './spdyConnection.ts'

/** Clients open their streams one after another; the kubelet waits this long for them, too. */
const streamCreationTimeout = 30_000

/**
 * Exec and attach over SPDY: one stream per channel, told apart by the header `streamtype`.
 * @throws when the client does not open the streams it announced in its query
 */
export async function spdyChannels(connection: SpdyConnection, request: CommandRequest): Promise<CommandChannels> {
  const wanted = ['error', ...(['stdin', 'stdout', 'stderr'] as const).filter((name) => request[name])]
  if (request.tty) wanted.push('resize')
  const streams = await collect(connection, wanted)
  const closed = new AbortController()
  const resize = new ResizeChannel()
  connection.on('close', () => closed.abort())
  streams.get('resize')?.on('data', (chunk: Buffer) => {
    // One message is one line of JSON; several may arrive at once.
    for (const line of chunk.toString('utf8').split('\n')) resize.receive(line)
  })
  const nowhere = (): PassThrough => new PassThrough().resume()
  const stdout = streams.get('stdout') ?? nowhere()
  const stderr = streams.get('stderr') ?? nowhere()
  return {
    stdin: streams.get('stdin'),
    stdout,
    stderr,
    onResize: resize.listen,
    closed: closed.signal,
    finish: async (status) => {
      const error = streams.get('error')
      const ended = [stdout, stderr]
        .filter((stream) => !stream.writableFinished)
        .map((stream) => once(stream, 'finish'))
      stdout.end()
      stderr.end()
      await Promise.race([Promise.all(ended), once(connection, 'close')])
      if (error === undefined || error.destroyed) return
      error.end(JSON.stringify(status))
      if (!error.writableFinished) await Promise.race([once(error, 'finish'), once(connection, 'close')])
      connection.end()
    },
  }
}

async function collect(connection: SpdyConnection, wanted: string[]): Promise<Map<string, SpdyStream>> {
  const streams = new Map<string, SpdyStream>()
  const add = (stream: SpdyStream): void => void streams.set(stream.headers.get('streamtype') ?? '', stream)
  connection.on('stream', add)
  const timeout = AbortSignal.timeout(streamCreationTimeout)
  while (!wanted.every((name) => streams.has(name))) await once(connection, 'stream', { signal: timeout })
  connection.off('stream', add)
  return streams
}
