import { createHash } from 'node:crypto'

export const offlineDimensions = 256
export const offlineEmbeddingModel = 'offline-hashing-256'

/** Words of three letters and more, lower case, without a plural's s: enough for "queues" to meet "queue". */
function words(text: string): string[] {
  const found = text.toLowerCase().match(/[\p{L}\p{N}]{3,}/gu) ?? []
  return found.map((word) => (word.length > 4 && word.endsWith('s') ? word.slice(0, -1) : word))
}

/**
 * A deterministic embedding that needs no model: signed feature hashing of words and word pairs (Weinberger et al. 2009), length 1.
 * The same text gives the same vector in every process and on every platform.
 * @returns pgvector's text form
 */
export function embed(text: string): string {
  const vector = new Array<number>(offlineDimensions).fill(0)
  const single = words(text)
  const pairs = single.slice(1).map((word, index) => `${single[index] ?? ''} ${word}`)
  for (const [features, weight] of [
    [single, 1],
    [pairs, 0.5],
  ] as const) {
    for (const feature of features) {
      const hash = createHash('sha256').update(feature).digest()
      const slot = hash.readUInt16BE(0) % offlineDimensions
      vector[slot] = (vector[slot] ?? 0) + (hash.readUInt8(2) % 2 === 0 ? weight : -weight)
    }
  }
  const length = Math.hypot(...vector)
  // Cosine distance to the zero vector is undefined: a text without words gets a fixed direction.
  if (length === 0) vector[0] = 1
  const scale = length === 0 ? 1 : 1 / length
  return `[${vector.map((value) => (value * scale).toFixed(6)).join(',')}]`
}
