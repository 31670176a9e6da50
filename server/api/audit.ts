import { z } from 'zod'
import { verifyAudit } from '../database/auditChain.ts'
import { exportAudit, listAudit } from '../database/auditLog.ts'
import { read, type Route } from './route.ts'
import { line } from '../common/texts.ts'

const filter = z.object({
  event: line(100).optional(),
  actor: line(200).optional(),
  since: z.iso.datetime({ offset: true }).optional(),
  until: z.iso.datetime({ offset: true }).optional(),
})

const entry = z.object({
  id: z.string(),
  recordedAt: z.iso.datetime(),
  event: z.string(),
  actor: z.string(),
  address: z.string(),
  requestId: z.string(),
  details: z.record(z.string(), z.unknown()),
  hash: z.string().nullable(),
})

const tag = 'audit'
const permission = 'administrator'

/** The audit log: query, verification of its chain, export. */
export const auditRoutes: readonly Route[] = [
  read({
    url: '/audit',
    id: 'listAudit',
    tag,
    summary: 'Entries of the audit log, newest first',
    permission,
    query: filter.extend({
      before: z
        .string()
        .regex(/^\d{1,18}$/)
        .optional(),
      limit: z.coerce.number().int().min(1).max(500).default(100),
    }),
    response: z.object({ entries: z.array(entry), next: z.string().nullable() }),
    handle: async ({ database, query }) => {
      const entries = await listAudit(database, query)
      return { entries, next: entries.length === query.limit ? (entries.at(-1)?.id ?? null) : null }
    },
  }),
  read({
    url: '/audit/verification',
    id: 'verifyAudit',
    tag,
    summary: 'Whether every entry is as it was written, and none is missing',
    permission,
    requestsPerMinute: 6,
    response: z.object({
      isWhole: z.boolean(),
      entries: z.number().int(),
      unsealed: z.number().int().describe('Entries of the last moments, which are not in the chain yet.'),
      fault: z.object({ id: z.string().nullable(), reason: z.string() }).nullable(),
    }),
    handle: async (_exchange, { database, auditKeys }) => {
      const report = await verifyAudit(database, auditKeys)
      return { isWhole: report.fault === null, ...report }
    },
  }),
  read({
    url: '/audit/export',
    id: 'exportAudit',
    tag,
    summary: 'The audit log as JSON lines, oldest first, with all that is needed to check its chain elsewhere',
    permission,
    requestsPerMinute: 6,
    query: filter,
    response: z.unknown().describe('application/jsonl'),
    handle: ({ database, query, reply }) => {
      reply.type('application/jsonl').header('content-disposition', 'attachment; filename="audit.jsonl"')
      return exportAudit(database, query)
    },
  }),
]
