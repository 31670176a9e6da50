/** What features may use of the shell. They never import `Shell` or `features.ts`: the shell imports them. */
export type { DockKind, Feature, Page } from './feature.ts'
export { addKubeconfig } from './addKubeconfig.ts'
export { healthWords, roleWords } from './clusterWords.ts'
export { Drawer } from './Drawer.tsx'
export { PageHeader } from './PageHeader.tsx'
export { useActions, type Action } from './state/actions.ts'
export { isReachable, useBlocked, useCluster, useClusters, useCurrentCluster, useScope } from './state/clusters.ts'
export { confirm, type Confirmation, type ConfirmRequest } from './state/confirm.ts'
export {
  closeDockTab,
  openDockTab,
  showDockTab,
  toggleDock,
  updateDockTab,
  useDock,
  type DockTab,
} from './state/dock.ts'
export { chooseNamespace, goBack, navigate, setParameters, useLocation } from './state/location.ts'
export { areSingleKeysOn, changeSettings, useSettings } from './state/settings.ts'
export { foldTasks, forgetTask, useTask, useTasks } from './state/tasks.ts'
export { reportError, toast } from './state/toasts.ts'
