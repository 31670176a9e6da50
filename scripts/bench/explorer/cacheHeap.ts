import type { KubeObject } from '#shared/kubeObject.ts'
import { connect } from '../../../electron/engine/kube/index.ts'
import { LiveLists, part } from '../../../electron/engine/objects/liveLists.ts'
import { podKind } from '../../../electron/engine/objects/pods/podFacts.ts'
import { namespace } from './cluster.ts'

// Run by `node --expose-gc` with the address of the cluster: prints the heap of a live list of pods, and of the parsed list.
const [, , url = ''] = process.argv
const used = (): number => {
  globalThis.gc?.()
  return process.memoryUsage().heapUsed
}
const path = `/api/v1/namespaces/${namespace}/pods`
const connection = connect({
  name: 'bench',
  cluster: { name: 'bench', server: url, skipTlsVerify: false },
  user: { name: 'bench' },
  source: { path: '', kind: 'added' },
  isCurrent: true,
  identity: url,
})
const lists = new LiveLists()
await connection.request('GET', path, { query: { limit: 10 } })

const before = used()
const reading = lists.batches(
  { connection, namespaces: [namespace] },
  part(podKind, ({ row }) => row.uid),
)
for (let isLive = false; !isLive;) {
  const { value } = await reading.next()
  isLive = value?.state.phase === 'live'
}
const cache = used() - before
const middle = used()
const parsed = await connection.request<{ items: KubeObject[] }>('GET', path)
const list = used() - middle
console.log(
  JSON.stringify({ cache, list, rows: lists.peek(connection, podKind, namespace)?.length, items: parsed.items.length }),
)
process.exit(0)
