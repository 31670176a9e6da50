import { Filter, X } from 'lucide-react'
import { useRef } from 'react'
import { Keys } from './Keys.tsx'
import './FilterField.css'

export interface FilterFieldProps {
  label: string
  value: string
  onChange: (value: string) => void
  placeholder?: string
  /** Fixed parts of the filter, as `namespace agency-swarm`; removable where `onRemove` is given. */
  tokens?: readonly { name: string; value: string; onRemove?: () => void }[]
  width?: number | string
}

/** The filter of a page. The shell moves the focus here on `/`; Escape empties it, then leaves it. */
export function FilterField({ label, value, onChange, placeholder, tokens = [], width = 300 }: FilterFieldProps) {
  const input = useRef<HTMLInputElement>(null)
  return (
    <div className="k-filter" style={{ width }}>
      <Filter size={14} strokeWidth={1.6} aria-hidden />
      {tokens.map((token) => (
        <span key={token.name} className="k-filter-token">
          {token.name} <b>{token.value}</b>
          {token.onRemove ? (
            <button type="button" aria-label={`Remove filter ${token.name}`} onClick={token.onRemove}>
              <X size={11} aria-hidden />
            </button>
          ) : null}
        </span>
      ))}
      <input
        ref={input}
        data-filter-field
        aria-label={label}
        placeholder={placeholder ?? label}
        value={value}
        spellCheck={false}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return
          event.stopPropagation()
          if (value === '') input.current?.blur()
          else onChange('')
        }}
      />
      {value === '' ? (
        <Keys keys="/" />
      ) : (
        <button
          type="button"
          className="k-filter-clear"
          aria-label="Clear filter"
          onClick={() => {
            onChange('')
            input.current?.focus()
          }}
        >
          <X size={13} aria-hidden />
        </button>
      )}
    </div>
  )
}
