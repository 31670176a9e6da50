import { Boxes } from 'lucide-react'
import { lazy } from 'react'
import type { Feature } from '../../app/index.ts'

const WorkloadsPage = lazy(async () => ({ default: (await import('./WorkloadsPage.tsx')).WorkloadsPage }))

export const workloads: Feature = {
  pages: [
    { id: 'workloads', title: 'Workloads', icon: Boxes, letter: 'W', place: 'cluster', component: WorkloadsPage },
  ],
}
