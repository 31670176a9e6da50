import { createHash } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { estimateTokens, type Model, type ModelAnswer, type ModelPrompt } from './languageModel.ts'

export const offlineModelName = 'offline-deterministic'

/** The model cannot answer this input, now or later. */
export class ModelRefusal extends Error {
  override readonly name = 'ModelRefusal'
}

function frequentWords(input: string): string[] {
  const counts = new Map<string, number>()
  for (const word of input.toLowerCase().match(/\p{L}{4,}/gu) ?? []) counts.set(word, (counts.get(word) ?? 0) + 1)
  const ranked = [...counts].sort(([a, timesA], [b, timesB]) => timesB - timesA || (a < b ? -1 : 1))
  return ranked.slice(0, 5).map(([word]) => word)
}

function textOf(prompt: ModelPrompt, role: 'user' | 'tool'): string {
  const parts = prompt.flatMap((message): readonly unknown[] => (message.role === role ? message.content : []))
  return parts
    .map((part) => {
      if (typeof part !== 'object' || part === null) return ''
      return 'text' in part && typeof part.text === 'string' ? part.text : JSON.stringify(part)
    })
    .join('\n')
}

/** Titles in what the search gave; nothing when it could not be asked. */
function titlesIn(toolText: string): string[] {
  const titles = [...toolText.matchAll(/\\?"title\\?":\s*\\?"([^"\\]+)\\?"/g)].map(([, title]) => title ?? '')
  return [...new Set(titles)].slice(0, 3)
}

function answerOf(prompt: ModelPrompt): string {
  const [title = '', ...rest] = textOf(prompt, 'user').split('\n')
  const input = rest.join('\n').trim()
  const words = input.match(/[\p{L}\p{N}]+/gu) ?? []
  if (words.length === 0) throw new ModelRefusal('The input holds no words to work on.')
  const digest = createHash('sha256').update(`${title}\n${input}`).digest('hex').slice(0, 8)
  const topics = frequentWords(input)
  const about = topics.length === 0 ? '' : ` It is mostly about: ${topics.join(', ')}.`
  const found = titlesIn(textOf(prompt, 'tool'))
  const knowledge = found.length === 0 ? '' : ` The knowledge has: ${found.join(', ')}.`
  return `"${title}" holds ${words.length} words.${about}${knowledge} (answer ${digest})`
}

const noCache = (total: number) => ({ total, noCache: total, cacheRead: 0, cacheWrite: 0 })

function asAnswer(
  prompt: ModelPrompt,
  written: string,
  content: ModelAnswer['content'],
  unified: 'stop' | 'tool-calls',
): ModelAnswer {
  const read = textOf(prompt, 'user').length + textOf(prompt, 'tool').length
  const output = estimateTokens(written)
  return {
    content,
    finishReason: { unified, raw: unified },
    usage: {
      inputTokens: noCache(Math.ceil(read / 4)),
      outputTokens: { total: output, text: output, reasoning: 0 },
    },
    response: { modelId: offlineModelName },
    warnings: [],
  }
}

/**
 * Answers without any network: the same input, and the same finds of the search if there is one, always give the same text. It summarises
 * by counting and says in its name what it is.
 * @param thinkingMilliseconds pause before each answer
 */
export function createOfflineModel(thinkingMilliseconds: number): Model {
  return {
    specificationVersion: 'v3',
    provider: 'agency-swarm',
    modelId: offlineModelName,
    supportedUrls: {},
    doGenerate: async ({ prompt, tools = [], abortSignal }) => {
      if (thinkingMilliseconds > 0) await pause(thinkingMilliseconds, undefined, { signal: abortSignal })
      const text = answerOf(prompt)
      const canSearch = tools.some(({ name }) => name === 'search_knowledge')
      if (!canSearch || prompt.some(({ role }) => role === 'tool')) {
        return asAnswer(prompt, text, [{ type: 'text', text }], 'stop')
      }
      const query = frequentWords(textOf(prompt, 'user')).join(' ')
      if (query === '') return asAnswer(prompt, text, [{ type: 'text', text }], 'stop')
      const input = JSON.stringify({ query })
      const call = { type: 'tool-call' as const, toolCallId: 'search-1', toolName: 'search_knowledge', input }
      return asAnswer(prompt, input, [call], 'tool-calls')
    },
    doStream: () => Promise.reject(new Error('The offline model does not stream.')),
  }
}
