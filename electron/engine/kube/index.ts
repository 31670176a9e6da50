/** The Kubernetes core: everything the engine's other folders may use of it. */
export type * from './streamTypes.ts'
export type * from './types.ts'

export { loadKubeconfigs, defaultSources } from './kubeconfig/load.ts'
export { connect } from './connection.ts'
export { probe } from './probe.ts'
export { discover } from './discovery.ts'
export { merge } from './fold.ts'
export { reflect } from './reflector.ts'
export { parseTime as parseLogTime } from './logCursor.ts'
export { followLogBatches, followLogs } from './logs.ts'
export { exec, execToCompletion } from './exec.ts'
export { openPort, portForward } from './portForward.ts'
export { apply, editFieldManager, fieldManager } from './apply.ts'
export {
  createObject,
  createSubresource,
  getObject,
  listObjects,
  patchObject,
  removeObject,
  restartWorkload,
  scaleObject,
  waitFor,
} from './objects.ts'
export { selects, type LabelSelector } from './labelSelector.ts'
export { parseQuantity } from './quantity.ts'
export { accessReview } from './access.ts'
export { patiently } from './patience.ts'
export { readMetadata, readTable, type Table } from './table.ts'
export { podMetrics } from './podMetrics.ts'
export { credentialRisk, credentialsRefused } from './credentialRisk.ts'
export { findProgram, identifyProgram, isProgram, programRefused } from './execPlugin.ts'
export { sanitise } from './sanitise.ts'
