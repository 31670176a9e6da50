import { Checkbox as BaseCheckbox } from '@base-ui/react/checkbox'
import { Switch } from '@base-ui/react/switch'
import { Check, Lock, Minus } from 'lucide-react'
import { useId, type ReactNode, type Ref } from 'react'
import { StatusGlyph } from './Status.tsx'
import type { Icon } from './Button.tsx'
import { useEnter } from './useEnter.ts'
import './Field.css'

export interface FieldProps {
  /** Shown above; use `hiddenLabel` to give it to screen readers only. */
  label: string
  hiddenLabel?: boolean
  value: string
  onChange: (value: string) => void
  placeholder?: string
  icon?: Icon
  /** Explains below the field. */
  hint?: ReactNode
  /** What is wrong and what to do, below the field. */
  error?: string | undefined
  /** Set by policy or role; the text says by whom. */
  locked?: string | undefined
  mono?: boolean
  suffix?: ReactNode
  autoFocus?: boolean
  /** When Enter is released in the field. */
  onEnter?: () => void
  type?: 'text' | 'number' | 'password'
  ref?: Ref<HTMLInputElement>
}

export function Field({
  label,
  hiddenLabel,
  value,
  onChange,
  error,
  hint,
  locked,
  icon: Glyph,
  ref,
  ...props
}: FieldProps) {
  const id = useId()
  const enter = useEnter(props.onEnter)
  const below = error ?? locked ?? hint
  const shared = {
    id,
    value,
    placeholder: props.placeholder,
    readOnly: locked !== undefined,
    'aria-invalid': error !== undefined || undefined,
    'aria-describedby': below === undefined ? undefined : `${id}-below`,
    autoFocus: props.autoFocus,
    spellCheck: false,
  }
  return (
    <div className="k-field">
      <label htmlFor={id} className={hiddenLabel ? 'visually-hidden' : 'k-field-label'}>
        {label}
      </label>
      <div className={boxClass(error, locked, props)}>
        {locked !== undefined ? <Lock size={14} strokeWidth={1.6} aria-hidden /> : null}
        {Glyph && locked === undefined ? <Glyph size={14} strokeWidth={1.6} aria-hidden /> : null}
        <input
          {...shared}
          ref={ref}
          type={props.type ?? 'text'}
          onChange={(event) => onChange(event.target.value)}
          {...enter}
        />
        {props.suffix}
        {error !== undefined ? <StatusGlyph status="failed" size={14} /> : null}
      </div>
      {below === undefined ? null : (
        <div id={`${id}-below`} className={error === undefined ? 'k-field-hint' : 'k-field-error'}>
          {below}
        </div>
      )}
    </div>
  )
}

function boxClass(error: string | undefined, locked: string | undefined, props: { mono?: boolean }) {
  return [
    'k-field-box',
    error !== undefined && 'k-field-wrong',
    locked !== undefined && 'k-field-locked',
    props.mono && 'mono',
  ]
    .filter(Boolean)
    .join(' ')
}

export interface CheckboxProps {
  /** Visible text, or the accessible name with `hiddenLabel`. */
  label: string
  hiddenLabel?: boolean
  checked: boolean
  /** Some of the things it stands for are checked. */
  mixed?: boolean
  onChange: (checked: boolean) => void
  disabled?: boolean
  detail?: ReactNode
}

export function Checkbox({ label, hiddenLabel, checked, mixed = false, onChange, disabled, detail }: CheckboxProps) {
  const Wrapper = hiddenLabel ? 'span' : 'label'
  return (
    <Wrapper className="k-checkbox">
      <BaseCheckbox.Root
        className="k-checkbox-box"
        checked={checked}
        indeterminate={mixed}
        disabled={disabled}
        onCheckedChange={onChange}
        aria-label={hiddenLabel ? label : undefined}
      >
        <BaseCheckbox.Indicator className="k-checkbox-mark">
          {mixed ? <Minus size={11} strokeWidth={3} aria-hidden /> : <Check size={11} strokeWidth={3} aria-hidden />}
        </BaseCheckbox.Indicator>
      </BaseCheckbox.Root>
      {hiddenLabel ? null : (
        <span>
          {label}
          {detail === undefined ? null : <span className="k-field-hint">{detail}</span>}
        </span>
      )}
    </Wrapper>
  )
}

export function Toggle({ label, hiddenLabel, checked, onChange, disabled, detail }: Omit<CheckboxProps, 'mixed'>) {
  return (
    <label className="k-toggle">
      <Switch.Root
        className="k-toggle-track"
        checked={checked}
        disabled={disabled}
        onCheckedChange={onChange}
        aria-label={hiddenLabel ? label : undefined}
      >
        <Switch.Thumb className="k-toggle-thumb" />
      </Switch.Root>
      {hiddenLabel ? null : (
        <span>
          {label}
          {detail === undefined ? null : <span className="k-field-hint">{detail}</span>}
        </span>
      )}
    </label>
  )
}
