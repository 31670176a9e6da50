import { spawn } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { KubeObject } from '#shared/kubeObject.ts'
import { startCluster, type TestCluster } from '../../testing/cluster.ts'
import { judges } from '../../testing/judges.ts'
import { variants, workloadsOf, type Workload } from './testing/variants.ts'

/** Kinds that come with somebody's operator or gateway: a cluster without those cannot be asked. */
const foreign = new Set(['ServiceMonitor', 'PrometheusRule', 'HTTPRoute'])
/** A namespace of its own, so that a real cluster's suite is left alone. */
const namespace = 'console-dry-run'
const all = await variants(namespace)

let cluster: TestCluster
beforeAll(async () => {
  cluster = await startCluster()
  await kubectl(['apply', '-f', '-'], [all[0]?.objects[0] as KubeObject])
  // Pods name an account, which must be there when they are asked for.
  const accounts = all.flatMap(({ objects }) => objects).filter(({ kind }) => kind === 'ServiceAccount')
  await kubectl(['apply', '-f', '-'], accounts)
})
afterAll(async () => {
  await kubectl(['delete', 'namespace', namespace, '--wait=false'], [])
  await cluster.stop()
})

async function kubectl(args: string[], objects: KubeObject[]): Promise<{ code: number | null; output: string }> {
  const program = (await judges()).kubectl
  const child = spawn(program, ['--kubeconfig', cluster.kubeconfigPath, '--context', cluster.context, ...args])
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stdin.end(JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }))
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  return { code, output }
}

const dryRun = (objects: KubeObject[]) =>
  kubectl(['-n', namespace, 'apply', '--dry-run=server', '--validate=strict', '-f', '-'], objects)

/** The pod that a controller would make of a workload; what a claim template gives is named as a claim. */
function podOf({ object, spec }: Workload, name: string): KubeObject {
  const { metadata, spec: pod } = spec.template
  const templates = (object.spec?.['volumeClaimTemplates'] ?? []) as { metadata: { name: string } }[]
  const claims = templates.map((each) => ({
    name: each.metadata.name,
    persistentVolumeClaim: { claimName: `${each.metadata.name}-${name}` },
  }))
  const own = { name, namespace, labels: metadata.labels }
  return { apiVersion: 'v1', kind: 'Pod', metadata: own, spec: { ...pod, volumes: [...pod.volumes, ...claims] } }
}

describe.each(all)('$name', ({ objects }) => {
  it('is accepted by the API server, object by object, without a warning', async () => {
    const asked = objects.filter(({ kind }) => !foreign.has(kind))
    const { code, output } = await dryRun(asked)
    expect([code, output]).toEqual([0, expect.not.stringContaining('Warning')])
    expect(output.trim().split('\n')).toHaveLength(asked.length)
  })

  it('has only pods that its own namespace admits under "restricted"', async () => {
    const pods = workloadsOf(objects).map((workload, index) => podOf(workload, `pod-${index}`))
    const { code, output } = await dryRun(pods)
    expect([code, output]).toEqual([0, expect.not.stringContaining('Warning')])
    expect(output.trim().split('\n')).toHaveLength(pods.length)
  })
})

describe('the judge', () => {
  it('refuses a pod that is not restricted, and a field that does not exist', async () => {
    const [workload] = workloadsOf(all[0]?.objects ?? [])
    const loose = podOf(workload as Workload, 'loose')
    loose.spec = { ...loose.spec, securityContext: {} }
    expect(await dryRun([loose])).toMatchObject({ code: 1, output: expect.stringContaining('violates PodSecurity') as string }) // prettier-ignore
    const unknown = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x', namespace }, dta: {} }
    expect(await dryRun([unknown])).toMatchObject({ code: 1, output: expect.stringContaining('unknown field "dta"') as string }) // prettier-ignore
  })
})
