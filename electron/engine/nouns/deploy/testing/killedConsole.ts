import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { TestCluster } from '#shared/testing/cluster.ts'

export interface KilledDeployment {
  cluster: TestCluster
  dataDirectory: string
  namespace: string
  /** Title of the stage at whose beginning it dies. */
  stage: string
  resourcesDirectory: string
}

/** Deploys in a process of its own, which is killed when the stage begins. @returns the signal that ended it */
export async function killedDeployment(of: KilledDeployment): Promise<NodeJS.Signals | null> {
  const { cluster, dataDirectory, namespace, stage, resourcesDirectory } = of
  const script = fileURLToPath(new URL('../../../testing/deployChild.ts', import.meta.url))
  const places = [cluster.kubeconfigPath, cluster.context, dataDirectory, namespace, stage, resourcesDirectory]
  const child = spawn(process.execPath, ['--import', 'tsx', script, ...places], {
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  return new Promise((resolve) => child.once('close', (_code, by) => resolve(by)))
}
