import type { Readable } from 'node:stream'
import { ConsoleError } from '#shared/errors.ts'

/**
 * What the console reads of a server at most, so that one cluster cannot fill the memory that all share. An API server keeps objects of
 * 1.5 MiB (etcd's request limit) and pages lists by 500; the largest honest answer seen, 500 pods with long status, was 4 MB.
 */
export const bounds = {
  /** Bytes of one answer that is read whole. */
  answer: 64 << 20,
  /** Bytes of one object of a list or of a watch event. */
  object: 16 << 20,
  /** Bytes of an answer that refuses. */
  refusal: 256 << 10,
  /** Objects of one list, over all its pages. */
  objects: 200_000,
}

/** Something larger than `bounds` allows. Asking again would bring it again. */
export const tooLarge = (where: string, what: string): ConsoleError =>
  new ConsoleError(
    'TOO_LARGE',
    `The cluster at ${where} sent ${what}, which is more than the console reads. Check the cluster, and any proxy between it and this computer.`,
  )

/** A text up to a limit; of a longer one the beginning, and the stream is ended. Decoded once, so characters stay whole. */
export async function readBounded(body: Readable, limit: number): Promise<{ text: string; isCut: boolean }> {
  const parts: Buffer[] = []
  let length = 0
  for await (const chunk of body) {
    const bytes = chunk as Buffer
    length += bytes.length
    parts.push(length > limit ? bytes.subarray(0, bytes.length - (length - limit)) : bytes)
    if (length > limit) break
  }
  if (length > limit) body.destroy()
  return { text: Buffer.concat(parts).toString('utf8'), isCut: length > limit }
}

/** A good status with something else than Kubernetes' JSON: a sign-in page, a proxy, another program at that port. */
export function notKubernetes(where: string, contentType: string | string[] | undefined, path: string): ConsoleError {
  const isPage = String(contentType ?? '').includes('text/html')
  const what = isPage ? 'a web page' : 'something that is not JSON'
  return new ConsoleError(
    'STREAM_BROKEN',
    `${where} answered with ${what} instead of an answer of Kubernetes. A sign-in page or a proxy may stand in between: sign in there, or check the server and proxy of this context.`,
    { path },
  )
}
