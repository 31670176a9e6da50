import { createRoot } from 'react-dom/client'
import { Shell } from '../app/Shell.tsx'
import { readPlace } from '../app/routes.ts'
import { navigate } from '../app/state/location.ts'
import { changeSettings } from '../app/state/settings.ts'
import { receiveNotice } from '../client/index.ts'
import '../kit/base.css'
import { sampleContexts } from './sampleData.ts'
import { sampleDeploy, sampleFaults, sampleRun } from './sampleDeploy.ts'
import { startSampleEngine } from './sampleEngine.ts'

/**
 * The page with the sample engine, for drawing without Electron: `npx vite renderer`, then
 * `/testing/harness.html?page=overview&cluster=context:prod-eu-1&theme=light&scene=empty|stopped|lost|problems`;
 * for the page of deployments also `running|failed|elsewhere|faults`. What the page understands as a parameter is read too:
 * `view=drift`, `tab=limits`, `pod=…`.
 * `&pods=10000&updates=500` gives as many pods, of which so many change a second.
 */
const wanted = new URLSearchParams(window.location.search)
const scene = wanted.get('scene')
localStorage.clear()
navigate({
  ...readPlace({ page: wanted.get('page'), parameters: Object.fromEntries(wanted) }),
  cluster: wanted.get('cluster') ?? 'context:prod-eu-1',
})

startSampleEngine({
  taskMilliseconds: Number(wanted.get('task') ?? 20_000),
  operations: { isForbidden: scene === 'forbidden', isContested: scene === 'contested' },
  isEmpty: scene === 'empty',
  ...(scene === 'running' ? { tasks: [sampleRun()] } : {}),
  ...(scene === 'failed' || scene === 'elsewhere' ? { deploy: { status: unfinished(scene === 'elsewhere') } } : {}),
  ...(scene === 'faults' ? { deploy: { faultsOf: () => sampleFaults } } : {}),
  ...(wanted.has('pods')
    ? { flood: { pods: Number(wanted.get('pods')), updatesPerSecond: Number(wanted.get('updates') ?? 0) } }
    : {}),
  ...(scene === 'problems'
    ? {
        problems: [
          {
            path: '/home/maya/old.yaml',
            line: 7,
            severity: 'error' as const,
            message: 'The file is not YAML: a tab begins line 7. Replace it by spaces.',
          },
        ],
      }
    : {}),
  ...(scene === 'stopped'
    ? {
        contexts: sampleContexts().map((cluster) =>
          cluster.id === 'sandbox' ? { ...cluster, health: 'stopped', summary: '' } : cluster,
        ),
      }
    : {}),
})
const root = document.getElementById('root')
if (root) createRoot(root).render(<Shell />)
const theme = wanted.get('theme')
if (theme === 'light' || theme === 'dark') void changeSettings({ theme })
if (scene === 'lost') {
  setTimeout(
    () => receiveNotice({ state: 'restarting', attempt: 2, limit: 5, reason: 'It ended with signal SIGKILL.' }),
    1500,
  )
}

function unfinished(isElsewhere: boolean) {
  return {
    ...sampleDeploy(),
    unfinished: {
      id: 'r6',
      version: '2.4.0',
      stage: 'Services',
      at: Date.now() - 12 * 60_000,
      by: 'jlindqvist',
      isElsewhere,
      fault: isElsewhere
        ? null
        : {
            code: 'DEPLOY_FAILED',
            message: 'Deployment agency-swarm-backend failed: container backend exits with code 1 again and again.',
            details: {
              pod: 'agency-swarm-backend-7c9f5d8b64-h6mzt',
              reason: 'CrashLoopBackOff',
              lastLogLines: ['reading configuration', 'Error: REDIS_URL is not set', '    at start (main.js:41:11)'],
            },
          },
    },
  }
}
