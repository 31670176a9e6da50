import { Boxes } from 'lucide-react'
import type { Feature } from '../../app/index.ts'
import { WorkloadsPage } from './WorkloadsPage.tsx'

export const workloadsFeature: Feature = {
  pages: [
    { id: 'workloads', title: 'Workloads', icon: Boxes, letter: 'W', place: 'cluster', component: WorkloadsPage },
  ],
}
