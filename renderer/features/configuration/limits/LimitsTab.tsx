import type { Scope } from '#shared/contract/base.ts'
import type { ConfigurationList, ConfigurationRow } from '#shared/contract/configuration.ts'
import type { Column } from '../../../kit/index.ts'
import { changedColumn, kindColumn, nameColumn, previousColumn } from '../objects/objectColumns.tsx'
import { ObjectsTable } from '../objects/ObjectsTable.tsx'
import { QuotaUse } from './QuotaUse.tsx'
import { readUse } from './quotaUse.ts'
import { SpecDrawer } from './SpecDrawer.tsx'
import type { Fresh } from '../useFresh.ts'

const kinds = ['HorizontalPodAutoscaler', 'ResourceQuota', 'LimitRange'] as const

const summaryColumn: Column<ConfigurationRow> = {
  id: 'summary',
  title: 'What it says',
  width: 'minmax(240px, 2fr)',
  cell: (row) => {
    const uses = row.kind === 'ResourceQuota' ? readUse(row.summary) : []
    return uses.length > 0 ? (
      <QuotaUse uses={uses} isShort />
    ) : (
      <span className="truncate" title={row.summary}>
        {row.summary}
      </span>
    )
  },
}

const columns = (isEdited: (row: ConfigurationRow) => boolean) => [
  { ...kindColumn, width: 110 },
  nameColumn(isEdited),
  summaryColumn,
  changedColumn,
  previousColumn,
]

/** How many pods there are, how much the namespace may take, and what a container gets that asks for nothing. */
export function LimitsTab({ scope, objects }: { scope: Scope; objects: Fresh<ConfigurationList> }) {
  return (
    <ObjectsTable
      scope={scope}
      kinds={kinds}
      objects={objects}
      columns={columns}
      what="object"
      label="Scaling and limits"
      details={(row, onClose) => (
        <SpecDrawer
          key={`${row.kind} ${row.name}`}
          object={{ scope, kind: row.kind, name: row.name }}
          row={row}
          onClose={onClose}
        />
      )}
    />
  )
}
