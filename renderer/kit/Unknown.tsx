import { useState, type ReactNode } from 'react'
import { Button } from './Button.tsx'
import { CodeBlock } from './CodeView.tsx'
import { formatTime } from './times.ts'
import { StatusGlyph, type StatusKind } from './Status.tsx'
import './PanelStates.css'

/** An error as data; the same shape as the contract's fault. */
export interface FaultLike {
  code: string
  message: string
  details: Readonly<Record<string, unknown>>
}

/** Why a value is not known; the states of the contract's `Unknown`, and `stale` where only an earlier look is there. */
export type UnknownKind = 'forbidden' | 'absent' | 'notAsked' | 'failed' | 'stale'

const glyphs: Record<UnknownKind, StatusKind> = {
  forbidden: 'noAccess',
  absent: 'off',
  notAsked: 'waiting',
  failed: 'failed',
  stale: 'unknown',
}

/** What is said where the error brings no words of its own. */
const words: Record<UnknownKind, { title: (what: string) => string; text: string }> = {
  forbidden: {
    title: (what) => `${what} hidden from your account`,
    text: 'Your role in this cluster does not include reading it. An administrator of the cluster can grant it.',
  },
  absent: {
    title: (what) => `${what} not available in this cluster`,
    text: 'The cluster does not serve it.',
  },
  notAsked: { title: (what) => `${what} not read yet`, text: 'It is read when it is needed.' },
  failed: {
    title: (what) => `${what} could not be read`,
    text: 'What is shown elsewhere on this page is not affected.',
  },
  stale: { title: (what) => `${what} not current`, text: 'The newest read failed.' },
}

const forbiddenCodes = new Set(['FORBIDDEN', 'METRICS_FORBIDDEN'])
const absentCodes = new Set(['NOT_FOUND', 'METRICS_ABSENT'])

function kindOf(fault: FaultLike): UnknownKind {
  if (forbiddenCodes.has(fault.code)) return 'forbidden'
  return absentCodes.has(fault.code) ? 'absent' : 'failed'
}

export interface UnknownProps {
  state: UnknownKind
  /** What is not known, with its verb where words are needed: "Events are". */
  what?: string
  /** In place of the title that state and error give. */
  title?: string
  fault?: FaultLike | undefined
  /** When it was tried, or when the value that is shown elsewhere was read; milliseconds since 1970. */
  at?: number | undefined
  onRetry?: (() => void) | undefined
  actions?: ReactNode
}

/** What is not known, why, and what to do. Never an empty list, a zero or a good state. */
export function Unknown({ state, what = 'This is', title, fault, at, onRetry, actions }: UnknownProps) {
  const [isOpen, setOpen] = useState(false)
  const own = words[state]
  const { head, rest } = fault ? splitSentence(fault.message) : { head: own.title(what), rest: own.text }
  const facts = fault && Object.keys(fault.details).length > 0 ? JSON.stringify(fault.details, null, 2) : ''
  return (
    <div className="k-state" role={state === 'notAsked' ? 'status' : 'alert'} data-unknown={state}>
      <div className="k-state-row">
        <StatusGlyph status={glyphs[state]} size={14} />
        <div className="selectable">
          <div className="k-state-title">{title ?? head}</div>
          <div className="k-state-text">
            {title === undefined || !fault ? rest : fault.message}
            {at === undefined ? null : ` ${state === 'stale' ? 'Last read' : 'Tried'} ${formatTime(at)}.`}
          </div>
        </div>
      </div>
      {onRetry || actions !== undefined || fault ? (
        <div className="k-state-actions k-state-inset">
          {onRetry ? <Button onClick={onRetry}>Try again</Button> : null}
          {actions}
          {fault ? (
            <Button kind="quiet" onClick={() => setOpen(!isOpen)}>
              {isOpen ? 'Hide details' : 'Details'}
            </Button>
          ) : null}
        </div>
      ) : null}
      {isOpen && fault ? <CodeBlock text={facts === '' ? fault.code : `${fault.code}\n${facts}`} /> : null}
    </div>
  )
}

/** An error in place of what it kept from being read. Lack of rights shows as a padlock, an absent kind as off, not as failures. */
export function ErrorState({ fault, ...rest }: Omit<UnknownProps, 'state' | 'fault' | 'what'> & { fault: FaultLike }) {
  return <Unknown state={kindOf(fault)} fault={fault} {...rest} />
}

function splitSentence(message: string): { head: string; rest: string } {
  const end = message.search(/[.!?]\s/)
  return end < 0 ? { head: message, rest: '' } : { head: message.slice(0, end + 1), rest: message.slice(end + 2) }
}
