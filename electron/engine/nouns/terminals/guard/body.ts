import type { IncomingMessage } from 'node:http'

/** An API server takes 3 MiB. */
const largest = 8 << 20

/** @returns undefined when it is larger than anything an API server takes; it is read to its end all the same, so that it can be answered */
export async function readBody(incoming: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size <= largest) chunks.push(chunk)
    else chunks.length = 0
  }
  return size > largest ? undefined : Buffer.concat(chunks)
}
