import { z } from 'zod'
import {
  commaSeparated,
  ConfigurationError,
  databaseVariables,
  encryptionVariables,
  port,
  readConfiguration,
  serviceVariables,
  tokenVariables,
  type Environment,
} from '../common/configuration.ts'
import type { ModelTier } from '../database/tables.ts'
import { parseAllowList } from './tools/allowList.ts'

const wholeNumber = (minimum: number, maximum: number) => z.coerce.number().int().min(minimum).max(maximum)
const httpUrl = z.url({ protocol: /^https?$/ })
/** Tasks of one tier that this process runs at the same time; 0 leaves the tier to other replicas. */
const concurrency = wholeNumber(0, 64)

const price = z
  .string()
  .regex(/^\d+(\.\d+)?\/\d+(\.\d+)?$/, 'must be two numbers like 3/15: US dollars per million tokens, input/output')
  .transform((text) => {
    const [input = 0, output = 0] = text.split('/').map(Number)
    return { input, output }
  })

const variables = {
  ...serviceVariables,
  ...databaseVariables,
  JWT_SECRET: tokenVariables.JWT_SECRET.optional(),
  ENCRYPTION_KEY: encryptionVariables.ENCRYPTION_KEY.optional(),
  ENCRYPTION_KEY_PREVIOUS: encryptionVariables.ENCRYPTION_KEY_PREVIOUS,
  PORT: port.default(8052),
  HAIKU_CONCURRENCY: concurrency.default(4),
  SONNET_CONCURRENCY: concurrency.default(4),
  OPUS_CONCURRENCY: concurrency.default(2),
  /** A task whose worker has not renewed its lease for this long is given to another. */
  TASK_LEASE_SECONDS: wholeNumber(2, 3_600).default(30),
  /** An agent without a task for this long hibernates, until the next one. */
  HIBERNATE_AFTER_SECONDS: wholeNumber(1, 7 * 86_400).default(900),
  /** First pause before another attempt after a temporary failure; it doubles each time, up to five minutes. */
  RETRY_MILLISECONDS: wholeNumber(0, 300_000).default(2_000),
  /** An OpenAI-compatible endpoint, up to its version: `https://host/v1`. Without it answers come from the offline model. */
  MODEL_BASE_URL: httpUrl.optional(),
  /** Without it the secret `model-api-key` is used, which ENCRYPTION_KEY opens. */
  MODEL_API_KEY: z.string().optional(),
  MODEL_HAIKU: z.string().optional(),
  MODEL_SONNET: z.string().optional(),
  MODEL_OPUS: z.string().optional(),
  /** Round figures of the field for the three tiers: set them to what your endpoint charges. */
  MODEL_HAIKU_PRICE: price.default({ input: 1, output: 5 }),
  MODEL_SONNET_PRICE: price.default({ input: 3, output: 15 }),
  MODEL_OPUS_PRICE: price.default({ input: 15, output: 75 }),
  MODEL_MAX_OUTPUT_TOKENS: wholeNumber(1, 200_000).default(4_096),
  /** Calls again that a call may need inside one attempt, so that a hiccup does not waste the steps before it. */
  MODEL_CALL_RETRIES: wholeNumber(0, 10).default(2),
  /** Calls of the model in one attempt. */
  AGENT_STEP_LIMIT: wholeNumber(1, 100).default(12),
  /** How long the offline model pretends to think, so that work can be watched. */
  OFFLINE_MODEL_MILLISECONDS: wholeNumber(0, 60_000).default(800),
  /** The MCP service, whose knowledge the agents search: `http://mcp:8051`. Without it they have no search. */
  MCP_URL: httpUrl.optional(),
  /** Origins that agents may fetch: `https://docs.example.com,http://10.0.0.7:8080`. Without it they fetch nothing. */
  HTTP_ALLOW_LIST: commaSeparated
    .transform((entries, context) => {
      const { origins, wrong } = parseAllowList(entries)
      for (const entry of wrong) {
        const message = `${entry} is not an origin like https://docs.example.com`
        context.addIssue({ code: 'custom', message })
      }
      return origins
    })
    .default([]),
}

export type AgentsConfiguration = ReturnType<typeof readAgentsConfiguration>

export const concurrencyOf = (configuration: AgentsConfiguration): Readonly<Record<ModelTier, number>> => ({
  HAIKU: configuration.HAIKU_CONCURRENCY,
  SONNET: configuration.SONNET_CONCURRENCY,
  OPUS: configuration.OPUS_CONCURRENCY,
})

/** @throws ConfigurationError naming each variable at fault */
export function readAgentsConfiguration(environment: Environment) {
  const configuration = readConfiguration(variables, environment)
  const missing: string[] = []
  if (configuration.MODEL_BASE_URL !== undefined) {
    for (const name of ['MODEL_HAIKU', 'MODEL_SONNET', 'MODEL_OPUS'] as const) {
      if (configuration[name] === undefined) missing.push(`${name}: is not set, and MODEL_BASE_URL needs it`)
    }
  }
  if (configuration.MCP_URL !== undefined && configuration.JWT_SECRET === undefined) {
    missing.push('JWT_SECRET: is not set, and MCP_URL needs it')
  }
  if (missing.length > 0) {
    throw new ConfigurationError(
      `The environment is not valid. Correct these variables and start again:\n${missing.map((each) => `  ${each}`).join('\n')}`,
    )
  }
  return configuration
}
