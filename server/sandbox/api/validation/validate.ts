import type { ResourceRow } from '../../store/resources.ts'
import type { KubeObject } from '../../store/types.ts'
import { invalid } from '../errors.ts'
import { Causes } from './causes.ts'
import { updateChecks } from './immutable.ts'
import { kindChecks } from './kinds.ts'
import { checkMetadata } from './metadata.ts'

/**
 * 422 with the path of every field that is wrong.
 * @param before what is replaced; then fields that may not change are compared as well
 */
export function validate(row: ResourceRow, object: KubeObject, before?: KubeObject): void {
  const causes = new Causes()
  checkMetadata(causes, row, object.metadata)
  kindChecks[row.name]?.(causes, object)
  if (before !== undefined) updateChecks[row.name]?.(causes, before, object)
  if (causes.list.length > 0) throw invalid(row, object.metadata.name ?? '', causes.list)
}
