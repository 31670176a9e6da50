import { EventEmitter } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { Logger, run, type Runner, type TaskList, type WorkerEvents } from 'graphile-worker'
import type { FastifyBaseLogger } from 'fastify'
import type { Pool } from 'pg'

export interface QueueOptions {
  readonly pool: Pool
  readonly jobs: TaskList
  readonly concurrency: number
  readonly log: FastifyBaseLogger
}

export interface Queue {
  readonly isRunning: () => boolean
  /** Takes no more jobs and waits for those that run. */
  readonly close: () => Promise<void>
}

const restartPause = 1_000

/** The library's messages in our log; its debug lines are left out. */
function queueLogger(log: FastifyBaseLogger): Logger {
  return new Logger(() => (levelName, message) => {
    // A const enum of the library: only its text exists at run time.
    const level: string = levelName
    if (level === 'error') log.error({ source: 'queue' }, message)
    else if (level === 'warning') log.warn({ source: 'queue' }, message)
  })
}

/** Idle workers ask for jobs every second; after this silence with nothing running they are stuck. Milliseconds. */
const longestSilence = 5_000

/**
 * Jobs are fetched for all workers at once and ended together, which halves what the queue costs. What no worker of this process takes
 * within a moment is given back to the others.
 */
const batching = (concurrency: number) => ({
  worker: { localQueue: { size: concurrency, ttl: 1_000 }, completeJobBatchDelay: 0 },
})

/** Watches what the workers do, by the library's events. A worker that asks without result gives no sign. */
function watchWorkers() {
  const events: WorkerEvents = new EventEmitter()
  let runningJobs = 0
  let lastSign = Date.now()
  const sign = () => {
    lastSign = Date.now()
  }
  events.on('localQueue:getJobs:complete', sign)
  events.on('job:start', () => {
    runningJobs += 1
    sign()
  })
  events.on('job:complete', () => {
    runningJobs -= 1
    sign()
  })
  return { events, isSilent: () => runningJobs === 0 && Date.now() - lastSign > longestSilence }
}

/**
 * Works on the queue until closed. After an interruption of the database the library's workers may give up, or keep asking without result
 * (seen when PostgreSQL refused connections for about a second): in both cases they are replaced.
 */
export function workOnQueue({ pool, jobs, concurrency, log }: QueueOptions): Queue {
  const stopping = new AbortController()
  let runner: Runner | undefined
  let isSilent = () => false

  const untilSilent = async (hasEnded: () => boolean): Promise<void> => {
    while (!isSilent() && !hasEnded() && !stopping.signal.aborted) {
      await pause(500, undefined, { signal: stopping.signal }).catch(() => undefined)
    }
    if (!isSilent() || hasEnded() || stopping.signal.aborted) return
    log.warn('the workers of the queue get no answer and are replaced')
    // Not awaited: it waits for those that are stuck. Should one wake up, it finds itself stopped.
    runner?.stop().catch(() => undefined)
  }

  const workOnce = async (): Promise<void> => {
    const watch = watchWorkers()
    const { events } = watch
    const options = { pgPool: pool, taskList: jobs, events, logger: queueLogger(log), preset: batching(concurrency) }
    const started = await run({ ...options, concurrency, noHandleSignals: true, pollInterval: 1_000 })
    runner = started
    isSilent = watch.isSilent
    if (stopping.signal.aborted) await started.stop()
    let hasEnded = false
    const ended = started.promise.finally(() => {
      hasEnded = true
    })
    // A runner that was replaced may fail later, with nobody waiting for it.
    ended.catch(() => undefined)
    await Promise.race([ended, untilSilent(() => hasEnded).then(() => (stopping.signal.aborted ? ended : undefined))])
  }

  const supervise = async () => {
    while (!stopping.signal.aborted) {
      await workOnce().catch((error: unknown) => log.warn({ err: error }, 'the queue stopped and is started again'))
      runner = undefined
      await pause(restartPause, undefined, { signal: stopping.signal }).catch(() => undefined)
    }
  }

  const running = supervise()
  return {
    isRunning: () => runner !== undefined && !isSilent(),
    close: async () => {
      stopping.abort()
      // Stopping twice is an error of the library; a runner that just gave up is one that is stopped.
      await runner?.stop().catch(() => undefined)
      await running
    },
  }
}
