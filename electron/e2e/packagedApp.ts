import { spawn } from 'node:child_process'
import { chromium, type Browser, type Page } from '@playwright/test'
import { launchOptions } from '../../scripts/setup/launch.ts'
import { drawTerminalsPlainly } from './app.ts'

/** A packaged app that runs. Nothing reaches its main process: its fuses are off. */
export interface PackagedApp {
  page: Page
  pid: number
  /** kill -9, and nothing else. */
  kill(): Promise<void>
}

/** Starts a packaged app and attaches to its window by Chromium's own debugging port, which no fuse concerns. */
export async function startPackagedApp(executable: string, env: Record<string, string>): Promise<PackagedApp> {
  const name = process.env.CONSOLE_VIRTUAL_DISPLAY ? process.env.DISPLAY : undefined
  const options = launchOptions({ executable, args: [], description: 'packaged' }, { name, stop: () => undefined })
  const { CONSOLE_APP_ROOT: _, ...inherited } = options.env
  const child = spawn(executable, [...options.args, '--remote-debugging-port=0'], {
    env: { ...inherited, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  let browser: Browser | undefined
  const kill = async () => {
    child.kill('SIGKILL')
    await ended
    await browser?.close()
  }
  try {
    const endpoint = await debuggingEndpoint(child.stderr)
    await pageIsThere(endpoint)
    browser = await chromium.connectOverCDP(endpoint, { timeout: 30_000 })
    const page = browser.contexts()[0]?.pages()[0]
    if (page === undefined || child.pid === undefined) throw new Error('the packaged app has no window')
    page.setDefaultTimeout(30_000)
    await drawTerminalsPlainly(page)
    return { page, pid: child.pid, kill }
  } catch (error) {
    await kill()
    throw error
  }
}

/** `http://127.0.0.1:<port>`, as Chromium announces it. */
function debuggingEndpoint(stderr: NodeJS.ReadableStream): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    const late = () => reject(new Error(`the packaged app opened no debugging port: ${text}`))
    const timer = setTimeout(late, 60_000)
    stderr.once('end', late)
    // Read to its end: a full pipe would stop the app.
    stderr.on('data', (chunk: Buffer) => {
      text = (text + chunk.toString()).slice(-20_000)
      const address = /DevTools listening on ws:\/\/([^/]+)\//.exec(text)?.[1]
      if (address === undefined) return
      clearTimeout(timer)
      resolve(`http://${address}`)
    })
  })
}

/** Waits for the loaded page: an attachment while the window is being made waits forever. */
async function pageIsThere(endpoint: string): Promise<void> {
  const deadline = Date.now() + 60_000
  while (Date.now() < deadline) {
    const response = await fetch(`${endpoint}/json/list`)
    const targets = (await response.json()) as { type: string; title: string; url: string }[]
    if (targets.some(({ type, title, url }) => type === 'page' && url.startsWith('console://') && title !== '')) return
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  throw new Error('the packaged app opened no window')
}
