import { useEffect, useRef } from 'react'
import type { FileProblem } from '#shared/contract/app.ts'
import { engine, useCall, useConnection, useFoldedStream, useStream } from '../client/index.ts'
import { placeAmong } from './places.ts'
import { useClusters } from './state/clusters.ts'
import { silentMilliseconds, useHeartbeat } from './state/heartbeat.ts'
import { useLocation } from './state/location.ts'
import { receiveSettings } from './state/settings.ts'
import { endedInSight, foldTasks, showTask, useTasks } from './state/tasks.ts'
import { toast } from './state/toasts.ts'

/** The subscriptions of the whole window, kept in the shell's stores. Shows nothing. */
export function Feeds() {
  useClusterFeed()
  useTaskFeed()
  useSettingsFeed()
  useHeartbeatFeed()
  useRestartNotice()
  useFileProblems()
  return null
}

function useClusterFeed(): void {
  const { value, error } = useStream((client, signal) => client.clusters.watch(undefined, { signal }), [])
  useEffect(() => useClusters.setState({ fault: error }), [error])
  useEffect(() => {
    if (!value) return
    useClusters.setState({ ...value, isKnown: true })
    useLocation.setState((location) => placeAmong(value, location))
  }, [value])
  useAttention()
}

/** The context that the window shows is looked at closely; a page that shows all of them says so itself. */
function useAttention(): void {
  const context = useLocation((location) => location.cluster)
  useStream(
    (client, signal) => client.clusters.checks({ contexts: context === null ? [] : [context] }, { signal }),
    [context],
  )
}

function useTaskFeed(): void {
  const { value } = useFoldedStream(
    (client, signal) => client.tasks.watch(undefined, { signal }),
    (before: ReturnType<typeof foldTasks> | undefined, changed) => foldTasks(before ?? new Map(), changed),
    [],
  )
  useEffect(() => {
    if (!value) return
    const ids = endedInSight(useTasks.getState().tasks, value)
    useTasks.setState({ tasks: value })
    // One that stays marked as new is shown once more by the next window; that is all that is lost.
    if (ids.length > 0 && document.visibilityState === 'visible')
      void engine()
        .tasks.seen({ ids })
        .catch((thrown: unknown) => console.error(thrown))
  }, [value])
}

function useSettingsFeed(): void {
  const { value } = useCall((client) => client.app.settings(), [])
  useEffect(() => {
    if (value) receiveSettings(value)
  }, [value])
}

function useHeartbeatFeed(): void {
  const isConnected = useConnection((connection) => connection.state === 'connected')
  const { value } = useStream((client, signal) => client.app.heartbeat(undefined, { signal }), [])
  useEffect(() => {
    useHeartbeat.setState({ silentSince: null })
    if (!isConnected) return
    const latest = Date.now()
    const timer = setTimeout(() => useHeartbeat.setState({ silentSince: latest }), silentMilliseconds)
    return () => clearTimeout(timer)
  }, [isConnected, value])
}

/** Says that the engine was restarted, and where to look: what ran in it was interrupted. */
function useRestartNotice(): void {
  const { state, reason } = useConnection()
  const why = useRef('')
  useEffect(() => {
    if (state === 'restarting' || state === 'given-up') why.current = reason
    if (state !== 'connected' || why.current === '') return
    toast({
      status: 'warning',
      title: "The console's engine was restarted",
      detail: `${why.current} Tasks that were running are shown with what became of them.`,
      action: { title: 'Show tasks', perform: () => showTask() },
    })
    why.current = ''
  }, [state, reason])
}

/** A file of the console that was set aside is said once, and stays in the messages. */
function useFileProblems(): void {
  const { value } = useFoldedStream(
    (client, signal) => client.app.fileProblems(undefined, { signal }),
    (before: FileProblem[] | undefined, found) => [...(before ?? []), ...found],
    [],
  )
  const said = useRef(new Set<string>())
  useEffect(() => {
    for (const { path, keptAs, message } of value ?? []) {
      const key = `${path} ${message}`
      if (said.current.has(key)) continue
      said.current.add(key)
      toast({ status: 'warning', title: `Problem with ${nameOf(path)}`, detail: message, facts: { path, keptAs } })
    }
  }, [value])
}

const nameOf = (path: string) => path.split(/[\\/]/).at(-1) ?? path
