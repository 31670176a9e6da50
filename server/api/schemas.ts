import { z } from 'zod'
import { line, paragraph } from '../common/texts.ts'
import { agentStates, modelTiers, taskStates } from '../database/tables.ts'

export { line, paragraph }

export const newAgent = z.object({
  name: line(63).regex(/^[a-z0-9][a-z0-9-]*$/, 'must be lower-case letters, digits and dashes'),
  modelTier: z.enum(modelTiers),
})

export const agent = z.object({
  id: z.uuid(),
  name: z.string(),
  modelTier: z.enum(modelTiers),
  state: z.enum(agentStates),
  successRate: z.number(),
  tasksCompleted: z.number(),
  tasksFailed: z.number(),
  updatedAt: z.string(),
})

export const newTask = z.object({
  title: line(200),
  input: paragraph(20_000),
  modelTier: z.enum(modelTiers).default('SONNET'),
  priority: z.number().int().min(-100).max(100).default(0),
})

export const task = z.object({
  id: z.uuid(),
  title: z.string(),
  input: z.string(),
  modelTier: z.enum(modelTiers),
  priority: z.number(),
  state: z.enum(taskStates),
  agent: z.string().nullable(),
  result: z.object({ model: z.string(), text: z.string() }).nullable(),
  error: z.string().nullable(),
  attempts: z.number(),
  createdAt: z.string(),
  startedAt: z.string().nullable(),
  finishedAt: z.string().nullable(),
})

export const taskQuery = z.object({
  state: z.enum(taskStates).optional(),
  before: z.uuid().optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})
export const taskPage = z.object({ tasks: z.array(task), next: z.uuid().nullable() })
export const taskAddress = z.object({ id: z.uuid() })
