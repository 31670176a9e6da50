import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { openDisplay } from '../../setup/display.ts'
import { median, rounds, type Ratio } from '../ratio.ts'
import { pods, startBenchCluster, type BenchCluster } from './cluster.ts'
import { resting, startEmpty, startOurs, visit, type Start, type Visit } from './window.ts'

/** A measure against a figure that it must not exceed. */
const against = (
  about: Pick<Ratio, 'id' | 'measure' | 'unit' | 'note'>,
  ours: number,
  theirs: number,
  goal: string,
) => ({
  ...about,
  ours,
  theirs,
  ratio: ours / theirs,
  goal,
})
const mebibytes = (bytes: number): number => bytes / 2 ** 20

/** P1, P1b, P1c, P2, P3, P6, P11, P12 in the real window, in turn with kubectl and with an empty window of the same Electron. */
export async function benchExplorer(): Promise<Ratio[]> {
  const display = await openDisplay(console.log)
  if (display.name !== undefined) {
    process.env.DISPLAY = display.name
    process.env.CONSOLE_VIRTUAL_DISPLAY = '1'
  }
  const cluster = await startBenchCluster()
  try {
    return await measure(cluster)
  } finally {
    await cluster.stop()
    display.stop()
  }
}

async function measure(cluster: BenchCluster): Promise<Ratio[]> {
  const visits: Visit[] = []
  const kubectl: number[] = []
  const starts: { ours: Start[]; empty: Start[] } = { ours: [], empty: [] }
  for (let round = 0; round < rounds; round += 1) {
    kubectl.push(await cluster.kubectl())
    visits.push(await visit(cluster))
    starts.empty.push(await startEmpty())
    starts.ours.push(await startOurs(cluster))
    console.log(`round ${round + 1}: kubectl ${Math.round(kubectl.at(-1) ?? 0)} ms`, visits.at(-1))
  }
  const list = (await (await fetch(`${cluster.url}/api/v1/namespaces/flood/pods`)).arrayBuffer()).byteLength
  const of = (figure: keyof Visit): number => median(visits.map((each) => each[figure]))
  const start = (side: Start[], figure: keyof Start): number => median(side.map((each) => each[figure]))
  const theirs = median(kubectl)
  const ms = 'ms'
  const wire = `${of('podLists')} lists and ${of('podWatches')} watches of pods on the wire for map, rows and counts; ${of('watchesLeft')} watches 5 s after the last page that needs them`
  const emptyMemory = mebibytes(start(starts.empty, 'memory'))
  return [
    against(
      {
        id: 'P1',
        measure: `first rows of ${pods} pods of one namespace, from the click on the cluster in a cold app, against kubectl get pods`,
        unit: ms,
        note: wire,
      },
      of('firstRows'),
      theirs,
      '<= 0.05x',
    ),
    against({ id: 'P1', measure: 'all rows', unit: ms }, of('allRows'), theirs, '<= 0.4x'),
    against(
      { id: 'P1b', measure: 'visited again after its watch was closed, last state painted, against 100 ms', unit: ms },
      of('again'),
      100,
      '<= 1x',
    ),
    against(
      { id: 'P1c', measure: 'bytes read for it against the list once', unit: 'MiB' },
      mebibytes(of('podBytes')),
      mebibytes(list),
      '<= 1.05x',
    ),
    against(
      { id: 'P1c', measure: 'bytes at rest a minute, no page open, against 20 kB', unit: 'kB' },
      await atRest(cluster),
      20,
      '<= 1x',
    ),
    against(
      {
        id: 'P2',
        measure: 'longest task of the window while loading, against 50 ms',
        unit: ms,
        note: '0: none over 50 ms',
      },
      of('longestTask'),
      50,
      '<= 1x',
    ),
    await cacheHeap(cluster),
    against(
      {
        id: 'P6',
        measure: 'renderer work a frame while the wheel turns, against 8 ms',
        unit: ms,
        note: `${Math.round(of('framesPerSecond'))} frames a second, drawn in software`,
      },
      of('frameWork'),
      8,
      '<= 1x',
    ),
    against(
      { id: 'P11', measure: 'cold start to first content, against an empty window', unit: ms },
      start(starts.ours, 'painted'),
      start(starts.empty, 'painted'),
      '<= 1.3x',
    ),
    against(
      { id: 'P11', measure: 'idle memory (PSS), against an empty window', unit: 'MiB' },
      mebibytes(start(starts.ours, 'memory')),
      emptyMemory,
      '<= 1.3x',
    ),
    against(
      { id: 'P12', measure: `memory (PSS) with ${pods} pods, against an empty window`, unit: 'MiB' },
      mebibytes(of('memory')),
      emptyMemory,
      '<= 1.6x',
    ),
  ]
}

/** Kilobytes that an app with no page of the cluster open reads in a minute. */
async function atRest(cluster: BenchCluster): Promise<number> {
  await resting(cluster, async () => {
    await cluster.reset()
    await pause(60_000)
  })
  return (await cluster.asked()).requests.reduce((sum, { bytes }) => sum + bytes, 0) / 1_000
}

async function cacheHeap(cluster: BenchCluster): Promise<Ratio> {
  const program = join(import.meta.dirname, 'cacheHeap.ts')
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--expose-gc',
    '--import',
    'tsx',
    program,
    cluster.url,
  ])
  const seen = JSON.parse(stdout) as { cache: number; list: number; rows: number; items: number }
  if (seen.rows !== pods || seen.items !== pods) throw new Error(`Not every pod was read: ${stdout}`)
  return against(
    { id: 'P3', measure: 'heap of the live list against the parsed list', unit: 'MiB' },
    mebibytes(seen.cache),
    mebibytes(seen.list),
    '<= 0.2x',
  )
}
