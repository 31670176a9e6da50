import { setTimeout as pause } from 'node:timers/promises'
import { Logger, run, type Runner, type TaskList } from 'graphile-worker'
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

/** Works on the queue until closed. The library gives up after repeated database errors; it is then started again. */
export function workOnQueue({ pool, jobs, concurrency, log }: QueueOptions): Queue {
  const stopping = new AbortController()
  let runner: Runner | undefined

  const supervise = async () => {
    while (!stopping.signal.aborted) {
      try {
        const logger = queueLogger(log)
        runner = await run({
          pgPool: pool,
          taskList: jobs,
          concurrency,
          logger,
          noHandleSignals: true,
          pollInterval: 1_000,
        })
        if (stopping.signal.aborted) await runner.stop()
        await runner.promise
      } catch (error) {
        log.warn({ err: error }, 'the queue stopped and is started again')
      }
      runner = undefined
      await pause(restartPause, undefined, { signal: stopping.signal }).catch(() => undefined)
    }
  }

  const running = supervise()
  return {
    isRunning: () => runner !== undefined,
    close: async () => {
      stopping.abort()
      // Stopping twice is an error of the library; a runner that just gave up is one that is stopped.
      await runner?.stop().catch(() => undefined)
      await running
    },
  }
}
