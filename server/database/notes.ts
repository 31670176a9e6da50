import type { AnyDatabase } from './tasks.ts'

export interface Note {
  readonly id: string
  readonly content: string
  readonly createdAt: string
}

/** What agents wrote down while they worked on a task, in that order. It appears with the task's end. */
export async function listNotes(database: AnyDatabase, taskId: string): Promise<Note[]> {
  const rows = await database
    .selectFrom('archon_notes')
    .select(['id', 'content', 'created_at'])
    .where('task_id', '=', taskId)
    .orderBy('id')
    .execute()
  return rows.map(({ id, content, created_at }) => ({ id, content, createdAt: created_at.toISOString() }))
}
