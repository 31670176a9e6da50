import { create } from 'zustand'
import { persist } from 'zustand/middleware'
import type { Settings } from '#shared/contract/app.ts'
import { engine } from '../../client/index.ts'
import { setTimeZone } from '../../kit/index.ts'
import { remembered } from './remembered.ts'

interface SettingsState {
  settings: Settings | null
  /** Theme and clock are kept in the window too, so that they are right before the engine answers. */
  theme: Settings['theme']
  timeZone: Settings['timeZone']
}

export const useSettings = create<SettingsState>()(
  persist<SettingsState, [], [], Pick<SettingsState, 'theme' | 'timeZone'>>(
    () => ({ settings: null, theme: 'system', timeZone: 'local' }),
    remembered('theme', ({ theme, timeZone }) => ({ theme, timeZone })),
  ),
)

const followClock = ({ timeZone }: SettingsState) => setTimeZone(timeZone === 'utc' ? 'UTC' : undefined)
followClock(useSettings.getState())
useSettings.subscribe(followClock)

export function receiveSettings(settings: Settings): void {
  useSettings.setState({ settings, theme: settings.theme, timeZone: settings.timeZone })
}

/** Saves a change; the window follows at once and returns to the engine's word if it refuses. */
export async function changeSettings(change: Partial<Settings>): Promise<void> {
  const before = useSettings.getState()
  const { theme = before.theme, timeZone = before.timeZone } = change
  useSettings.setState({ settings: before.settings && { ...before.settings, ...change }, theme, timeZone })
  try {
    receiveSettings(await engine().app.updateSettings(change))
  } catch (thrown) {
    useSettings.setState(before)
    throw thrown
  }
}

/** Single-key shortcuts are on unless the person turned them off. */
export function areSingleKeysOn(): boolean {
  return useSettings.getState().settings?.singleKeys ?? true
}
