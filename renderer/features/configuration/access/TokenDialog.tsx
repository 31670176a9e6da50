import { Copy, KeyRound } from 'lucide-react'
import { useState } from 'react'
import type { Scope } from '#shared/contract/base.ts'
import type { ContextRow } from '#shared/contract/clusters.ts'
import { ClusterMark, toast, useBlocked, useCluster } from '../../../app/index.ts'
import { useCommand } from '../../../client/index.ts'
import { Banner, Button, CodeBlock, Dialog, formatMoment, Segments } from '../../../kit/index.ts'

interface Token {
  token: string
  expiresAt: number
}

const lives = [
  { value: '3600', title: '1 hour' },
  { value: '28800', title: '8 hours' },
  { value: '86400', title: '1 day' },
  { value: '604800', title: '7 days' },
  { value: '2592000', title: '30 days' },
] as const

type Life = (typeof lives)[number]['value']

/** Makes a token of limited life and shows it once: it is in no store, and gone when the dialog closes. */
export function TokenDialog({ scope, account, onClose }: { scope: Scope; account: string; onClose: () => void }) {
  const [life, setLife] = useState<Life>('3600')
  const [token, setToken] = useState<Token | null>(null)
  const blocked = useBlocked('operator', scope.context)
  const cluster = useCluster(scope.context)
  const create = useCommand(async (client) => {
    setToken(await client.accounts.createToken({ ...scope, name: account, seconds: Number(life), confirmation: {} }))
  })
  if (token) return <Shown account={account} token={token} cluster={cluster} onClose={onClose} />
  return (
    <Dialog
      title={`Create a token for ${account}`}
      note="For a program outside of the cluster that has to act as this account."
      size="medium"
      isProduction={cluster?.environment === 'production'}
      aside={cluster ? <ClusterMark cluster={cluster} /> : undefined}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" icon={KeyRound} busy={create.isBusy} reason={blocked} onClick={() => create.run()}>
            Create a token
          </Button>
        </>
      }
    >
      <div className="configuration-token">
        <Banner tone="warn" title="A token cannot be taken back.">
          Anyone who has it acts as {account} until it ends, and nothing but deleting the account ends it earlier.
          Choose a short life.
        </Banner>
        <div>
          <span className="configuration-label">It lives for</span>
          <Segments label="It lives for" value={life} options={lives} onChange={setLife} />
          <p className="note">The cluster may shorten this. The audit log keeps that it was made, not what it is.</p>
        </div>
        {create.error ? (
          <Banner tone="crit" title="No token was created.">
            {create.error.message}
          </Banner>
        ) : null}
      </div>
    </Dialog>
  )
}

interface ShownProps {
  account: string
  token: Token
  cluster: ContextRow | undefined
  onClose: () => void
}

function Shown({ account, token, cluster, onClose }: ShownProps) {
  const copy = () =>
    void navigator.clipboard.writeText(token.token).then(() =>
      toast({
        status: 'healthy',
        title: 'The token is copied',
        detail: 'The clipboard keeps it until something else is copied.',
      }),
    )
  return (
    <Dialog
      title={`Token for ${account}`}
      note={`It ends ${formatMoment(token.expiresAt)}.`}
      size="medium"
      isProduction={cluster?.environment === 'production'}
      aside={cluster ? <ClusterMark cluster={cluster} /> : undefined}
      onClose={onClose}
      actions={
        <>
          <Button icon={Copy} onClick={copy}>
            Copy
          </Button>
          <Button kind="primary" onClick={onClose}>
            Close and forget it
          </Button>
        </>
      }
    >
      <div className="configuration-token">
        <Banner tone="info" title="It is shown this once.">
          Copy it now. When this dialog closes, the console has it no more and cannot show it again.
        </Banner>
        <CodeBlock text={token.token} />
      </div>
    </Dialog>
  )
}
