/**
 * A console that works on a task and is killed at one point of it: really killed, with nothing tidied up. Arguments: its data directory,
 * and the point by its name in `points.ts`.
 */
import { join } from 'node:path'
import { JsonLines } from '../../../storage/jsonLines.ts'
import { sameCluster } from '../../../testing/sameCluster.ts'
import { AuditLog } from '../../audit/log.ts'
import { TaskOutcomes } from '../../audit/taskOutcomes.ts'
import { Tasks } from '../tasks.ts'

const [folder = '', point = ''] = process.argv.slice(2)
const die = (at: string) => {
  if (at === point) process.kill(process.pid, 'SIGKILL')
}

const append = Object.getOwnPropertyDescriptor(JsonLines.prototype, 'append')?.value as (
  this: JsonLines<unknown>,
  line: unknown,
  durable?: boolean,
) => void
JsonLines.prototype.append = function (this: JsonLines<unknown>, line: unknown, durable?: boolean) {
  const { event } = line as { event: string }
  if (event === 'begun') die('before the beginning is written')
  if (event === 'ended') die('before the end is written')
  append.call(this, line, durable)
  if (event === 'begun') die('after the beginning is written')
  if (event === 'ended') die('after the end is written')
}
const audit = new AuditLog(join(folder, 'audit'))
const write = audit.append.bind(audit)
audit.append = async (fact) => {
  die('before the end is audited')
  const entry = await write(fact)
  die('after the end is audited')
  return entry
}

const tasks = new Tasks(join(folder, 'tasks'), sameCluster.suiteOf)
new TaskOutcomes(tasks, audit).start()
tasks.start(
  {
    kind: 'deploy',
    scope: { context: 'sandbox', namespace: 'agency-swarm' },
    title: 'Deploy',
    by: 'maya',
    steps: [
      { id: 'copy', title: 'Copy', group: 'safe' },
      { id: 'swap', title: 'Swap', group: 'change' },
    ],
    result: { release: 'r1' },
  },
  async (control) => {
    await control.step('copy', () => {
      control.log('good', 'copied')
      die('in copy')
      return Promise.resolve()
    })
    die('between the steps')
    await control.step('swap', () => {
      die('in swap')
      return Promise.resolve()
    })
    die('after the last step')
  },
)
setTimeout(() => {
  throw new Error(`the console outlived ${point}`)
}, 20_000)
