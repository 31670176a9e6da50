import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { _electron, type Page } from '@playwright/test'
import { launchApp, type RunningApp } from '../../../electron/e2e/app.ts'
import { fleetRow, rail } from '../../../electron/e2e/window.ts'
import { electronRuntime } from '../../setup/electronRuntime.ts'
import { launchOptions } from '../../setup/launch.ts'
import { context, pods, type BenchCluster } from './cluster.ts'
import { proportionalSize } from './memory.ts'

/** One visit with a cold app. Milliseconds, bytes, counts. */
export interface Visit {
  /** From the click on the cluster to the first rows of its pods, and to all of them. */
  firstRows: number
  allRows: number
  /** From the click on Workloads, when the place was left and its watch closed, to its rows. */
  again: number
  longestTask: number
  podLists: number
  podWatches: number
  /** Pod watches 5 s after the last page that needs them. */
  watchesLeft: number
  podBytes: number
  /** Of renderer work a frame while the wheel turns, and frames a second. */
  frameWork: number
  framesPerSecond: number
  memory: number
}

/** Stands in the page: notes when rows are painted, and tasks over 50 ms. Playwright's own clock would add its round trips. */
function watchPage(all: number): void {
  const marks: { first?: number; all?: number; longest: number } = { longest: 0 }
  Reflect.set(globalThis, 'benchMarks', marks)
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) marks.longest = Math.max(marks.longest, duration)
  }).observe({ type: 'longtask' })
  const look = (): void => {
    const table = document.querySelector('[role=grid][aria-label=Pods]')
    const foot = document.querySelector('.workloads-foot')?.textContent ?? ''
    if (table?.querySelector('[data-row]')) marks.first ??= performance.now()
    if (table && !foot.includes('Loading') && foot.replace(/[ ,]/g, '').startsWith(`${all}pods`)) {
      marks.all ??= performance.now()
    }
    requestAnimationFrame(look)
  }
  look()
}

interface Marks {
  now: number
  first?: number
  all?: number
  longest: number
}
const marks = (page: Page): Promise<Marks> =>
  page.evaluate(() => ({ ...(Reflect.get(globalThis, 'benchMarks') as Omit<Marks, 'now'>), now: performance.now() }))

/** Forgets earlier marks, clicks, and gives the page's time just before. */
async function click(page: Page, find: () => ReturnType<typeof rail>): Promise<number> {
  await page.evaluate(() => {
    const held = Reflect.get(globalThis, 'benchMarks') as { first?: number; all?: number; longest: number }
    delete held.first
    delete held.all
    document.addEventListener('click', () => Reflect.set(globalThis, 'benchClick', performance.now()), {
      capture: true,
      once: true,
    })
  })
  await find().click()
  return page.evaluate(() => Reflect.get(globalThis, 'benchClick') as number)
}

async function waitFor(page: Page, which: 'first' | 'all'): Promise<number> {
  for (let tries = 0; tries < 2_400; tries += 1) {
    const seen = (await marks(page))[which]
    if (seen !== undefined) return seen
    await pause(25)
  }
  throw new Error(`The ${which} rows were not painted within a minute.`)
}

export async function visit(cluster: BenchCluster): Promise<Visit> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'console-bench-app-'))
  const app = await launchApp({ dataDirectory, kubeconfig: cluster.kubeconfig })
  try {
    const { page } = app
    // The loader of these scripts wraps functions in a call that the page does not have.
    await page.evaluate('globalThis.__name = (it) => it')
    await page.evaluate(watchPage, pods)
    await rail(page, 'Fleet').click()
    await fleetRow(page, context)
      .getByText(/healthy|warning|limited|degraded|reachable/i)
      .first()
      .waitFor({ timeout: 60_000 })
    await cluster.reset()
    const begun = await click(page, () => fleetRow(page, context))
    await rail(page, 'Workloads').click()
    const [first, all] = [await waitFor(page, 'first'), await waitFor(page, 'all')]
    const { longest } = await marks(page)
    const opened = await cluster.asked()
    const memory = proportionalSize(app.electron.process().pid ?? 0)
    const scroll = await turnWheel(page)
    await rail(page, 'Backups').click()
    await pause(5_000)
    const { podWatches: watchesLeft } = await cluster.asked()
    const back = await click(page, () => rail(page, 'Workloads'))
    const again = (await waitFor(page, 'first')) - back
    const ofPods = opened.requests.filter(({ what }) => what.endsWith('/api/v1/namespaces/flood/pods'))
    return {
      firstRows: first - begun,
      allRows: all - begun,
      again,
      longestTask: longest,
      // Of the pages of a list only the first has no token to continue from.
      podLists: ofPods.filter(({ what }) => what.startsWith('GET list')).length,
      podWatches: ofPods.filter(({ what }) => what.startsWith('GET watch')).length,
      watchesLeft,
      podBytes: opened.requests.filter(({ what }) => what.includes('/pods')).reduce((sum, { bytes }) => sum + bytes, 0),
      ...scroll,
      memory,
    }
  } finally {
    await app.close()
    await rm(dataDirectory, { recursive: true, force: true })
  }
}

