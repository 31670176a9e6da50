import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suiteResources } from './console.ts'

const stage = (id: string) => ({ annotations: { 'console.agency-swarm.dev/stage': id } })
const labels = { 'app.kubernetes.io/part-of': 'agency-swarm' }
const sleep = ['sh', '-c', 'exec sleep 86400']

function workload(kind: 'Deployment' | 'StatefulSet', name: string, image: string, id: string) {
  const pod = {
    terminationGracePeriodSeconds: 1,
    containers: [
      {
        name,
        image: `\${${image}}`,
        command: sleep,
        env: [{ name: 'GREETING', valueFrom: { configMapKeyRef: { name: 'settings', key: 'GREETING' } } }],
        resources: { requests: { cpu: '10m', memory: '16Mi' }, limits: { cpu: '100m', memory: '64Mi' } },
      },
    ],
  }
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name, labels, ...stage(id) },
    spec: {
      replicas: 1,
      ...(kind === 'StatefulSet' ? { serviceName: name } : { progressDeadlineSeconds: 60 }),
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { app: name, ...labels } }, spec: pod },
    },
  }
}

const objects = [
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: '${namespace}', labels, ...stage('1-namespace') } },
  {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'settings', labels, ...stage('2-configuration') },
    data: { GREETING: '${hosts.web}', COLOUR: '${hosts.mcp}' },
  },
  {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: 'extra',
      labels,
      annotations: { ...stage('2-configuration').annotations, 'console.agency-swarm.dev/when': 'loadBalancer.enabled' },
    },
    data: { text: 'only where it is wanted' },
  },
  {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'secrets', labels, ...stage('2-configuration') },
    stringData: { PASSWORD: '${generated:24}' },
  },
  workload('StatefulSet', 'store', 'images.postgresql', '3-storage-database'),
  workload('Deployment', 'web', 'images.redis', '5-backend'),
]

/** Of the suite's own values; what they mean here is for the small manifests to say. */
const profile = {
  title: 'Sandbox',
  registry: '',
  ingress: { enabled: false },
  hosts: { web: 'hello', mcp: 'blue' },
  images: { postgresql: 'busybox:1', redis: 'busybox:1' },
}

/** What a test says about the migrations of its bundle. */
export interface SmallBundle {
  /** A resources directory. */
  path: string
  setMigrations(migrations: { name: string; previousReleaseRuns: boolean }[]): Promise<void>
  remove(): Promise<void>
}

/** A suite of two small workloads, a ConfigMap and a Secret: everything that deploying is about, in seconds. */
export async function smallBundle(): Promise<SmallBundle> {
  const path = await mkdtemp(join(tmpdir(), 'console-bundle-'))
  const root = join(path, 'manifests')
  for (const folder of ['base', 'profiles']) await mkdir(join(root, folder), { recursive: true })
  const documents = objects.map((object) => JSON.stringify(object, null, 2)).join('\n---\n')
  const setMigrations: SmallBundle['setMigrations'] = (migrations) =>
    writeFile(
      join(root, 'migrations.json'),
      JSON.stringify(migrations.map((migration) => ({ isReversible: false, ...migration }))),
    )
  await writeFile(join(root, 'base', '10-all.yaml'), documents)
  await writeFile(join(root, 'profiles', 'sandbox.yaml'), JSON.stringify(profile))
  for (const name of ['values.yaml', 'values.schema.json'])
    await copyFile(join(suiteResources, 'manifests', name), join(root, name))
  await setMigrations([])
  return { path, setMigrations, remove: () => rm(path, { recursive: true, force: true }) }
}
