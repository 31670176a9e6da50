import type { Scope } from '#shared/contract/base.ts'
import type { ConfigurationList, ConfigurationRow } from '#shared/contract/configuration.ts'
import { KeysDrawer } from './KeysDrawer.tsx'
import {
  bytesColumn,
  changedColumn,
  keysColumn,
  kindColumn,
  nameColumn,
  previousColumn,
  usedByColumn,
} from '../objects/objectColumns.tsx'
import { ObjectsTable } from '../objects/ObjectsTable.tsx'
import type { Fresh } from '../useFresh.ts'

const kinds = ['ConfigMap', 'Secret'] as const

const columns = (isEdited: (row: ConfigurationRow) => boolean) => [
  kindColumn,
  nameColumn(isEdited),
  keysColumn,
  bytesColumn,
  usedByColumn,
  changedColumn,
  previousColumn,
]

/** What programs read: keys and their texts. */
export function KeysTab({ scope, objects }: { scope: Scope; objects: Fresh<ConfigurationList> }) {
  return (
    <ObjectsTable
      scope={scope}
      kinds={kinds}
      objects={objects}
      columns={columns}
      what="object"
      label="ConfigMaps and Secrets"
      details={(row, onClose) => (
        <KeysDrawer
          key={`${row.kind} ${row.name}`}
          object={{ scope, kind: row.kind, name: row.name }}
          row={row}
          onClose={onClose}
        />
      )}
    />
  )
}
