/**
 * A console in a process of its own, so that a test can kill it like the system would. Its facts come as the first argument, in JSON; then
 * it does one piece of work at a time, as its parent asks, and says how that ended.
 */
import { faultOf } from '#shared/errors.ts'
import { consoleOf, type ConsoleFacts } from './consoleOf.ts'
import type { ConsoleWork, WorkEnded } from './consoleProcess.ts'

const facts = JSON.parse(process.argv[2] ?? '{}') as ConsoleFacts & { scope: { context: string; namespace: string } }
const { backups, tasks } = consoleOf(facts)
const { scope } = facts

async function perform({ what, id }: ConsoleWork): Promise<WorkEnded> {
  try {
    if (what === 'keep') {
      await backups.keep(scope, id)
      return { state: 'done' }
    }
    const { taskId } =
      what === 'restore'
        ? await backups.restore(scope, { suite: backups.suiteOf(scope), backupId: id })
        : await backups[what](scope, id)
    const { state, fault } = await tasks.ended(taskId)
    return { state, ...(fault && { fault }) }
  } catch (thrown) {
    return { state: 'refused', fault: faultOf(thrown) }
  }
}

process.on('message', (work: ConsoleWork) => void perform(work).then((ended) => process.send?.(ended)))
process.on('disconnect', () => process.exit(0))
process.send?.('ready')
