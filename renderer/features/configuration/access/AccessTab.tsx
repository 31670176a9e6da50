import { KeyRound } from 'lucide-react'
import { useMemo, useState } from 'react'
import type { Scope } from '#shared/contract/base.ts'
import { useBlocked } from '../../../app/index.ts'
import {
  Button,
  DataTable,
  EmptyState,
  ErrorState,
  formatAge,
  plural,
  StaleChip,
  useNow,
  type Column,
} from '../../../kit/index.ts'
import { TokenDialog } from './TokenDialog.tsx'
import { useFresh } from '../useFresh.ts'

interface Account {
  name: string
  roles: string[]
  pods: number
  createdAt: number
}

const rowId = (account: Account) => account.name

/** Service accounts, what they may do here, what runs as them, and tokens for programs outside of the cluster. */
export function AccessTab({ scope }: { scope: Scope }) {
  const [account, setAccount] = useState<string | null>(null)
  const [active, setActive] = useState<string | null>(null)
  const { value, error, staleSince, reload } = useFresh(
    (client, signal) => client.accounts.list(scope, { signal }),
    [scope.context, scope.namespace],
  )
  const columns = useAccountColumns(setAccount)
  if (error && !value) return <ErrorState fault={error} onRetry={reload} />
  return (
    <>
      <div className="configuration-bar">
        <span className="quiet-text">Pods and programs act in the cluster as a service account.</span>
        {staleSince === undefined ? null : <StaleChip since={staleSince} />}
      </div>
      <div className="configuration-table">
        <DataTable
          label="Service accounts"
          rows={value ?? []}
          columns={columns}
          rowId={rowId}
          isPrimary
          isLoading={!value}
          isStale={staleSince !== undefined}
          empty={<EmptyState title="No service account in this namespace" />}
          sort={{ column: 'name', isDescending: false }}
          active={active}
          onActivate={setActive}
          onOpen={(row) => setActive(row.name)}
        />
      </div>
      <div className="configuration-foot">
        <span>{value ? plural(value.length, 'service account') : 'Loading'}</span>
      </div>
      {account === null ? null : (
        <TokenDialog key={account} scope={scope} account={account} onClose={() => setAccount(null)} />
      )}
    </>
  )
}

function useAccountColumns(onToken: (account: string) => void): Column<Account>[] {
  const blocked = useBlocked('operator')
  const now = useNow(60_000)
  return useMemo(
    () => [
      {
        id: 'name',
        title: 'Account',
        width: 'minmax(190px, 280px)',
        isHeader: true,
        cell: (row) => <span className="mono truncate">{row.name}</span>,
        sortBy: (row) => row.name,
      },
      {
        id: 'roles',
        title: 'Roles in this namespace',
        width: 'minmax(220px, 1fr)',
        cell: (row) =>
          row.roles.length === 0 ? (
            <span className="dim">none: it may do nothing here</span>
          ) : (
            <span className="truncate" title={row.roles.join('\n')}>
              {row.roles.join(', ')}
            </span>
          ),
        sortBy: (row) => row.roles.length,
      },
      {
        id: 'pods',
        title: 'Pods',
        width: 60,
        align: 'right',
        cell: (row) => (row.pods === 0 ? <span className="dim">0</span> : row.pods),
        sortBy: (row) => row.pods,
      },
      {
        id: 'age',
        title: 'Age',
        width: 60,
        align: 'right',
        cell: (row) => formatAge(now - row.createdAt),
        sortBy: (row) => -row.createdAt,
      },
      {
        id: 'actions',
        title: <span className="visually-hidden">Actions</span>,
        label: 'Actions',
        width: 148,
        align: 'right',
        cell: (row) => (
          <span onClick={(event) => event.stopPropagation()}>
            <Button size="small" icon={KeyRound} reason={blocked} onClick={() => onToken(row.name)}>
              Create a token…
            </Button>
          </span>
        ),
      },
    ],
    [blocked, now, onToken],
  )
}
