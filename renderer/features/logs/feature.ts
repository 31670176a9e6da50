import { ScrollText } from 'lucide-react'
import { lazy } from 'react'
import type { Feature } from '../../app/index.ts'

const LogsPage = lazy(async () => ({ default: (await import('./LogsPage.tsx')).LogsPage }))

export const logs: Feature = {
  pages: [{ id: 'logs', title: 'Logs', icon: ScrollText, letter: 'L', place: 'observe', component: LogsPage }],
}
