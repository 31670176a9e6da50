import { basename, join } from 'node:path'
import { app, dialog, nativeTheme, utilityProcess, type UtilityProcess } from 'electron'
import type { HostAnswer, HostRequest } from '#shared/rpc/host.ts'
import { approveCredentials, approveProgram } from './approveProgram.ts'
import type { EngineSupervisor } from './engineSupervisor.ts'
import { builtDirectory } from './paths.ts'
import { hostPodProcesses } from './podProcesses.ts'

/** Pods get their grace period; after this many milliseconds everything is ended. */
const stopTimeout = 15_000

/** The one sandbox of the app. It outlives an engine that died: the next engine is told its first line again. */
interface RunningSandbox {
  process: UtilityProcess
  readyLine: string | undefined
  /** The id of the newest request that asked for it. */
  id: number
}

/** Answers what the engine asks of the outside. */
export function answerHostRequests(engine: EngineSupervisor): { stop(): Promise<void> } {
  let sandbox: RunningSandbox | undefined
  const answer = (message: HostAnswer) => engine.send(message)

  const startSandbox = ({ id, args }: Extract<HostRequest, { type: 'startSandbox' }>) => {
    if (sandbox) {
      sandbox.id = id
      answer({ type: 'sandboxStarted', id, pid: sandbox.process.pid ?? null })
      if (sandbox.readyLine !== undefined) answer({ type: 'sandboxLine', id, line: sandbox.readyLine })
      return
    }
    const child = utilityProcess.fork(join(builtDirectory, 'server', 'sandbox.js'), args, {
      serviceName: 'Agency Swarm Console sandbox',
      stdio: 'pipe',
    })
    const running: RunningSandbox = { process: child, readyLine: undefined, id }
    sandbox = running
    const pods = hostPodProcesses(child)
    child.once('spawn', () => answer({ type: 'sandboxStarted', id: running.id, pid: child.pid ?? null }))
    eachLine(child.stdout, (line) => {
      running.readyLine ??= line
      answer({ type: 'sandboxLine', id: running.id, line })
    })
    child.stderr?.pipe(process.stderr, { end: false })
    child.once('exit', (exitCode) => {
      sandbox = undefined
      pods.stop()
      answer({ type: 'sandboxExited', id: running.id, exitCode })
    })
  }

  const stop = async () => {
    const child = sandbox?.process
    if (!child) return
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    child.postMessage({ type: 'stop' })
    const timer = setTimeout(() => child.kill(), stopTimeout)
    await ended
    clearTimeout(timer)
  }

  engine.on('request', (request) => {
    if (request.type === 'startSandbox') startSandbox(request)
    else if (request.type === 'stopSandbox') void stop()
    else if (request.type === 'showTheme') nativeTheme.themeSource = request.theme
    else if (request.type === 'approveProgram') {
      void approveProgram(request).then((allowed) => answer({ type: 'programApproved', id: request.id, allowed }))
    } else if (request.type === 'approveCredentials') {
      void approveCredentials(request).then((allowed) =>
        answer({ type: 'credentialsApproved', id: request.id, allowed }),
      )
    } else if (request.type === 'saveFile') {
      void saveFile(request).then((path) => answer({ type: 'fileChosen', id: request.id, path }))
    } else if (request.type === 'openFile')
      void openFile(request.title).then((path) => answer({ type: 'fileOpened', id: request.id, path }))
  })
  return { stop }
}

async function openFile(title: string): Promise<string | null> {
  const { canceled, filePaths } = await dialog.showOpenDialog({ title, properties: ['openFile', 'showHiddenFiles'] })
  return canceled ? null : (filePaths[0] ?? null)
}

async function saveFile({ title, name }: Extract<HostRequest, { type: 'saveFile' }>): Promise<string | null> {
  const options = { title, defaultPath: join(app.getPath('documents'), basename(name)) }
  const { canceled, filePath } = await dialog.showSaveDialog(options)
  return canceled || filePath === '' ? null : filePath
}

function eachLine(stream: NodeJS.ReadableStream | null, tell: (line: string) => void): void {
  let rest = ''
  stream?.setEncoding('utf8')
  stream?.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) tell(line)
  })
}
