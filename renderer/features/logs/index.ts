import { ScrollText } from 'lucide-react'
import type { Feature } from '../../app/index.ts'
import { LogsPage } from './LogsPage.tsx'

export const logsFeature: Feature = {
  pages: [{ id: 'logs', title: 'Logs', icon: ScrollText, letter: 'L', place: 'cluster', component: LogsPage }],
}
