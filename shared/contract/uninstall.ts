import { z } from 'zod'
import { confirmation, destructive, fault, kubeName, read, scope, time } from './base.ts'
import { nothing, type RightsOf } from './right.ts'
import { taskStarted } from './tasks.ts'

/** `keep`: volumes and Secrets stay, and with them the namespace, so that a later deployment finds its data. `remove`: nothing stays. */
export const dataChoice = z.enum(['keep', 'remove'])
export type DataChoice = z.infer<typeof dataChoice>

/** One object that an uninstall deletes. */
export const uninstalledObject = z.object({
  /** `apps/v1 Deployment agency-swarm-backend` */
  id: z.string(),
  kind: z.string(),
  name: z.string(),
  /** Where it lies: in the suite's namespace, or in the cluster as a whole. */
  isClusterScoped: z.boolean(),
  /** Data, or what is needed to read it: it stays when the data is kept. */
  isData: z.boolean(),
})
export type UninstalledObject = z.infer<typeof uninstalledObject>

export const uninstalledVolume = z.object({
  claim: z.string(),
  /** Absent while no volume is bound, and where volumes may not be listed. */
  volume: z.string().optional(),
  size: z.string(),
  /** What becomes of the data when the claim is deleted. Absent where it is not known. */
  reclaimPolicy: z.enum(['Delete', 'Retain', 'Recycle']).optional(),
})
export type UninstalledVolume = z.infer<typeof uninstalledVolume>

export const uninstallPlan = z.object({
  id: z.string(),
  madeAt: time,
  namespace: kubeName,
  /** Version that is installed; absent where no release is recorded. */
  version: z.string().optional(),
  objects: z.array(uninstalledObject),
  volumes: z.array(uninstalledVolume),
  /** Why the namespace stays even when the data is removed; absent when it goes. */
  namespaceStays: z.string().optional(),
  /** What stays whatever is chosen, each with what to do about it. */
  left: z.array(z.object({ what: z.string(), detail: z.string() })),
  /** Restores of this suite that could still be undone or have to be recovered: their way back ends. */
  openRestores: z.array(z.object({ id: z.string(), at: time, message: z.string() })),
  /** Backups of this suite on this workstation; they stay. */
  backups: z.object({ count: z.number(), newestAt: time.optional() }),
  /** Kinds that could not be listed: what is left of them is not known. */
  unread: z.array(z.object({ kind: z.string(), fault })),
  /** Why nothing can be uninstalled. */
  blockers: z.array(fault),
})
export type UninstallPlan = z.infer<typeof uninstallPlan>

export const uninstall = {
  /** All that would be deleted, and all that would stay; changes nothing. */
  plan: read.input(scope).output(uninstallPlan),
  start: destructive({ audit: 'uninstalled the suite', level: 3, permission: 'administrator' })
    .input(
      scope.extend({
        planId: z.string().max(100),
        data: dataChoice,
        /** The namespace, as typed; asked for in every environment. */
        typedNamespace: z.string().max(253),
        /** The ways back of open restores may end. */
        endsRestores: z.boolean().default(false),
        /** Back up the database before anything is deleted. */
        safetyBackup: z.boolean().default(false),
        confirmation,
      }),
    )
    .output(taskStarted),
}

/**
 * An act of the cluster's administrator, with the person's own rights, which are asked of the cluster before anything is deleted. It adds
 * nothing to the operator's role, which may delete neither data nor what belongs to the cluster as a whole.
 */
export const uninstallRights = { plan: nothing, start: nothing } satisfies RightsOf<typeof uninstall>
