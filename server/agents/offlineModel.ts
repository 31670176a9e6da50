import { createHash } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { ModelTier } from '../database/tables.ts'

export interface ModelAnswer {
  /** What produced the answer, as it is shown with every result. */
  readonly model: string
  readonly text: string
  readonly inputTokens: number
  readonly outputTokens: number
}

/** The model cannot answer this input, now or later. */
export class ModelRefusal extends Error {
  override readonly name = 'ModelRefusal'
}

export interface Model {
  /** @throws ModelRefusal when there is nothing to work on */
  readonly answer: (title: string, input: string) => Promise<ModelAnswer>
}

/** US dollars per million tokens, input and output: round figures for the three tiers, so that costs can be seen and compared. */
const prices: Readonly<Record<ModelTier, readonly [input: number, output: number]>> = {
  HAIKU: [1, 5],
  SONNET: [3, 15],
  OPUS: [15, 75],
}

/** The price of a call in US dollars. */
export function priceOf(tier: ModelTier, answer: ModelAnswer): number {
  const [input, output] = prices[tier]
  return (answer.inputTokens * input + answer.outputTokens * output) / 1_000_000
}

/** About four characters a token, the usual rule of thumb for English. */
const tokens = (text: string) => Math.ceil(text.length / 4)

function frequentWords(input: string): string[] {
  const counts = new Map<string, number>()
  for (const word of input.toLowerCase().match(/\p{L}{4,}/gu) ?? []) counts.set(word, (counts.get(word) ?? 0) + 1)
  const ranked = [...counts].sort(([a, timesA], [b, timesB]) => timesB - timesA || (a < b ? -1 : 1))
  return ranked.slice(0, 5).map(([word]) => word)
}

/**
 * Answers without any network: the same input always gives the same text. It summarises by counting and says in its name what it is.
 * @param thinkingMilliseconds pause before each answer
 */
export function createOfflineModel(thinkingMilliseconds: number): Model {
  return {
    answer: async (title, input) => {
      await pause(thinkingMilliseconds)
      const words = input.match(/[\p{L}\p{N}]+/gu) ?? []
      if (words.length === 0) throw new ModelRefusal('The input holds no words to work on.')
      const digest = createHash('sha256').update(`${title}\n${input}`).digest('hex').slice(0, 8)
      const topics = frequentWords(input)
      const about = topics.length === 0 ? '' : ` It is mostly about: ${topics.join(', ')}.`
      const text = `"${title}" holds ${words.length} words.${about} (answer ${digest})`
      return { model: 'offline-deterministic', text, inputTokens: tokens(title + input), outputTokens: tokens(text) }
    },
  }
}
