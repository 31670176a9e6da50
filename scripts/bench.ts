import { benchExplorer } from './bench/explorer/explorer.ts'
import { benchFanOut } from './bench/fanOut.ts'
import { benchQueue } from './bench/queue.ts'
import type { Ratio } from './bench/ratio.ts'
import { report } from './bench/report.ts'
import { benchRoute } from './bench/route.ts'
import { benchVectorSearch } from './bench/vectorSearch.ts'
import { build, buildServer } from './build/build.ts'
import { ensure } from './setup/ensure.ts'

// `npm run bench -- server`, `-- explorer`: ratios against yardsticks measured in the same run. Nothing else should run meanwhile.
interface Topic {
  readonly benches: readonly (() => Promise<Ratio | readonly Ratio[]>)[]
  readonly purposes: Parameters<typeof ensure>[0]
  readonly build: () => Promise<unknown>
}
const topics: Readonly<Record<string, Topic>> = {
  server: {
    benches: [benchRoute, benchFanOut, benchQueue, benchVectorSearch],
    purposes: ['sandbox', 'tests'],
    build: buildServer,
  },
  explorer: { benches: [benchExplorer], purposes: ['window', 'tests'], build },
}

const [name = ''] = process.argv.slice(2)
const topic = topics[name]
if (topic === undefined)
  throw new Error(`There is no topic "${name}". The topics are ${Object.keys(topics).join(', ')}.`)
await ensure([...topic.purposes])
await topic.build()
const ratios: Ratio[] = []
for (const bench of topic.benches) {
  for (const ratio of [await bench()].flat()) {
    console.log(`${ratio.id} ${ratio.measure}: ${ratio.ratio.toFixed(2)}x (goal ${ratio.goal})`)
    ratios.push(ratio)
  }
}
await report(name, ratios)
process.exit(0)
