import type { Check } from '#shared/contract/plan.ts'

type Result = Omit<Check, 'title'>

export const passed = (detail: string): Result => ({ state: 'passed', detail, remedy: '' })
export const warning = (detail: string, remedy: string): Result => ({ state: 'warning', detail, remedy })
export const failed = (detail: string, remedy: string): Result => ({ state: 'failed', detail, remedy })

/** It could not be checked. @param why whole sentences */
export const unknown = (why: string, remedy: string): Result => ({ state: 'unknown', detail: why, remedy })

/** `250m`-like numbers for people: 0.25 CPU, 1.5 GiB. */
export const cores = (value: number) => `${Number(value.toFixed(2))} CPU`
export const gibibytes = (bytes: number) => `${Number((bytes / 2 ** 30).toFixed(2))} GiB`
