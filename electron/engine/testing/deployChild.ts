/**
 * A console that deploys and is killed when the release's record says that a stage begins: really killed, with nothing tidied up.
 * Arguments: kubeconfig, context, data directory, namespace, title of the stage, resources directory.
 */
import { testConsole } from '../nouns/deploy/testing/console.ts'
import { connectTo } from './connectTo.ts'

const [kubeconfig = '', contextName = '', dataDirectory = '', namespace = '', stage = '', resourcesDirectory = ''] =
  process.argv.slice(2)
const connection = connectTo({ kubeconfigPath: kubeconfig, context: contextName })
const scope = { context: 'context:test', namespace }
const console = await testConsole({
  connection,
  resourcesDirectory,
  dataDirectory,
  needs: {
    onRecorded: (record) => {
      if (record.stage === stage) process.kill(process.pid, 'SIGKILL')
    },
  },
})
const task = await console.deploy(scope)
throw new Error(`the console outlived its deployment: ${task.state} ${task.fault?.message ?? ''}`)
