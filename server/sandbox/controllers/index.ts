import { ApiError } from '../api/errors.ts'
import type { Component, RecordEvent, Store } from '../store/types.ts'
import { autoscalerController } from './autoscaler/autoscalerController.ts'
import type { UsageSource } from './autoscaler/kinds.ts'
import { createBuiltIns, type ApiAddress } from './bootstrap.ts'
import { cronJobController } from './cronJob/cronJobController.ts'
import { daemonSetController } from './daemonSet.ts'
import { deploymentController } from './deployment/deploymentController.ts'
import { disruptionBudgetController } from './disruptionBudget.ts'
import { endpointsController } from './endpoints/endpointsController.ts'
import { garbageCollector } from './garbage/garbageCollector.ts'
import { jobController } from './job/jobController.ts'
import { systemClock, type Clock } from './loop/clock.ts'
import type { ControllerContext } from './loop/controlLoop.ts'
import { namespaceController } from './namespaces/namespaceController.ts'
import { podCollector } from './podCollector.ts'
import { replicaSetController } from './replicaSet.ts'
import { quotaController } from './resourceQuota.ts'
import { schedulerController } from './scheduler/scheduler.ts'
import { statefulSetController } from './statefulSet/statefulSetController.ts'
import { volumeController } from './volumes/volumeController.ts'

export interface ControllerOptions {
  store: Store
  recordEvent: RecordEvent
  /** What a pod uses now, from the node; undefined while there is no sample. */
  usage: UsageSource
  /** The cluster's certificate authority in PEM, published in every namespace as kube-root-ca.crt. */
  rootCertificate?: string
  /** Published as the Service `kubernetes`; without it there is none. */
  apiServer?: ApiAddress
  clock?: Clock
  /** Milliseconds between two looks of the autoscaler; 15 s unless told otherwise. */
  autoscalerPeriod?: number
  /** Told of errors nobody expected; the work is tried again either way. */
  reportError?: (controller: string, key: string, error: unknown) => void
}

/** All control loops of the sandbox cluster as one component. */
export function createControllers(options: ControllerOptions): Component {
  const { store, recordEvent, usage, clock = systemClock } = options
  const report = options.reportError ?? ((controller, key, error) => console.error(`${controller}: ${key}:`, error))
  const context: ControllerContext = {
    store,
    recordEvent,
    clock,
    // What the API refuses (a quota, a namespace on its way out) is told in events and conditions.
    reportError: (controller, key, error) => (error instanceof ApiError ? undefined : report(controller, key, error)),
  }
  const components: Component[] = [
    namespaceController(context, options.rootCertificate ?? ''),
    garbageCollector(context),
    quotaController(context),
    volumeController(context),
    deploymentController(context),
    replicaSetController(context),
    statefulSetController(context),
    daemonSetController(context),
    jobController(context),
    cronJobController(context),
    schedulerController(context),
    endpointsController(context),
    disruptionBudgetController(context),
    autoscalerController(context, usage, options.autoscalerPeriod),
    podCollector(context),
  ]
  return {
    async start() {
      createBuiltIns(store, options.apiServer)
      for (const component of components) await component.start()
    },
    async stop() {
      await Promise.all(components.map((component) => component.stop()))
    },
  }
}