/** Runs `work` while the app is open on a page that reads nothing of the cluster, as the backups. */
export async function resting(cluster: BenchCluster, work: () => Promise<void>): Promise<void> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'console-bench-app-'))
  const app = await launchApp({ dataDirectory, kubeconfig: cluster.kubeconfig })
  try {
    await rail(app.page, 'Fleet').click()
    await fleetRow(app.page, context).waitFor()
    await rail(app.page, 'Backups').click()
    await pause(5_000)
    await work()
  } finally {
    await app.close()
    await rm(dataDirectory, { recursive: true, force: true })
  }
}

/** Turns the wheel for three seconds. Work is what the renderer's main thread did, by Chromium's own count. */
async function turnWheel(page: Page): Promise<{ frameWork: number; framesPerSecond: number }> {
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable')
  const work = async (): Promise<number> => {
    const { metrics } = await session.send('Performance.getMetrics')
    return 1_000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0)
  }
  const box = await page.getByRole('grid', { name: 'Pods' }).boundingBox()
  if (!box) throw new Error('There is no table to scroll.')
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2)
  await page.evaluate(() => {
    Reflect.set(globalThis, 'benchFrames', 0)
    const count = (): void => {
      Reflect.set(globalThis, 'benchFrames', (Reflect.get(globalThis, 'benchFrames') as number) + 1)
      requestAnimationFrame(count)
    }
    requestAnimationFrame(count)
  })
  const [before, begun] = [await work(), performance.now()]
  while (performance.now() - begun < 3_000) await page.mouse.wheel(0, 240)
  const seconds = (performance.now() - begun) / 1_000
  const frames = await page.evaluate(() => Reflect.get(globalThis, 'benchFrames') as number)
  return { frameWork: ((await work()) - before) / frames, framesPerSecond: frames / seconds }
}

/** Milliseconds from the start of the process to the first content painted, and bytes of memory when idle. */
export interface Start {
  painted: number
  memory: number
}

export async function startOurs(cluster: BenchCluster): Promise<Start> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'console-bench-app-'))
  const begun = Date.now()
  const app = await launchApp({ dataDirectory, kubeconfig: cluster.kubeconfig })
  return measured(app, begun, dataDirectory)
}

/** The yardstick: Electron with a window and one word in it. */
export async function startEmpty(): Promise<Start> {
  const folder = await mkdtemp(join(tmpdir(), 'console-bench-empty-'))
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'empty', main: 'main.cjs' }))
  await writeFile(
    join(folder, 'main.cjs'),
    `const { app, BrowserWindow } = require('electron')
app.whenReady().then(() => new BrowserWindow({ width: 1280, height: 800 }).loadFile('index.html'))
`,
  )
  await writeFile(join(folder, 'index.html'), '<!doctype html><title>Empty</title><p>Empty</p>')
  const runtime = await electronRuntime(() => undefined)
  const name = process.env.CONSOLE_VIRTUAL_DISPLAY ? process.env.DISPLAY : undefined
  const options = launchOptions(runtime, { name, stop: () => undefined })
  const begun = Date.now()
  const flags = options.args.filter((arg) => arg.startsWith('--'))
  const electron = await _electron.launch({ ...options, args: [...flags, folder] })
  const page = await electron.firstWindow()
  return measured({ electron, page, close: () => electron.close() }, begun, folder)
}

async function measured(
  { electron, page, close }: Pick<RunningApp, 'electron' | 'page' | 'close'>,
  begun: number,
  folder: string,
): Promise<Start> {
  try {
    const painted = await page.evaluate(async () => {
      for (;;) {
        const [entry] = performance.getEntriesByName('first-contentful-paint')
        if (entry) return performance.timeOrigin + entry.startTime
        await new Promise((resolve) => setTimeout(resolve, 10))
      }
    })
    await pause(5_000)
    return { painted: painted - begun, memory: proportionalSize(electron.process().pid ?? 0) }
  } finally {
    await close()
    await rm(folder, { recursive: true, force: true })
  }
}
