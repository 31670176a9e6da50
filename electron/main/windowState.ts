import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { z } from 'zod'

export interface Rectangle {
  x: number
  y: number
  width: number
  height: number
}

const pixels = z.number().int().min(-100_000).max(100_000)
const windowState = z.object({
  bounds: z.object({
    x: pixels.optional(),
    y: pixels.optional(),
    width: pixels.min(1),
    height: pixels.min(1),
  }),
  maximized: z.boolean(),
})
export type WindowState = z.infer<typeof windowState>

export const defaultState: WindowState = { bounds: { width: 1440, height: 900 }, maximized: false }

/** How the window was when it closed. A file that cannot be read is set aside and never keeps the window from opening. */
export function readWindowState(path: string): WindowState {
  try {
    return windowState.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return defaultState
    console.error(`${path} could not be read; the window opens in its standard place.`, error)
    try {
      renameSync(path, `${path}.unreadable`)
    } catch (failure) {
      console.error(`${path} could not be set aside.`, failure)
    }
    return defaultState
  }
}

/** A disk that is full costs the window its place, not its end. */
export function writeWindowState(path: string, state: WindowState): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    writeFileSync(`${path}.next`, JSON.stringify(state), { mode: 0o600 })
    renameSync(`${path}.next`, path)
  } catch (error) {
    console.error(`${path} could not be written; the window opens in its standard place next time.`, error)
  }
}

/** At least so much of the title bar must lie on a screen, in pixels, so that the window can be seen and moved. */
const graspable = { width: 200, height: 40 }

/**
 * Where to open: as it was, if its title bar lies on one of the screens there are now; otherwise as large as it was, placed by the
 * system.
 */
export function visibleBounds({ bounds }: WindowState, screens: readonly Rectangle[]): WindowState['bounds'] {
  const { x, y, width, height } = bounds
  if (x === undefined || y === undefined) return { width, height }
  const isInSight = screens.some((screen) => {
    const across = Math.min(x + width, screen.x + screen.width) - Math.max(x, screen.x)
    return across >= graspable.width && y >= screen.y && y + graspable.height <= screen.y + screen.height
  })
  return isInSight ? bounds : { width, height }
}
