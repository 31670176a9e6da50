import { create } from 'zustand'
import { persist } from 'zustand/middleware'
import type { Settings } from '#shared/contract/app.ts'
import { engine } from '../../client/index.ts'
import { remembered } from './remembered.ts'

interface SettingsState {
  settings: Settings | null
  /** The theme is kept in the window too, so that it is right before the engine answers. */
  theme: Settings['theme']
}

export const useSettings = create<SettingsState>()(
  persist<SettingsState, [], [], Pick<SettingsState, 'theme'>>(
    () => ({ settings: null, theme: 'system' }),
    remembered('theme', ({ theme }) => ({ theme })),
  ),
)

export function receiveSettings(settings: Settings): void {
  useSettings.setState({ settings, theme: settings.theme })
}

/** Saves a change; the window follows at once and returns to the engine's word if it refuses. */
export async function changeSettings(change: Partial<Settings>): Promise<void> {
  const { settings: before, theme } = useSettings.getState()
  useSettings.setState({ settings: before && { ...before, ...change }, theme: change.theme ?? theme })
  try {
    receiveSettings(await engine().app.updateSettings(change))
  } catch (thrown) {
    useSettings.setState({ settings: before, theme })
    throw thrown
  }
}

/** Single-key shortcuts are on unless the person turned them off. */
export function areSingleKeysOn(): boolean {
  return useSettings.getState().settings?.singleKeys ?? true
}
