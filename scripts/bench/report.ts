import { mkdir, writeFile } from 'node:fs/promises'
import { cpus, totalmem, type } from 'node:os'
import { join } from 'node:path'
import { projectRoot } from '../setup/projectRoot.ts'
import type { Ratio } from './ratio.ts'

/** What the figures were seen on. */
function machine(): string {
  const cores = cpus()
  const gibibytes = Math.round(totalmem() / 2 ** 30)
  return `${cores.length} x ${cores[0]?.model.trim() ?? 'unknown processor'}, ${gibibytes} GiB, ${type()}, Node ${process.versions.node}`
}

const figure = (value: number) => (value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(3))

/** A Markdown table, as the README publishes it, with the command and the machine. */
export function asMarkdown(topic: string, ratios: readonly Ratio[]): string {
  const rows = ratios.map(({ id, measure, ours, theirs, unit, ratio, goal, note = '' }) =>
    [id, measure, `${figure(ours)} ${unit}`, `${figure(theirs)} ${unit}`, `${ratio.toFixed(2)}x`, goal, note].join(
      ' | ',
    ),
  )
  const head = ['| | Measure | Ours | Yardstick | Ratio | Goal | |', '|---|---|---|---|---|---|---|']
  const seen = `\`npm run bench -- ${topic}\`, ${new Date().toISOString().slice(0, 10)}, ${machine()}`
  return [seen, '', ...head, ...rows.map((row) => `| ${row} |`)].join('\n')
}

/** Prints the table and keeps it, with the figures, in `out/bench/`. */
export async function report(topic: string, ratios: readonly Ratio[]): Promise<void> {
  const text = asMarkdown(topic, ratios)
  const folder = join(projectRoot, 'out', 'bench')
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, `${topic}.md`), `${text}\n`)
  await writeFile(join(folder, `${topic}.json`), `${JSON.stringify({ machine: machine(), ratios }, null, 2)}\n`)
  console.log(`\n${text}`)
}
