/**
 * A console that deploys the suite and is killed when its journal says that a stage begins: really killed, with nothing tidied up.
 * Arguments: kubeconfig, context, data directory, namespace, stage.
 */
import { join } from 'node:path'
import { imageRegistry } from '#shared/testing/cluster.ts'
import { Deployments } from '../deploy/deployments.ts'
import { connect, loadKubeconfigs } from '../kube/index.ts'
import { Tasks } from '../tasks/tasks.ts'

const [kubeconfig = '', contextName = '', dataDirectory = '', namespace = '', stage = ''] = process.argv.slice(2)
const context = loadKubeconfigs([{ path: kubeconfig, kind: 'user' }]).contexts.find(({ name }) => name === contextName)
if (!context) throw new Error(`no context ${contextName}`)
const connection = connect(context)
const tasks = new Tasks(join(dataDirectory, 'tasks'))
const deployments = new Deployments({
  tasks,
  directory: {
    facts: () => ({ name: 'test', environment: 'sandbox', role: 'administrator' }),
    connection: () => Promise.resolve(connection),
  },
  host: {
    dataDirectory,
    resourcesDirectory: join(import.meta.dirname, '..', '..', '..', 'resources'),
    user: 'maya',
    version: '0.1.0',
    now: () => Date.now(),
  },
  imageRegistry: () => imageRegistry,
  journalHooks: {
    after: (line) => {
      if (line.includes(`"stage":"${stage}","state":"started"`)) process.kill(process.pid, 'SIGKILL')
    },
  },
})
const scope = { cluster: 'context:test', namespace }
const plan = await deployments.plan(scope, 'sandbox', '0.1.0')
const { taskId } = await deployments.apply(scope, plan.id)
const task = await tasks.ended(taskId)
throw new Error(`the console outlived its deployment: ${task.state} ${task.fault?.message ?? ''}`)
