import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createInterface } from 'node:readline'
import type { TestCluster } from '#shared/testing/cluster.ts'
import { judges } from '#shared/testing/judges.ts'

export interface Gateway {
  /** Leads to the cluster with the rights of the test. */
  server: string
  close(): Promise<void>
}

/** The cluster as it would be without a metrics API: everything else passes. */
export async function withoutMetrics(cluster: TestCluster): Promise<Gateway> {
  const arguments_ = ['--kubeconfig', cluster.kubeconfigPath, '--context', cluster.context, 'proxy', '--port=0']
  const proxy = spawn((await judges()).kubectl, arguments_, { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(createInterface(proxy.stdout), 'line')) as [string]
  const port = Number(/:(\d+)/.exec(line)?.[1])
  const pass = (incoming: IncomingMessage, answer: ServerResponse) => {
    const { url: path, method, headers } = incoming
    if (path?.startsWith('/apis/metrics.k8s.io')) return void answer.writeHead(404).end('404 page not found')
    const outgoing = request(
      { host: '127.0.0.1', port, path, method, headers: { ...headers, host: '127.0.0.1' } },
      (reply) => {
        answer.writeHead(reply.statusCode ?? 502, reply.headers)
        reply.pipe(answer)
      },
    )
    outgoing.once('error', () => answer.destroy())
    answer.once('close', () => outgoing.destroy())
    incoming.pipe(outgoing)
  }
  const server = createServer(pass).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    server: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections()
      server.close()
      const ended = once(proxy, 'exit')
      proxy.kill()
      await ended
    },
  }
}
