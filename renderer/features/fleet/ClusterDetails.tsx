import { chooseNamespace, healthWords, navigate, roleWords } from '../../app/index.ts'
import { RelativeTime, Status } from '../../kit/index.ts'
import { Diagnosis } from './Diagnosis.tsx'
import type { FleetRow } from './fleetRows.ts'

/** Below a row: why its cluster cannot be reached, the contexts that lead to it, and its suites, where there are several. */
export function ClusterDetails({ row }: { row: FleetRow }) {
  return (
    <div className="fleet-details">
      {row.ways.length > 1 ? <Ways row={row} /> : null}
      {row.ways
        .filter(({ health }) => health === 'unreachable')
        .map((way) => (
          <Diagnosis key={way.id} cluster={way} isNamed={row.ways.length > 1} />
        ))}
      {row.suites.length > 1 ? <Suites row={row} /> : null}
    </div>
  )
}

function Ways({ row }: { row: FleetRow }) {
  return (
    <ul className="fleet-list" aria-label={`Contexts of ${row.name}`}>
      {row.ways.map((way) => (
        <li key={way.id}>
          <Status status={healthWords[way.health].status} emphasis={false}>
            <button
              type="button"
              className="app-link"
              title={`${way.server}, ${way.source}`}
              onClick={() => navigate({ page: 'overview', cluster: way.id })}
            >
              {way.name}
            </button>{' '}
            <span className="dim">
              {[healthWords[way.health].word, way.role && roleWords[way.role]].filter(Boolean).join(', ')}
            </span>
          </Status>
        </li>
      ))}
    </ul>
  )
}

function Suites({ row }: { row: FleetRow }) {
  const open = (namespace: string) => {
    chooseNamespace(row.id, namespace)
    navigate({ page: 'overview', cluster: row.best.id })
  }
  return (
    <ul className="fleet-list" aria-label={`Suites of ${row.name}`}>
      {row.suites.map(({ namespace, version, pods, lastBackup }) => (
        <li key={namespace}>
          <button type="button" className="app-link" onClick={() => open(namespace)}>
            <code>{namespace}</code>
          </button>{' '}
          <span className="dim">
            {version ?? 'no backend'} · {pods.ready}/{pods.total} pods ·{' '}
            {lastBackup ? (
              <>
                backup <RelativeTime time={lastBackup.at} />, {lastBackup.state}
              </>
            ) : (
              'no backup'
            )}
          </span>
        </li>
      ))}
    </ul>
  )
}
