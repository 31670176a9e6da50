import { benchFanOut } from './bench/fanOut.ts'
import { benchQueue } from './bench/queue.ts'
import type { Ratio } from './bench/ratio.ts'
import { report } from './bench/report.ts'
import { benchRoute } from './bench/route.ts'
import { benchVectorSearch } from './bench/vectorSearch.ts'
import { buildServer } from './build/build.ts'
import { ensure } from './setup/ensure.ts'

// `npm run bench -- server`: ratios against yardsticks measured in the same run. Nothing else should run meanwhile.
const topics: Readonly<Record<string, readonly (() => Promise<Ratio>)[]>> = {
  server: [benchRoute, benchFanOut, benchQueue, benchVectorSearch],
}

const [topic = ''] = process.argv.slice(2)
const benches = topics[topic]
if (benches === undefined)
  throw new Error(`There is no topic "${topic}". The topics are ${Object.keys(topics).join(', ')}.`)
await ensure(['sandbox', 'tests'])
await buildServer()
const ratios: Ratio[] = []
for (const bench of benches) {
  const ratio = await bench()
  console.log(`${ratio.id} ${ratio.measure}: ${ratio.ratio.toFixed(2)}x (goal ${ratio.goal})`)
  ratios.push(ratio)
}
await report(topic, ratios)
process.exit(0)
