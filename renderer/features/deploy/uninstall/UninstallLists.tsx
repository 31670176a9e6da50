import type { DataChoice, UninstallPlan } from '#shared/contract/uninstall.ts'
import { Banner } from '../../../kit/index.ts'
import { byKind, goingOf } from './uninstallView.ts'

/** Left what is deleted, right what stays. */
export function UninstallLists({ plan, data }: { plan: UninstallPlan; data: DataChoice }) {
  const going = goingOf(plan, data)
  return (
    <>
      {plan.blockers.map(({ message }) => (
        <Banner key={message} tone="crit" title={message} />
      ))}
      {plan.unread.length > 0 ? (
        <Banner tone="warn" title="Not everything could be listed.">
          {plan.unread.map(({ kind, fault }) => `${kind}: ${fault.message}`).join(' ')} Objects of these kinds stay.
        </Banner>
      ) : null}
      <div className="uninstall-lists">
        <section aria-label="Deleted">
          <h3>Deleted</h3>
          <dl>
            {byKind(going).map(({ kind, names }) => (
              <div key={kind}>
                <dt>{kind}</dt>
                <dd>{names.join(', ')}</dd>
              </div>
            ))}
          </dl>
          {data === 'remove' ? <Volumes plan={plan} /> : null}
        </section>
        <section aria-label="Stays">
          <h3>Stays</h3>
          <dl>
            {data === 'keep'
              ? byKind(plan.objects.filter(({ isData }) => isData)).map(({ kind, names }) => (
                  <div key={kind}>
                    <dt>{kind}</dt>
                    <dd>{names.join(', ')}</dd>
                  </div>
                ))
              : null}
            {plan.namespaceStays === undefined ? null : (
              <div>
                <dt>Namespace {plan.namespace}</dt>
                <dd>{plan.namespaceStays}</dd>
              </div>
            )}
            {plan.left.map(({ what, detail }) => (
              <div key={what}>
                <dt>{what}</dt>
                <dd>{detail}</dd>
              </div>
            ))}
          </dl>
        </section>
      </div>
    </>
  )
}

const fate = {
  Delete: 'its storage deletes the data',
  Retain: 'its storage keeps the data',
  Recycle: 'its storage wipes the data',
}

/** What becomes of each volume, by its reclaim policy. */
function Volumes({ plan }: { plan: UninstallPlan }) {
  return (
    <ul className="uninstall-volumes">
      {plan.volumes.map(({ claim, size, volume, reclaimPolicy }) => (
        <li key={claim}>
          <b>{claim}</b>, {size}:{' '}
          {reclaimPolicy === undefined
            ? volume === undefined
              ? 'no volume is bound, or volumes may not be listed'
              : 'reclaim policy unknown'
            : `reclaim policy ${reclaimPolicy}, ${fate[reclaimPolicy]}`}
        </li>
      ))}
    </ul>
  )
}
