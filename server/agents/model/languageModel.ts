import type { LanguageModel } from 'ai'

/** The interface of a model, as the ai SDK defines it for its providers. */
export type Model = Extract<LanguageModel, { readonly specificationVersion: 'v3' }>
export type ModelCallOptions = Parameters<Model['doGenerate']>[0]
export type ModelAnswer = Awaited<ReturnType<Model['doGenerate']>>
export type ModelPrompt = ModelCallOptions['prompt']

/** About four characters a token, the usual rule of thumb for English; for endpoints that do not count, and before a call. */
export const estimateTokens = (text: string) => Math.ceil(text.length / 4)

/** What a task is for the model: one message, its title on the first line. */
export const taskPrompt = (title: string, input: string) => `${title}\n\n${input}`
