import type { ReactNode } from 'react'
import './Segments.css'

export interface SegmentsProps<Value extends string> {
  label: string
  value: Value
  options: readonly { value: Value; title: ReactNode }[]
  onChange: (value: Value) => void
}

/** One choice of a few, all visible. */
export function Segments<Value extends string>({ label, value, options, onChange }: SegmentsProps<Value>) {
  return (
    <div className="k-segments" role="radiogroup" aria-label={label}>
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          role="radio"
          aria-checked={option.value === value}
          className="k-segment"
          onClick={() => onChange(option.value)}
        >
          {option.title}
        </button>
      ))}
    </div>
  )
}
