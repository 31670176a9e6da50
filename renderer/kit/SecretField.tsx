import { Eye, EyeOff } from 'lucide-react'
import { useId, useState } from 'react'
import { IconButton } from './Button.tsx'
import './Field.css'
import './SecretField.css'

export interface SecretFieldProps {
  label: string
  hiddenLabel?: boolean
  value: string
  onChange: (value: string) => void
  placeholder?: string
  autoFocus?: boolean
}

/** A new secret value, of one line or many: masked unless the person asks to see what was typed. */
export function SecretField({ label, hiddenLabel, value, onChange, placeholder, autoFocus }: SecretFieldProps) {
  const id = useId()
  const [isVisible, setVisible] = useState(false)
  return (
    <div className="k-field">
      <label htmlFor={id} className={hiddenLabel ? 'visually-hidden' : 'k-field-label'}>
        {label}
      </label>
      <div className="k-field-box k-field-multiline mono">
        <textarea
          id={id}
          className={isVisible ? undefined : 'k-secret-masked'}
          rows={Math.min(8, value.split('\n').length)}
          value={value}
          placeholder={placeholder}
          autoComplete="off"
          autoFocus={autoFocus}
          spellCheck={false}
          onChange={(event) => onChange(event.target.value)}
        />
        <IconButton
          icon={isVisible ? EyeOff : Eye}
          size="small"
          label={isVisible ? 'Hide what was typed' : 'Show what was typed'}
          onClick={() => setVisible(!isVisible)}
        />
      </div>
    </div>
  )
}
