import { Popover } from '@base-ui/react/popover'
import { Cable } from 'lucide-react'
import type { Scope } from '#shared/contract/base.ts'
import { ErrorState, plural, StaleChip } from '../../../kit/index.ts'
import { ForwardLine } from './ForwardLine.tsx'
import { useForwards } from './useForwards.ts'

/** "2 ports forwarded" in the page's header: every open forward of the context, whatever its namespace. Hidden while there is none. */
export function ForwardsMenu({ scope }: { scope: Scope }) {
  const { value, error, staleSince, retry } = useForwards(scope)
  if (!error && (value === undefined || value.length === 0)) return null
  const title = value ? `${plural(value.length, 'port')} forwarded` : 'Forwarded ports unknown'
  return (
    <Popover.Root>
      <Popover.Trigger className="workloads-chip">
        <Cable size={14} strokeWidth={1.6} aria-hidden />
        {title}
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Positioner className="k-layer" sideOffset={6} align="end">
          <Popover.Popup className="workloads-forwards" aria-label="Forwarded ports">
            {staleSince === undefined ? null : <StaleChip since={staleSince} />}
            {value?.map((forward) => (
              <ForwardLine
                key={forward.id}
                forward={forward}
                title={`${forward.namespace === scope.namespace ? '' : `${forward.namespace}/`}${forward.pod}:${forward.port}`}
              />
            ))}
            {error ? <ErrorState fault={error} title="Open forwards could not be read" onRetry={retry} /> : null}
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  )
}
