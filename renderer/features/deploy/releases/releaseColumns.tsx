import { Undo2 } from 'lucide-react'
import type { ReleaseRow } from '#shared/contract/releases.ts'
import { Button, formatDuration, RelativeTime, Status, type Column } from '../../../kit/index.ts'
import { noWayBack, resultOf, verdictOf } from './releaseView.ts'

const kindWords: Record<ReleaseRow['kind'], string> = { deploy: '', rollback: 'roll back', adopt: 'adopted' }

/** The columns of the releases; newest first as the engine gives them. */
export function releaseColumns(act: {
  blocked: string | undefined
  planning: string | null
  onRollBack: (row: ReleaseRow) => void
}): Column<ReleaseRow>[] {
  return [
    {
      id: 'version',
      title: 'Version',
      width: 'minmax(96px, 1fr)',
      isHeader: true,
      cell: (row) => (
        <>
          <span className="mono truncate">{row.version}</span>
          {kindWords[row.kind] ? <span className="note">{kindWords[row.kind]}</span> : null}
        </>
      ),
    },
    { id: 'started', title: 'Started', width: 126, cell: (row) => <RelativeTime time={row.startedAt} /> },
    { id: 'by', title: 'By', width: 'minmax(70px, 0.8fr)', cell: (row) => <span className="truncate">{row.by}</span> },
    {
      id: 'took',
      title: 'Took',
      width: 90,
      cell: (row) => (row.endedAt === undefined ? '' : formatDuration(row.endedAt - row.startedAt)),
    },
    {
      id: 'result',
      title: 'Result',
      width: 'minmax(84px, 1fr)',
      cell: (row) => {
        const { status, word } = resultOf(row)
        return <Status status={status}>{word}</Status>
      },
    },
    {
      id: 'schema',
      title: 'Schema',
      width: 'minmax(76px, 0.8fr)',
      cell: (row) =>
        row.schema === '' ? (
          <span className="note">not known</span>
        ) : (
          <span className="mono truncate" title={row.schema}>
            {row.schema}
          </span>
        ),
    },
    {
      id: 'back',
      title: 'Database if you roll back to it',
      width: 'minmax(180px, 2.2fr)',
      cell: (row) => {
        if (row.isCurrent) return <span className="dim">Live now</span>
        const { status, word } = verdictOf(row.back.state)
        return (
          <span className="release-back" title={row.back.detail}>
            <Status status={status}>{row.back.detail === '' ? word : row.back.detail}</Status>
          </span>
        )
      },
    },
    {
      id: 'act',
      title: '',
      label: 'Action',
      width: 112,
      align: 'right',
      cell: (row) =>
        row.isCurrent ? null : (
          <span onClick={(event) => event.stopPropagation()} role="presentation">
            <Button
              size="small"
              icon={Undo2}
              busy={act.planning === row.id}
              reason={noWayBack(row) ?? act.blocked}
              onClick={() => act.onRollBack(row)}
            >
              Roll back…
            </Button>
          </span>
        ),
    },
  ]
}
