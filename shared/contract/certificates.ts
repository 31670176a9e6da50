import { z } from 'zod'
import { read, scope, time } from './base.ts'
import { each, on, rolled, type RightsOf } from './right.ts'

export const certificateRow = z.object({
  /** "Secret agency-swarm-tls", "API server", "Ingress agency-swarm: Secret missing". */
  source: z.string(),
  subject: z.string(),
  names: z.array(z.string()),
  issuer: z.string(),
  notBefore: time.optional(),
  notAfter: time.optional(),
  state: z.enum(['valid', 'soon', 'expired', 'notYet', 'unreadable', 'missing']),
  detail: z.string(),
  usedBy: z.array(z.string()),
})
export type CertificateRow = z.infer<typeof certificateRow>

export const certificates = {
  /** Every certificate the suite and this console's connection depend on; `soon` is less than 30 days. */
  list: read.input(scope).output(z.array(certificateRow)),
}

export const certificatesRights = {
  list: [on('secrets', 'list'), on('ingresses.networking.k8s.io', 'list'), ...each(rolled, 'list')],
} satisfies RightsOf<typeof certificates>
