import { Popover } from '@base-ui/react/popover'
import { Bell } from 'lucide-react'
import { EmptyState, RelativeTime, StatusGlyph } from '../kit/index.ts'
import { useCluster } from './state/clusters.ts'
import { markMessagesSeen, useToasts, type Toast } from './state/toasts.ts'
import './Notifications.css'

/** The bell: every message of this session, also those that have left the window. */
export function Notifications() {
  const history = useToasts((state) => state.history)
  const unseen = useToasts((state) => state.unseenFailures)
  return (
    <Popover.Root onOpenChange={(isOpen) => isOpen && markMessagesSeen()}>
      <Popover.Trigger
        className="app-bell"
        aria-label={unseen === 0 ? 'Messages' : `Messages, ${unseen} failed since last opened`}
      >
        <Bell size={15} strokeWidth={1.6} aria-hidden />
        {unseen > 0 ? (
          <span className="app-bell-count">
            <StatusGlyph status="failed" size={12} /> {unseen}
          </span>
        ) : null}
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Positioner className="k-layer" sideOffset={6} align="end">
          <Popover.Popup className="app-switcher-popup app-messages" aria-label="Messages">
            {history.length === 0 ? (
              <EmptyState title="No messages in this session">Ended tasks and failed actions appear here.</EmptyState>
            ) : (
              <ul>
                {history.map((message) => (
                  <Message key={message.id} message={message} />
                ))}
              </ul>
            )}
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  )
}

function Message({ message }: { message: Toast }) {
  const cluster = useCluster(message.context ?? null)
  return (
    <li>
      <StatusGlyph status={message.status} size={14} />
      <div className="selectable">
        <b>{message.title}</b> {message.detail}
        <div className="note">
          {cluster ? `${cluster.name} · ` : ''}
          <RelativeTime time={message.at} />
        </div>
      </div>
    </li>
  )
}
