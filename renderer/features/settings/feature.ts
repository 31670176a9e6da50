import { Settings } from 'lucide-react'
import type { Feature } from '../../app/index.ts'
import { SettingsPage } from './SettingsPage.tsx'

export const settings: Feature = {
  pages: [{ id: 'settings', title: 'Settings', icon: Settings, place: 'foot', component: SettingsPage }],
}
