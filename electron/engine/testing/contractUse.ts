import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { mapEventIterator, type ClientLink } from '@orpc/client'
import { getEventIteratorSchemaDetails, isContractProcedure, type AnySchema } from '@orpc/contract'
import { z } from 'zod'
import { contract } from '#shared/contract/index.ts'
import { pointsOf, pointsSeen } from './schemaPoints.ts'

/** Where runs of a real engine note what they filled; `npm test` empties it before it begins. */
const folder = join(import.meta.dirname, '../../../out/test/contractUse')

const outputs = new Map<string, z.core.$ZodType>(callsOf(contract))

function callsOf(router: object, path: string[] = []): [call: string, output: z.core.$ZodType][] {
  return Object.entries(router).flatMap(([name, entry]: [string, object]) => {
    if (!isContractProcedure(entry)) return callsOf(entry, [...path, name])
    const { outputSchema } = entry['~orpc'] as { outputSchema?: AnySchema }
    const output: unknown = getEventIteratorSchemaDetails(outputSchema)?.yields ?? outputSchema
    if (!(output instanceof z.ZodType)) return []
    return [[[...path, name].join('.'), output]] satisfies [string, z.core.$ZodType][]
  })
}

/** Every optional field and every value of an enumeration that the outputs of the contract have, named by the first call that has it. */
export const allPoints = pointsOf(outputs)

const seen = new Set<string>()

function note(call: string, value: unknown): void {
  const output = outputs.get(call)
  if (output === undefined) return
  const fresh = pointsSeen(output, value, allPoints).filter((point) => !seen.has(point))
  if (fresh.length === 0) return
  for (const point of fresh) seen.add(point)
  mkdirSync(folder, { recursive: true })
  appendFileSync(join(folder, `${process.pid}.txt`), fresh.map((point) => `${point}\n`).join(''))
}

/** A link that notes what of the contract's outputs the engine fills, also item by item of its streams. */
export function noting<Context extends object>(link: ClientLink<Context>): ClientLink<Context> {
  return {
    async call(path, input, options) {
      const call = path.join('.')
      const output = await link.call(path, input, options)
      if (!isStream(output)) {
        note(call, output)
        return output
      }
      return mapEventIterator(output, {
        value: (value) => {
          note(call, value)
          return Promise.resolve(value)
        },
        error: (error) => Promise.resolve(error),
      })
    },
  }
}

const isStream = (output: unknown): output is AsyncIterator<unknown> =>
  typeof output === 'object' && output !== null && Symbol.asyncIterator in output

/** What was noted by all runs since the folder was emptied. @throws Error when none was */
export function notedPoints(): Set<string> {
  if (!existsSync(folder)) throw new Error('No run of an engine was recorded: run the tests of `engine` first.')
  return new Set(
    readdirSync(folder).flatMap((file) => readFileSync(join(folder, file), 'utf8').split('\n').filter(Boolean)),
  )
}
