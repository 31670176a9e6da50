import type { Scope } from '#shared/contract/base.ts'
import { createEngine, type Engine } from '../index.ts'
import { connectClient, type EngineClient } from './client.ts'
import { testHost, type TestHost } from './testHost.ts'
import { testNamespace, type TestNamespace } from './testNamespace.ts'

/** A whole engine that knows the test cluster by its kubeconfig, and its client, as the window has one. */
export interface TestEngine {
  place: TestNamespace
  host: TestHost
  engine: Engine
  client: EngineClient
  /** The namespace, by the way that the engine knows to it. */
  scope: Scope
  stop(): Promise<void>
}

/** @param name becomes part of the namespace's name; unique per test file */
export async function testEngine(name: string): Promise<TestEngine> {
  const before = process.env.KUBECONFIG
  const place = await testNamespace(name)
  const host = await testHost()
  process.env.KUBECONFIG = place.cluster.kubeconfigPath
  const engine = createEngine(host)
  const connected = connectClient(engine)
  return {
    place,
    host,
    engine,
    client: connected.client,
    scope: { context: `context:${place.cluster.context}`, namespace: place.scope.namespace },
    stop: async () => {
      connected.close()
      await engine.stop()
      await host.remove()
      if (before === undefined) delete process.env.KUBECONFIG
      else process.env.KUBECONFIG = before
      await place.stop()
    },
  }
}
