import { ShieldCheck } from 'lucide-react'
import type { Feature } from '../../app/index.ts'
import { AuditPage } from './AuditPage.tsx'

export const audit: Feature = {
  pages: [{ id: 'security', title: 'Security', icon: ShieldCheck, letter: 'S', place: 'change', component: AuditPage }],
}
