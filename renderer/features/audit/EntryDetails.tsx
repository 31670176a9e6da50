import type { AuditEntry } from '#shared/contract/audit.ts'
import { CodeBlock, Facts, formatMoment, Status } from '../../kit/index.ts'
import { outcomes } from './auditColumns.tsx'

/** One entry, whole. Secrets were removed before it was written. */
export function EntryDetails({ entry }: { entry: AuditEntry }) {
  return (
    <div className="audit-details">
      <Facts
        rows={[
          { name: 'Result', value: <Status status={outcomes[entry.outcome]}>{entry.outcome}</Status> },
          { name: 'Time', value: formatMoment(entry.at) },
          { name: 'Who', value: entry.by },
          { name: 'Call', value: <code>{entry.action}</code> },
          { name: 'Effect', value: entry.effect },
          { name: 'Cluster', value: entry.cluster },
          { name: 'Namespace', value: entry.namespace },
          { name: 'Hash', value: <code>{entry.hash}</code> },
          { name: 'Before it', value: <code>{entry.previousHash}</code> },
        ].filter((row) => row.value !== '')}
      />
      <CodeBlock text={JSON.stringify(entry.details, null, 2)} />
    </div>
  )
}
