import type { Scope } from '#shared/contract/base.ts'
import type { EditableKind } from '#shared/contract/configuration.ts'
import { PageHeader, setParameters, useParameters, useScope } from '../../app/index.ts'
import { EmptyState, StatusGlyph, Tabs } from '../../kit/index.ts'
import { AccessTab } from './access/AccessTab.tsx'
import { CertificatesTab } from './certificates/CertificatesTab.tsx'
import { KeysTab } from './keys/KeysTab.tsx'
import { LimitsTab } from './limits/LimitsTab.tsx'
import { MigrationsTab } from './migrations/MigrationsTab.tsx'
import { valueOf } from './objects/rowFacts.ts'
import { useFresh } from './useFresh.ts'
import './configuration.css'

export function ConfigurationPage() {
  const scope = useScope()
  return (
    <div className="configuration-page" data-testid="page-configuration">
      {scope ? (
        <Configuration key={`${scope.context} ${scope.namespace}`} scope={scope} />
      ) : (
        <EmptyState title="No cluster is chosen" />
      )}
    </div>
  )
}

function Configuration({ scope }: { scope: Scope }) {
  const tab = useParameters('configuration').tab
  const names = [scope.context, scope.namespace]
  const objects = useFresh((client, signal) => client.configuration.list(scope, { signal }), names)
  const certificates = useFresh((client, signal) => client.certificates.list(scope, { signal }), names)
  // A kind that could not be listed leaves the number open.
  const count = (kinds: readonly EditableKind[]) => {
    const lists = kinds.map((kind) => objects.value && valueOf(objects.value[kind]))
    return lists.every((list) => list !== undefined) ? lists.flat().length : undefined
  }
  const isUrgent = certificates.value?.some((each) => each.state === 'expired' || each.state === 'soon') ?? false
  return (
    <>
      <PageHeader
        title="Configuration"
        tabs={
          <Tabs
            label="Configuration"
            value={tab}
            tabs={[
              { id: 'keys', title: 'ConfigMaps and Secrets', badge: count(['ConfigMap', 'Secret']) },
              {
                id: 'limits',
                title: 'Scaling and limits',
                badge: count(['HorizontalPodAutoscaler', 'ResourceQuota', 'LimitRange']),
              },
              { id: 'access', title: 'Access' },
              {
                id: 'certificates',
                title: 'Certificates',
                badge: isUrgent ? (
                  <span className="configuration-badge">
                    <StatusGlyph status="warning" size={13} />
                    <span className="visually-hidden">some have ended or end soon</span>
                  </span>
                ) : undefined,
              },
              { id: 'migrations', title: 'Migrations' },
            ]}
            onChange={(next) => setParameters('configuration', { tab: next, object: undefined, view: undefined })}
          />
        }
      />
      {tab === 'keys' ? <KeysTab scope={scope} objects={objects} /> : null}
      {tab === 'limits' ? <LimitsTab scope={scope} objects={objects} /> : null}
      {tab === 'access' ? <AccessTab scope={scope} /> : null}
      {tab === 'certificates' ? <CertificatesTab certificates={certificates} /> : null}
      {tab === 'migrations' ? <MigrationsTab scope={scope} /> : null}
    </>
  )
}
