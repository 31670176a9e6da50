import { LayoutGrid } from 'lucide-react'
import type { Feature } from '../../app/index.ts'
import { FleetPage } from './FleetPage.tsx'

export const fleet: Feature = {
  pages: [{ id: 'fleet', title: 'Fleet', icon: LayoutGrid, letter: 'F', place: 'top', component: FleetPage }],
}
