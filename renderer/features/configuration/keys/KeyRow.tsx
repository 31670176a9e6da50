import { RotateCcw, Trash2 } from 'lucide-react'
import { useBlocked } from '../../../app/index.ts'
import { CodeBlock, formatBytes, IconButton, ValueField } from '../../../kit/index.ts'
import type { ObjectName } from '../objects/drafts.ts'
import type { LiveKey } from './keysDraft.ts'
import { RevealedValue } from './RevealedValue.tsx'

interface KeyRowProps {
  object: ObjectName
  live: LiveKey
  isNew: boolean
  isRemoved: boolean
  /** The text of the draft, where this key has one. */
  typed: string | undefined
  /** Why nothing can be typed here now. */
  locked: string | undefined
  onType: (value: string) => void
  onRemove: () => void
  onRevert: () => void
}

/** One key: its name, what is typed or live, and what can be done with it. */
export function KeyRow(props: KeyRowProps) {
  const { object, live, isNew, isRemoved, typed, onType, onRemove, onRevert } = props
  const role = useBlocked('operator')
  const blocked = role ?? props.locked
  const isSecret = object.kind === 'Secret'
  const isTouched = isRemoved || typed !== undefined
  return (
    <div className="configuration-key" data-touched={isTouched || undefined}>
      <div className="configuration-key-head">
        <span className={isRemoved ? 'mono truncate configuration-removed' : 'mono truncate'} title={live.key}>
          {live.key}
        </span>
        <span className="note">
          {isNew ? 'new' : isRemoved ? 'is removed' : isTouched ? 'changed' : formatBytes(live.bytes)}
        </span>
        {isTouched ? (
          <IconButton
            icon={RotateCcw}
            size="small"
            label={isNew ? `Do not add ${live.key}` : `Leave ${live.key} as it is`}
            onClick={onRevert}
          />
        ) : (
          <IconButton icon={Trash2} size="small" label={`Remove ${live.key}`} reason={blocked} onClick={onRemove} />
        )}
      </div>
      {isRemoved ? null : isSecret ? (
        <SecretValue object={object} live={live} typed={typed} onType={onType} />
      ) : live.isBinary ? (
        <p className="note">Binary: it cannot be edited here, only removed.</p>
      ) : blocked !== undefined ? (
        <CodeBlock text={typed ?? live.value} />
      ) : (
        <ValueField
          label={`Value of ${live.key}`}
          hiddenLabel
          value={typed ?? live.value}
          autoFocus={isNew && typed === ''}
          onChange={onType}
        />
      )}
    </div>
  )
}

function SecretValue({ object, live, typed, onType }: Pick<KeyRowProps, 'object' | 'live' | 'typed' | 'onType'>) {
  if (typed === undefined) return <RevealedValue object={object} name={live.key} onReplace={() => onType('')} />
  return (
    <ValueField
      isSecret
      label={`New value of ${live.key}`}
      hiddenLabel
      placeholder="New value"
      value={typed}
      autoFocus={typed === ''}
      onChange={onType}
    />
  )
}
