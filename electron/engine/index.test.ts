import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createEngine, type Engine } from './index.ts'
import { connectClient, type EngineClient } from './testing/client.ts'
import { testHost, type TestHost } from './testing/testHost.ts'

/** A cluster nobody listens on: what is tested here must hold before anything is sent. */
const kubeconfig = `apiVersion: v1
kind: Config
clusters:
- { name: nowhere, cluster: { server: 'https://127.0.0.1:9' } }
- { name: elsewhere, cluster: { server: 'https://127.0.0.1:10' } }
contexts:
- { name: prod-eu-1, context: { cluster: nowhere, user: nobody } }
- { name: kind-dev, context: { cluster: elsewhere, user: nobody } }
users:
- { name: nobody, user: { token: abc } }
current-context: prod-eu-1
`

describe('engine over a message channel', () => {
  let host: TestHost
  let engine: Engine
  let client: EngineClient
  let close: () => void
  let before: string | undefined

  beforeEach(async () => {
    host = await testHost()
    before = process.env.KUBECONFIG
    process.env.KUBECONFIG = join(host.dataDirectory, 'kubeconfig')
    await writeFile(process.env.KUBECONFIG, kubeconfig)
    engine = createEngine(host)
    const connected = connectClient(engine)
    client = connected.client
    close = () => connected.close()
  })
  afterEach(async () => {
    close()
    await engine.stop()
    await host.remove()
    if (before === undefined) delete process.env.KUBECONFIG
    else process.env.KUBECONFIG = before
  })

  const production = { context: 'context:prod-eu-1', namespace: 'agency-swarm', names: ['backend-1'] }

  it('answers a call', async () => {
    expect(await client.app.info()).toMatchObject({ user: 'maya', version: '0.0.0-test' })
  })

  it('refuses invalid input with a code and a sentence', async () => {
    await expect(client.pods.delete({ ...production, names: ['--all'], confirmation: {} })).rejects.toMatchObject({
      code: 'BAD_INPUT',
      message: expect.stringContaining('names.0') as string,
    })
  })

  it('refuses a cluster that it does not know', async () => {
    const call = client.pods.delete({ ...production, context: 'context:gone', confirmation: {} })
    await expect(call).rejects.toMatchObject({ code: 'NO_CLUSTER' })
  })

  it('refuses to change production until its name is typed, and lets other clusters pass to the dialog level', async () => {
    const deploy = { context: 'context:prod-eu-1', namespace: 'agency-swarm', planId: 'none' }
    for (const typedName of [undefined, '', 'prod-eu', 'PROD-EU-1']) {
      const call = client.deploy.apply({ ...deploy, confirmation: { typedName } })
      await expect(call).rejects.toMatchObject({ code: 'CONFIRMATION_REQUIRED' })
    }
    const typed = client.deploy.apply({ ...deploy, confirmation: { typedName: 'prod-eu-1' } })
    await expect(typed).rejects.not.toMatchObject({ code: 'CONFIRMATION_REQUIRED' })
    const entries = await client.audit.list({ limit: 10 })
    expect(entries.map(({ outcome, details }) => [outcome, details['code']])).toEqual([
      ['refused', 'ROLE_UNKNOWN'],
      ...Array.from({ length: 4 }, () => ['refused', 'CONFIRMATION_REQUIRED']),
    ])
  })

  it('refuses changes of a cluster as long as the role there is not known, says what to do, and writes it down', async () => {
    const call = client.pods.delete({ ...production, confirmation: { reason: 'stuck' } })
    await expect(call).rejects.toMatchObject({
      code: 'ROLE_UNKNOWN',
      message: expect.stringContaining('Retry the connection') as string,
    })
    expect(await client.audit.list({ limit: 10 })).toMatchObject([
      { action: 'pods.delete', outcome: 'refused', details: { code: 'ROLE_UNKNOWN' } },
    ])
  })

  it('writes down what changes something, with its outcome, and nothing of what only reads', async () => {
    await client.app.info()
    await client.clusters.setEnvironment({ context: 'context:kind-dev', environment: 'edge' })
    await client.pods.delete({ ...production, confirmation: { reason: 'stuck' } }).catch(() => undefined)
    const entries = await client.audit.list({ limit: 10 })
    expect(entries.map(({ action, outcome }) => `${action} ${outcome}`)).toEqual([
      'pods.delete refused',
      'clusters.setEnvironment done',
      'clusters.setEnvironment started',
    ])
    expect(entries[0]).toMatchObject({
      by: 'maya',
      cluster: expect.stringMatching(/^certificate:/) as string,
      details: { names: ['backend-1'] },
    })
    expect(await client.audit.verify({})).toMatchObject({ intact: true, entries: 3 })
  })

  it('shows the system the theme of the settings, at the start and when it changes', async () => {
    await client.app.updateSettings({ theme: 'light' })
    await client.app.updateSettings({ theme: 'system' })
    expect(host.shownThemes).toEqual(['dark', 'light', 'system'])
  })

  it('streams until the reader stops, and the handler ends with it', async () => {
    const stop = new AbortController()
    const beats: number[] = []
    for await (const { now } of await client.app.heartbeat(undefined, { signal: stop.signal })) {
      beats.push(now)
      if (beats.length === 2) break
    }
    expect(beats).toHaveLength(2)
  })

  it('lists every context with the reason why it cannot be reached', async () => {
    const until = AbortSignal.timeout(30_000)
    // A context is contacted only while somebody looks at it.
    const checks = await client.clusters.checks({}, { signal: until })
    void checks.next().catch(() => undefined)
    for await (const { contexts } of await client.clusters.watch(undefined, { signal: until })) {
      const [first] = contexts
      if (first?.health !== 'unreachable') continue
      expect(first).toMatchObject({
        name: 'prod-eu-1',
        environment: 'production',
        fault: { code: 'CLUSTER_UNREACHABLE' },
      })
      expect(first.probe.map(({ id, state }) => `${id} ${state}`)).toEqual(
        expect.arrayContaining(['kubeconfig passed', 'tcp failed', 'signIn notTried']),
      )
      return
    }
    throw new Error('the cluster was never reported unreachable')
  })

  it('keeps the other contexts when one file is malformed, and names the line', async () => {
    const broken = join(host.dataDirectory, 'broken')
    await writeFile(broken, 'clusters:\n  - name: [unclosed\n')
    const odd = join(host.dataDirectory, 'odd')
    await writeFile(odd, 'kind: Config\nkind: Config\nusers: [{name: maya}]\n')
    await client.app.updateSettings({ kubeconfigFiles: [broken, odd] })
    const until = AbortSignal.timeout(30_000)
    for await (const { contexts, problems } of await client.clusters.watch(undefined, { signal: until })) {
      if (problems.length === 0) continue
      expect(problems).toMatchObject([
        { path: broken, line: 3, severity: 'error' },
        { path: odd, line: 2, severity: 'warning' },
      ])
      expect(contexts.map(({ name }) => name)).toEqual(expect.arrayContaining(['prod-eu-1', 'kind-dev', 'sandbox']))
      return
    }
  })
})
