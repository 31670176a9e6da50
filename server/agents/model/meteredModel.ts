import { estimateTokens, type Model, type ModelAnswer, type ModelCallOptions } from './languageModel.ts'
import { BudgetExceeded, type Ledger } from './ledger.ts'

const countOr = (counted: number | undefined, text: () => string) => counted ?? estimateTokens(text())

/** A model whose every call is checked against the budgets first and paid after. */
export function meterModel(model: Model, ledger: Ledger, mostOutputTokens: number): Model {
  const generate = async (options: ModelCallOptions): Promise<ModelAnswer> => {
    const asked = JSON.stringify(options.prompt)
    const maxOutputTokens = await ledger.allowance(estimateTokens(asked), mostOutputTokens)
    const begin = performance.now()
    const answer = await model.doGenerate({ ...options, maxOutputTokens })
    const { inputTokens, outputTokens } = answer.usage
    const call = {
      model: model.modelId,
      inputTokens: countOr(inputTokens.total, () => asked),
      outputTokens: countOr(outputTokens.total, () => JSON.stringify(answer.content)),
      milliseconds: Math.round(performance.now() - begin),
    }
    const { unified } = answer.finishReason
    await ledger.record(call, unified !== 'tool-calls')
    if (unified === 'length' && maxOutputTokens < mostOutputTokens) {
      throw new BudgetExceeded('The answer was cut where the budget ended. What was spent so far is kept.')
    }
    return answer
  }
  return {
    specificationVersion: 'v3',
    provider: model.provider,
    modelId: model.modelId,
    supportedUrls: model.supportedUrls,
    doGenerate: generate,
    doStream: () => Promise.reject(new Error('The agents do not stream.')),
  }
}
