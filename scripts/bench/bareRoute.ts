import Fastify from 'fastify'
import { Pool } from 'pg'
import { clientConfig } from '../../server/database/connection.ts'
import { databaseVariables, readConfiguration } from '../../server/common/configuration.ts'

// The yardstick of `route.ts`, in a process of its own: Fastify and pg with nothing around them. It checks no token and no field, writes
// no log and no metric. It does the useful work of the route: finds the task, stores the rating and its audit entry in one transaction,
// and answers when that is durable.

interface Rating {
  readonly score: number
  readonly comment: string
}

const [port = '', userId = ''] = process.argv.slice(2)
const settings = readConfiguration(databaseVariables, process.env)
const pool = new Pool({ ...clientConfig(settings, 'bare'), max: settings.DATABASE_POOL_SIZE })
pool.on('error', () => undefined)
const app = Fastify()

app.put<{ Params: { id: string }; Body: Rating }>('/api/tasks/:id/feedback', async (request, reply) => {
  const { id } = request.params
  const { score, comment } = request.body
  const client = await pool.connect()
  try {
    await client.query('BEGIN')
    const { rows } = await client.query('SELECT id FROM archon_tasks WHERE id = $1', [id])
    if (rows.length === 0) {
      await client.query('ROLLBACK')
      return await reply.status(404).send()
    }
    await client.query(
      `INSERT INTO archon_feedback (task_id, user_id, score, comment) VALUES ($1, $2, $3, $4)
       ON CONFLICT (task_id, user_id) DO UPDATE SET score = excluded.score, comment = excluded.comment`,
      [id, userId, score, comment],
    )
    await client.query(
      'INSERT INTO archon_audit (event, actor, address, request_id, details) VALUES ($1, $2, $3, $4, $5)',
      ['feedback.given', 'admin', request.ip, request.id, JSON.stringify({ taskId: id, score })],
    )
    await client.query('COMMIT')
  } finally {
    client.release()
  }
  return { taskId: id, score, comment }
})

await app.listen({ host: '127.0.0.1', port: Number(port) })
