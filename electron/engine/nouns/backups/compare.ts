import type { DatabaseFacts, SequenceFact } from './facts.ts'

/** One sentence per difference; empty when a restored database is what was dumped. */
export function differences(dumped: DatabaseFacts, restored: DatabaseFacts): string[] {
  return [
    ...tableDifferences(dumped.tables, restored.tables),
    ...sequenceDifferences(dumped.sequences, restored.sequences),
    ...lineDifferences('Extension', dumped.extensions.map(extensionLine), restored.extensions.map(extensionLine)),
    ...lineDifferences('Constraint', dumped.constraints, restored.constraints),
    ...lineDifferences('Index', dumped.indexes, restored.indexes),
  ]
}

const extensionLine = ({ name, version }: { name: string; version: string }) => `${name} ${version}`

function tableDifferences(dumped: DatabaseFacts['tables'], restored: DatabaseFacts['tables']): string[] {
  const found = new Map(restored.map((table) => [table.name, table]))
  const sentences = dumped.flatMap((table) => {
    const other = found.get(table.name)
    found.delete(table.name)
    if (!other) return [`Table ${table.name} is missing.`]
    if (other.rows !== table.rows) return [`Table ${table.name} has ${other.rows} rows instead of ${table.rows}.`]
    return other.sha256 === table.sha256 ? [] : [`Table ${table.name} has as many rows, but not the same contents.`]
  })
  return [...sentences, ...[...found.keys()].map((name) => `Table ${name} was not in the backup.`)]
}

/** The dumped value lies between the readings before and after the dump. */
function sequenceDifferences(dumped: SequenceFact[], restored: SequenceFact[]): string[] {
  const found = new Map(restored.map((sequence) => [sequence.name, sequence.value]))
  return dumped.flatMap(({ name, value, until }) => {
    const other = found.get(name)
    if (other === undefined) return [`Sequence ${name} is missing.`]
    const [one, two] = [BigInt(value), BigInt(until)]
    // One that was set back or began again in between says nothing.
    const isPossible = one > two || (BigInt(other) >= one && BigInt(other) <= two)
    return isPossible ? [] : [`Sequence ${name} stands at ${other} instead of ${value}.`]
  })
}

function lineDifferences(what: string, dumped: string[], restored: string[]): string[] {
  const [before, after] = [new Set(dumped), new Set(restored)]
  return [
    ...dumped.filter((line) => !after.has(line)).map((line) => `${what} is missing or different: ${line}.`),
    ...restored.filter((line) => !before.has(line)).map((line) => `${what} was not in the backup: ${line}.`),
  ]
}

/**
 * Tables that lost all their rows since the backup before. A retry of a job has dumped an emptied database over the last good copy
 * more than once in the world: nothing is overwritten here, but somebody must be told.
 */
export function emptiedTables(earlier: Pick<DatabaseFacts, 'tables'>, now: Pick<DatabaseFacts, 'tables'>): string[] {
  const rows = new Map(now.tables.map((table) => [table.name, table.rows]))
  return earlier.tables.filter((table) => table.rows > 0 && (rows.get(table.name) ?? 0) === 0).map(({ name }) => name)
}
