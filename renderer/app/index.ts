/** What features may use of the shell. They never import `Shell` or `features.ts`: the shell imports them. */
export type { Feature, FinderProps } from './feature.ts'
export { addKubeconfig } from './addKubeconfig.ts'
export { healthWords, roleWords } from './clusterWords.ts'
export { ChangeDialog } from './ChangeDialog.tsx'
export { ClusterMark } from './ClusterMark.tsx'
export { Drawer } from './Drawer.tsx'
export { findObjects, type Found } from './findObjects.ts'
export { PageHeader } from './PageHeader.tsx'
export { TypedName } from './TypedName.tsx'
export { useActions, type Action } from './state/actions.ts'
export {
  isReachable,
  isSameCluster,
  isUnasked,
  orderedClusters,
  useBlocked,
  useCluster,
  useClusters,
  useContextTo,
  useCurrentCluster,
  useScope,
} from './state/clusters.ts'
export { confirm } from './state/confirm.ts'
export { openDockTab, showDockTab, takeUpDockTab, useDock, type DockTab } from './state/dock.ts'
export type { Destination, PageId } from './routes.ts'
export { chooseNamespace, navigate, setParameters, useLocation, useParameters } from './state/location.ts'
export { changeSettings, useSettings } from './state/settings.ts'
export { forgetTask, showTask, taskEnd, tasksOf, useTask, useTasks } from './state/tasks.ts'
export { dismissToast, reportError, toast } from './state/toasts.ts'
