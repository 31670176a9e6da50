import { tool, zodSchema, type ToolSet } from 'ai'
import { z } from 'zod'
import { modelTiers, type ModelTier } from '../../database/tables.ts'
import { httpGet } from './httpGet.ts'
import type { KnowledgeSearch } from './knowledgeSearch.ts'

/** Tasks that one task may spawn, and how far from the first one a spawned task may be. */
export const mostChildren = 10
export const deepestChild = 3
const mostNotes = 50

export interface SpawnedTask {
  readonly title: string
  readonly input: string
  readonly modelTier: ModelTier
}

/** What a task's tools want done. It is done with the task's end, so that an attempt that is repeated does nothing twice. */
export interface Wishes {
  readonly notes: string[]
  readonly children: SpawnedTask[]
}

export interface ToolContext {
  readonly wishes: Wishes
  readonly tier: ModelTier
  readonly knowledge: KnowledgeSearch | undefined
  readonly allowedOrigins: readonly string[]
  /** How many tasks are above this one. */
  readonly depth: () => Promise<number>
}

/** PostgreSQL stores no U+0000. */
const text = (longest: number) =>
  z
    .string()
    .min(1)
    .max(longest)
    .transform((value) => value.replaceAll('\0', ''))

// Made once: making a schema, and its JSON form for the model, costs more than many a task's whole work.
const searchInput = zodSchema(z.object({ query: text(500), limit: z.number().int().min(1).max(20).default(5) }))
const noteInput = zodSchema(z.object({ content: text(5_000) }))
const getInput = zodSchema(z.object({ url: z.url() }))
const spawnInput = zodSchema(
  z.object({ title: text(200), input: text(20_000), modelTier: z.enum(modelTiers).optional() }),
)

/** The tools of an agent for one attempt. What a tool throws reaches the model as the tool's error, and the loop continues. */
export function createTools({ wishes, tier, knowledge, allowedOrigins, depth }: ToolContext): ToolSet {
  return {
    ...(knowledge === undefined
      ? {}
      : {
          search_knowledge: tool({
            description: "Finds passages of the suite's knowledge by words and by likeness, best first.",
            inputSchema: searchInput,
            execute: ({ query, limit }, { abortSignal }) => knowledge.search(query, limit, abortSignal),
          }),
        }),
    write_note: tool({
      description: 'Writes down something that people should see beside the result. Notes appear when the task ends.',
      inputSchema: noteInput,
      execute: ({ content }) => {
        if (wishes.notes.length >= mostNotes) throw new Error(`A task may have ${mostNotes} notes.`)
        wishes.notes.push(content)
        return 'The note will be stored with the result.'
      },
    }),
    ...(allowedOrigins.length === 0
      ? {}
      : {
          http_get: tool({
            description: `Fetches a text from one of: ${allowedOrigins.join(', ')}.`,
            inputSchema: getInput,
            execute: ({ url }, { abortSignal }) => httpGet(url, allowedOrigins, abortSignal),
          }),
        }),
    spawn_task: tool({
      description: `Hands a part of the work to another agent as a task of its own. It is started when this task is completed; its result does not come back here. At most ${mostChildren}.`,
      inputSchema: spawnInput,
      execute: async ({ title, input, modelTier = tier }) => {
        if (wishes.children.length >= mostChildren) throw new Error(`A task may spawn ${mostChildren} tasks.`)
        if ((await depth()) >= deepestChild) {
          throw new Error(`This task was spawned by spawned tasks ${deepestChild} deep: it may not spawn others.`)
        }
        wishes.children.push({ title, input, modelTier })
        return 'The task will be queued when this one is completed.'
      },
    }),
  }
}
