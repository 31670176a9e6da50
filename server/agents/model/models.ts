import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import type { ModelTier } from '../../database/tables.ts'
import type { AgentsConfiguration } from '../configuration.ts'
import type { Model } from './languageModel.ts'
import type { FindModelKey } from './modelKey.ts'
import { createOfflineModel } from './offlineModel.ts'

/** US dollars per million tokens. */
export interface Price {
  readonly input: number
  readonly output: number
}

export interface TierModel {
  readonly model: Model
  readonly price: Price
}

/** The model of each tier: of the configured endpoint, or the offline one for all. */
export function createModels(
  configuration: AgentsConfiguration,
  findKey: FindModelKey,
): Readonly<Record<ModelTier, TierModel>> {
  const { MODEL_BASE_URL: baseURL } = configuration
  const signed: typeof fetch = async (input, init) => {
    const headers = new Headers(init?.headers)
    const key = await findKey()
    if (key !== undefined) headers.set('authorization', `Bearer ${key}`)
    return fetch(input, { ...init, headers })
  }
  const tier = (name: ModelTier): TierModel => {
    const price = configuration[`MODEL_${name}_PRICE`]
    if (baseURL === undefined) return { model: createOfflineModel(configuration.OFFLINE_MODEL_MILLISECONDS), price }
    const endpoint = createOpenAICompatible({ name: 'endpoint', baseURL, fetch: signed })
    return { model: endpoint.chatModel(configuration[`MODEL_${name}`] ?? ''), price }
  }
  return { HAIKU: tier('HAIKU'), SONNET: tier('SONNET'), OPUS: tier('OPUS') }
}
