import { setTimeout as delay } from 'node:timers/promises'
import type { Credits } from '../../flow/credit.ts'
import type { Host } from '../../ports/host.ts'
import { engine } from '../../rpc/router.ts'
import { storageError, writeDurably } from '../../storage/durable.ts'
import { fileProblemFound, fileProblems } from '../../storage/fileProblems.ts'
import type { SettingsFile } from '../../storage/settings.ts'
import { refuseNonsense } from './refuseNonsense.ts'
import { tellWork, type TaskList } from './runningWork.ts'

/** Milliseconds: the window takes two missing ticks for an engine that does not answer. */
const heartbeatInterval = 500

interface AppNeeds {
  host: Host
  settings: SettingsFile
  tasks: TaskList
}

export function appNoun({ host, settings, tasks }: AppNeeds) {
  const handlers = {
    info: engine.app.info.handler(() => ({
      version: host.version,
      runtime: host.runtime,
      platform: process.platform,
      user: host.user,
      dataDirectory: host.dataDirectory,
      engineStarts: host.engineStarts,
    })),
    heartbeat: engine.app.heartbeat.handler(async function* ({ signal }) {
      while (!signal?.aborted) {
        yield { now: host.now() }
        await delay(heartbeatInterval)
      }
    }),
    settings: engine.app.settings.handler(() => settings.current),
    fileProblems: engine.app.fileProblems.handler(({ signal }) =>
      fileProblemFound.batches([...fileProblems()], ({ path, message }) => `${path} ${message}`, signal),
    ),
    updateSettings: engine.app.updateSettings.handler(async ({ input }) => {
      await refuseNonsense(input)
      return settings.update(input)
    }),
    saveText: engine.app.saveText.handler(async ({ input: { title, name, text } }) => {
      const path = await host.saveFile(title, name)
      if (path === null) return null
      try {
        await writeDurably(path, text)
      } catch (error) {
        throw storageError(error, 'the text', path)
      }
      return { path }
    }),
    addKubeconfig: engine.app.addKubeconfig.handler(async () => {
      const path = await host.openFile('Add a kubeconfig file')
      if (path === null) return null
      const files = settings.current.kubeconfigFiles
      if (!files.includes(path)) await settings.update({ kubeconfigFiles: [...files, path] })
      return { path }
    }),
  }
  let stopTelling: () => void = () => undefined
  return {
    handlers,
    start: () => void (stopTelling = tellWork(tasks, host)),
    stop: () => stopTelling(),
  }
}

export function streamsNoun({ credits }: { credits: Credits }) {
  const handlers = {
    acknowledge: engine.streams.acknowledge.handler(({ input }) => credits.acknowledge(input.streamId, input.count)),
  }
  return { handlers }
}
