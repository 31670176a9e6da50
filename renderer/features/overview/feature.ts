import { Activity } from 'lucide-react'
import type { Feature } from '../../app/index.ts'
import { OverviewPage } from './OverviewPage.tsx'
import { RailBadge } from './RailBadge.tsx'

export const overview: Feature = {
  pages: [
    {
      id: 'overview',
      title: 'Overview',
      icon: Activity,
      letter: 'O',
      place: 'observe',
      component: OverviewPage,
      Badge: RailBadge,
    },
  ],
}
