import { existsSync } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { loadCredentials, writePrivately } from './api/identity/credentials.ts'
import { kubeconfig } from './api/identity/kubeconfig.ts'
import { closeServer, listenAgain, listenOnLoopback } from './api/listen.ts'
import { bootstrapRbac } from './api/rbac/bootstrap.ts'
import { createApiServer } from './api/server.ts'
import { createControllers } from './controllers/index.ts'
import { lockState } from './lock.ts'
import { createNode, LoopbackAddresses, removeNodeState, type NodeOptions } from './node/index.ts'
import { createLauncher } from './node/processes/launcher.ts'
import { eraseJournal } from './store/journal.ts'
import { openStore } from './store/memoryStore.ts'
import { createEventRecorder, expireEvents } from './store/recordEvent.ts'
import type { Component } from './store/types.ts'

export interface SandboxOptions {
  stateDirectory: string
  /** The API server's port on 127.0.0.1; without one the last run's, or any that is free. */
  port?: number | undefined
  /** The bundles pods are run from. */
  images: NodeOptions['images']
}

export interface Sandbox {
  kubeconfigPath: string
  /** `https://127.0.0.1:<port>` */
  url: string
  stop(): Promise<void>
}

const storeFolder = (directory: string): string => join(directory, 'store')
const portFile = (directory: string): string => join(directory, 'port')
const kubeconfigFile = (directory: string): string => join(directory, 'kubeconfig')

async function lastPort(directory: string): Promise<number> {
  return existsSync(portFile(directory)) ? Number(await readFile(portFile(directory), 'utf8')) : 0
}

/** Removes events older than their lifetime, once a minute. */
function eventExpiry(expire: () => void): Component {
  let timer: NodeJS.Timeout | undefined
  return {
    start: () => {
      timer = setInterval(expire, 60_000)
    },
    stop: () => {
      clearInterval(timer)
      return Promise.resolve()
    },
  }
}

/**
 * Starts a cluster on the state of a directory: store, API server, control loops, node. Resolves when it answers.
 * @throws Error when another sandbox uses the directory or the port asked for is taken
 */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const directory = resolve(options.stateDirectory)
  const lock = await lockState(directory)
  try {
    const running = await compose(directory, options)
    return { ...running, stop: () => running.stop().finally(() => lock.release()) }
  } catch (error) {
    await lock.release()
    throw error
  }
}

async function compose(directory: string, options: SandboxOptions): Promise<Sandbox> {
  const credentials = await loadCredentials(directory)
  const store = await openStore(storeFolder(directory))
  bootstrapRbac(store)
  const recordEvent = createEventRecorder(store)
  const addresses = new LoopbackAddresses(directory)
  const node = createNode({
    store,
    recordEvent,
    stateDirectory: directory,
    processes: createLauncher,
    images: options.images,
    addresses,
  })
  const server = createApiServer({
    store,
    credentials,
    endpoints: node,
    allocateClusterIp: addresses.allocateClusterIp,
  })
  const port =
    options.port === undefined
      ? await listenAgain(server, await lastPort(directory))
      : await listenOnLoopback(server, options.port)
  const url = `https://127.0.0.1:${port}`
  await writePrivately(portFile(directory), String(port))
  await writePrivately(kubeconfigFile(directory), kubeconfig(url, credentials))

  const controllers = createControllers({
    store,
    recordEvent,
    usage: (namespace, name) => {
      const containers = node.usage(namespace, name)?.containers
      return (
        containers && {
          cpuMilli: containers.reduce((sum, each) => sum + each.cpuMillicores, 0),
          memoryBytes: containers.reduce((sum, each) => sum + each.memoryBytes, 0),
        }
      )
    },
    rootCertificate: credentials.authority.certificate,
    apiServer: { address: '127.0.0.1', port },
  })
  const components = [controllers, node, eventExpiry(() => expireEvents(store))]
  for (const component of components) await component.start()
  await store.flush()

  const stop = async () => {
    // New requests end first, then what reacts to writes, then the disk.
    const closed = closeServer(server)
    node.endSessions()
    await closed
    for (const component of components) await component.stop()
    await store.close()
  }
  return { kubeconfigPath: kubeconfigFile(directory), url, stop }
}

/**
 * Deletes the objects, volumes and credentials of a state directory.
 * @throws Error when a sandbox is running on it
 */
export async function resetSandbox(stateDirectory: string): Promise<void> {
  const directory = resolve(stateDirectory)
  if (!existsSync(directory)) return
  const lock = await lockState(directory)
  try {
    await eraseJournal(storeFolder(directory))
    removeNodeState(directory)
    for (const file of ['credentials.json', 'port', 'kubeconfig']) await rm(join(directory, file), { force: true })
  } finally {
    await lock.release()
  }
}
