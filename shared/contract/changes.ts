import { z } from 'zod'

/** One field that differs. Secret values are masked; long texts are cut. */
export const fieldChange = z.object({
  /** As people write it: `spec.template.spec.containers[backend].image`. */
  path: z.string(),
  /** Empty when the field is not set. */
  before: z.string(),
  after: z.string(),
  /** What follows from it: "restarts the pods", "cannot be changed in place". Empty when nothing but the value changes. */
  effect: z.string(),
})
export type FieldChange = z.infer<typeof fieldChange>

/** What an operation does before it is done, and how it is taken back. */
export const impact = z.object({
  /** Whole sentences: "2 pods of agency-swarm-backend restart, one at a time." */
  effects: z.array(z.string()),
  /** Things an administrator would want to know first: a budget that allows no disruption, an autoscaler that will scale back. */
  warnings: z.array(z.string()),
  changes: z.array(fieldChange),
  /** How it is undone: "Undo returns to revision 4." Or why it cannot be. */
  undo: z.string(),
  canUndo: z.boolean(),
})
export type Impact = z.infer<typeof impact>
