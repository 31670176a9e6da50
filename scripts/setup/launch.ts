import { isRoot } from './debian.ts'
import type { Display } from './display.ts'
import type { ElectronRuntime } from './electronRuntime.ts'
import { projectRoot } from './projectRoot.ts'

/** How to start the built app: the program, its arguments and its environment, for a person, a test or the demo alike. */
export function launchOptions(runtime: ElectronRuntime, display: Display) {
  const flags = [
    // Chromium's own sandbox refuses to run as root; the page's renderer sandbox settings stay as they are.
    ...(process.platform === 'linux' && isRoot() ? ['--no-sandbox'] : []),
    // A virtual screen has no GPU: Chromium would try for seconds, and terminals would be drawn by WebGL in software.
    ...(display.name === undefined ? [] : ['--disable-gpu', '--disable-3d-apis']),
  ]
  return {
    executablePath: runtime.executable,
    args: [...runtime.args, ...flags],
    env: {
      ...definedEnvironment(),
      CONSOLE_APP_ROOT: projectRoot,
      ...(display.name === undefined ? {} : { DISPLAY: display.name }),
    },
  }
}

function definedEnvironment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  )
}
