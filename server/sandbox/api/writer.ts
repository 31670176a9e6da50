import { randomUUID } from 'node:crypto'
import { sameJson } from '../store/freeze.ts'
import { newMetadata, restoreFixedFields } from '../store/metadata.ts'
import type { ResourceRow } from '../store/resources.ts'
import type { KubeObject } from '../store/types.ts'
import { admitNew, checkNamespace, completeNew } from './admission/admit.ts'
import { assignServiceAddress } from './admission/serviceAddress.ts'
import { readOwnership, recordUpdate, writeOwnership, type Manager, type Ownership } from './apply/managedFields.ts'
import type { ApiContext } from './context.ts'
import { applyDefaults } from './defaults/defaults.ts'
import { alreadyExists, badRequest, conflict, notFound } from './errors.ts'
import { copyOf } from './json.ts'
import { validate } from './validation/validate.ts'

export interface WriteOptions {
  manager: Manager
  dryRun: boolean
}

/** Creates an object as a client sends it. `owners` is given by server-side apply, which knows better who owns what. */
export function createObject(
  { store, allocateClusterIp }: ApiContext,
  row: ResourceRow,
  sent: KubeObject,
  options: WriteOptions,
  owners?: readonly Ownership[],
): KubeObject {
  const object = copyOf(sent)
  if (object.metadata.resourceVersion !== undefined && object.metadata.resourceVersion !== '') {
    throw badRequest('resourceVersion should not be set on objects to be created')
  }
  forgetServerFields(object)
  object.metadata = newMetadata(row, { ...object, metadata: { ...object.metadata, uid: randomUUID() } })
  if (row.namespaced) checkNamespace(store, row, object)
  if (row.subresources.includes('status')) delete object.status
  applyDefaults(row, object)
  completeNew(store, row, object, allocateClusterIp)
  // Limits that admission filled in bring defaults of their own.
  applyDefaults(row, object)
  validate(row, object)
  if (store.get(row.name, object.metadata.namespace, object.metadata.name) !== undefined) {
    throw alreadyExists(row, object.metadata.name)
  }
  admitNew(store, row, object)
  const recorded = owners ?? recordUpdate([], options.manager, {}, object, row.model)
  object.metadata.managedFields = writeOwnership(recorded)
  return options.dryRun ? object : store.create(row.name, object)
}

function forgetServerFields({ metadata }: KubeObject): void {
  delete metadata.managedFields
  delete metadata.deletionTimestamp
  delete metadata.deletionGracePeriodSeconds
  Reflect.deleteProperty(metadata, 'selfLink')
}

/** The object to be written, and the owners of its fields when the change itself decides them (server-side apply). */
export interface Change {
  object: KubeObject
  owners?: readonly Ownership[]
}

interface UpdateOptions extends WriteOptions {
  subresource?: 'status' | undefined
}

/**
 * Replaces an object by what `change` makes of it, as update, patch and apply do: resourceVersion checked, fixed fields put back,
 * defaults, validation, ownership.
 */
export function updateObject(
  { store, allocateClusterIp }: ApiContext,
  row: ResourceRow,
  namespace: string | undefined,
  name: string,
  change: (current: KubeObject) => Change,
  options: UpdateOptions,
): KubeObject {
  const before = store.get(row.name, namespace, name)
  if (before === undefined) throw notFound(row, name)
  const { object, owners } = change(before)
  checkIdentity(row, before, object)
  const after = options.subresource === 'status' ? withStatus(before, object) : withoutStatus(row, before, object)
  keepServerFields(before, after)
  applyDefaults(row, after)
  if (row.name === 'services') assignServiceAddress(store, after, before, allocateClusterIp)
  restoreFixedFields(before, after)
  if (options.subresource === undefined) validate(row, after, before)
  if (isUnchanged(before, after, owners)) return before
  const known = readOwnership(after.metadata.managedFields ?? before.metadata.managedFields)
  const recorded = owners ?? recordUpdate(known, options.manager, before, after, row.model)
  after.metadata.managedFields = writeOwnership(recorded)
  if (options.dryRun) return after
  const written = store.update(row.name, namespace, name, (current) => replace(current, after), {
    ...(options.subresource === undefined ? {} : { subresource: options.subresource }),
  })
  if (written === undefined) throw notFound(row, name)
  return written
}

function replace(target: KubeObject, source: KubeObject): void {
  for (const key of Object.keys(target)) Reflect.deleteProperty(target, key)
  Object.assign(target, copyOf(source))
}

function checkIdentity(row: ResourceRow, before: KubeObject, after: KubeObject): void {
  const { uid, resourceVersion, name } = after.metadata
  if (name !== undefined && name !== before.metadata.name) {
    throw badRequest(`the name of the object (${name}) does not match the name on the URL (${before.metadata.name})`)
  }
  if (uid !== undefined && uid !== '' && uid !== before.metadata.uid) {
    throw conflict(
      row,
      name,
      `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${before.metadata.uid}`,
    )
  }
  if (resourceVersion === undefined || resourceVersion === '' || resourceVersion === before.metadata.resourceVersion)
    return
  throw conflict(
    row,
    name,
    'the object has been modified; please apply your changes to the latest version and try again',
  )
}

/** A status write changes nothing else. */
function withStatus(before: KubeObject, sent: KubeObject): KubeObject {
  return { ...copyOf(before), ...(sent.status === undefined ? {} : { status: copyOf(sent.status) }) }
}

function withoutStatus(row: ResourceRow, before: KubeObject, sent: KubeObject): KubeObject {
  const after = copyOf(sent)
  if (!row.subresources.includes('status')) return after
  delete after.status
  return before.status === undefined ? after : { ...after, status: copyOf(before.status) }
}

function keepServerFields(before: KubeObject, after: KubeObject): void {
  const { metadata } = after
  delete metadata.deletionTimestamp
  delete metadata.deletionGracePeriodSeconds
  Reflect.deleteProperty(metadata, 'selfLink')
  const { deletionTimestamp, deletionGracePeriodSeconds } = before.metadata
  if (deletionTimestamp !== undefined) metadata.deletionTimestamp = deletionTimestamp
  if (deletionGracePeriodSeconds !== undefined) metadata.deletionGracePeriodSeconds = deletionGracePeriodSeconds
  if (before.metadata.generateName !== undefined) metadata.generateName = before.metadata.generateName
}

function isUnchanged(before: KubeObject, after: KubeObject, owners: readonly Ownership[] | undefined): boolean {
  const bare = (object: KubeObject) => ({ ...object, metadata: { ...object.metadata, managedFields: undefined } })
  if (!sameJson(bare(before), bare(after))) return false
  if (owners !== undefined) return sameJson(writeOwnership(owners), before.metadata.managedFields)
  const sent = after.metadata.managedFields
  return sent === undefined || sameJson(sent, before.metadata.managedFields)
}
