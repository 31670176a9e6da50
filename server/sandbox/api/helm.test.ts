import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { TestSandbox } from './testing/sandbox.ts'

let sandbox: TestSandbox
let chart: string

const template = `
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}-settings
data:
  color: {{ .Values.color }}
---
apiVersion: v1
kind: Service
metadata:
  name: {{ .Release.Name }}
spec:
  selector: { app: {{ .Release.Name }} }
  ports: [{ port: 80 }]
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}
spec:
  replicas: {{ .Values.replicas }}
  selector: { matchLabels: { app: {{ .Release.Name }} } }
  template:
    metadata:
      labels: { app: {{ .Release.Name }} }
      annotations: { color: {{ .Values.color }} }
    spec:
      terminationGracePeriodSeconds: 1
      containers: [{ name: main, image: busybox, command: [sleep, "1000"] }]
`

beforeAll(async () => {
  sandbox = await TestSandbox.start()
  chart = join(sandbox.folder, 'chart')
  await mkdir(join(chart, 'templates'), { recursive: true })
  await writeFile(join(chart, 'Chart.yaml'), 'apiVersion: v2\nname: small\nversion: 0.1.0\n')
  await writeFile(join(chart, 'values.yaml'), 'color: blue\nreplicas: 1\n')
  await writeFile(join(chart, 'templates', 'all.yaml'), template)
})

afterAll(() => sandbox.stop())

async function helm(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await sandbox.helm(args)
  if (code !== 0) throw new Error(`helm ${args.join(' ')}: ${stderr}${stdout}`)
  return stdout
}

const color = () => sandbox.kubectlOk(['get', 'cm', 'release-settings', '-o', 'jsonpath={.data.color}'])
const wait = ['--wait', '--timeout', '60s']

describe('helm', () => {
  it('installs, upgrades, rolls back and uninstalls a chart', async () => {
    expect(await helm('install', 'release', chart, ...wait)).toContain('STATUS: deployed')
    expect(await color()).toBe('blue')
    expect(await helm('upgrade', 'release', chart, '--set', 'color=red,replicas=2', ...wait)).toContain('REVISION: 2')
    expect(await color()).toBe('red')
    expect(await sandbox.kubectlOk(['get', 'deploy', 'release', '-o', 'jsonpath={.status.readyReplicas}'])).toBe('2')
    await helm('rollback', 'release', '1', ...wait)
    expect(await color()).toBe('blue')
    expect(await helm('history', 'release')).toMatch(/1\s.*superseded[\s\S]*2\s.*superseded[\s\S]*3\s.*deployed/)
    expect(await helm('list')).toMatch(/release\s+default\s+3/)
    await helm('uninstall', 'release', ...wait)
    expect(await sandbox.kubectlOk(['get', 'deploy,svc,cm', '-o', 'name'])).toBe(
      'service/kubernetes\nconfigmap/kube-root-ca.crt\n',
    )
  })

  it('fails an install whose name is taken by somebody else', async () => {
    await sandbox.kubectlOk(['create', 'cm', 'taken-settings'])
    const { code, stderr } = await sandbox.helm(['install', 'taken', chart])
    expect(code).toBe(1)
    expect(stderr).toMatch(/ConfigMap "taken-settings" in namespace "default" exists/)
  })
})
