/**
 * A console that restores (or undoes) and is killed at one point of its journal. Arguments: what to do, and as JSON where and when.
 * It is really killed: no `finally`, no exit handler, no closing of connections.
 */
import { z } from 'zod'
import type { DatabaseServer } from '../../../ports/databaseServer.ts'
import { restoreBackup } from '../restore.ts'
import { undoRestore } from '../undo.ts'
import { localServer } from './localServer.ts'
import { restoreJob, runTask, services } from './restoreJob.ts'

const order = z.object({
  what: z.enum(['restore', 'undo']),
  server: z.object({
    host: z.string(),
    port: z.number(),
    user: z.string(),
    password: z.string(),
    binaries: z.string(),
    database: z.string(),
  }),
  dataDirectory: z.string(),
  backupId: z.string(),
  restoreId: z.string(),
  /** What the journal line must contain, and whether to die before or after it is written. */
  at: z.array(z.string()),
  moment: z.enum(['before', 'after']),
  sick: z.boolean(),
  /** Milliseconds after the swap was sent; instead of a point of the journal. */
  delay: z.number().optional(),
})
const { what, server, dataDirectory, backupId, restoreId, at, moment, sick, delay } = order.parse(
  JSON.parse(process.argv[2] ?? '{}'),
)

const killed = localServer(server)
/** Dies while the server is at the statement that swaps: sent, and not answered. */
const inTheSwap: DatabaseServer = {
  ...killed,
  connect: async (...where) => {
    const session = await killed.connect(...where)
    return {
      ...session,
      query: (text, values) => {
        const answer = session.query(text, values)
        if (text.startsWith('DO ')) setTimeout(() => process.kill(process.pid, 'SIGKILL'), delay)
        return answer as never
      },
    }
  },
}
const die = (line: string) => {
  if (at.every((part) => line.includes(part))) process.kill(process.pid, 'SIGKILL')
}
const job = restoreJob({
  server: delay === undefined ? killed : inTheSwap,
  dataDirectory,
  backupId,
  restoreId,
  services: services(sick ? 1 : 0),
  hooks: { [moment]: die },
})
if (what === 'restore') await runTask(dataDirectory, 'restore', (control) => restoreBackup(job, control))
else await runTask(dataDirectory, 'undoRestore', (control) => undoRestore(job, control))
