import { Plus, RotateCcw, Trash2 } from 'lucide-react'
import { useState } from 'react'
import type { WorkloadDetail } from '#shared/contract/rollouts.ts'
import { Button, Field, IconButton, ValueField } from '../../../kit/index.ts'
import type { FormProps } from './formProps.ts'
import { ContainerChoice } from './ContainerChoice.tsx'

type Variable = WorkloadDetail['containers'][number]['environment'][number]

/** What was typed. New variables have their own list: a name half typed may be that of another variable. */
interface Typed {
  edited: Readonly<Record<string, string>>
  added: readonly { name: string; value: string }[]
  removed: readonly string[]
}

const nothingTyped: Typed = { edited: {}, added: [], removed: [] }

/** Variables of one container: plain values are edited, the others say where they come from and can only be removed. */
export function EnvironmentForm(props: FormProps<'setEnvironment'> & { variable: string | undefined }) {
  const { change, detail, variable, onChange, onEnter } = props
  const [typed, setTyped] = useState(nothingTyped)
  const live = detail.containers.find((each) => each.name === change.container)?.environment ?? []
  const tell = (next: Typed, container = change.container) => {
    setTyped(next)
    const edited = Object.entries(next.edited).map(([name, value]) => ({ name, value }))
    onChange({ do: 'setEnvironment', container, set: [...edited, ...next.added], remove: [...next.removed] })
  }
  return (
    <div className="change-form">
      <ContainerChoice
        detail={detail}
        value={change.container}
        onChange={(container) => tell(nothingTyped, container)}
      />
      <div className="change-variables">
        {live.map((each) => (
          <LiveVariable
            key={each.name}
            variable={each}
            value={typed.edited[each.name] ?? each.value}
            isRemoved={typed.removed.includes(each.name)}
            isFirst={each.name === variable}
            onEnter={onEnter}
            onValue={(value) => tell({ ...typed, edited: edit(typed.edited, each, value) })}
            onRemoved={(isRemoved) =>
              tell({
                ...typed,
                edited: edit(typed.edited, each, each.value),
                removed: isRemoved ? [...typed.removed, each.name] : typed.removed.filter((name) => name !== each.name),
              })
            }
          />
        ))}
        {typed.added.map((each, index) => (
          <NewVariable
            key={index}
            variable={each}
            onEnter={onEnter}
            onChange={(next) => tell({ ...typed, added: replaced(typed.added, index, next) })}
          />
        ))}
        {live.length + typed.added.length === 0 ? (
          <p className="quiet-text">This container has no variables of its own.</p>
        ) : null}
      </div>
      <div>
        <Button
          size="small"
          icon={Plus}
          reason={typed.added.some((each) => each.name === '') ? 'Name the new variable first.' : undefined}
          onClick={() => tell({ ...typed, added: [...typed.added, { name: '', value: '' }] })}
        >
          Add a variable
        </Button>
      </div>
    </div>
  )
}

/** A value typed back to what is live is no change. */
function edit(edited: Typed['edited'], variable: Variable, value: string): Typed['edited'] {
  const { [variable.name]: _before, ...rest } = edited
  return value === variable.value ? rest : { ...rest, [variable.name]: value }
}

function replaced<Item>(list: readonly Item[], index: number, next: Item | undefined): Item[] {
  return list.flatMap((each, at) => (at === index ? (next === undefined ? [] : [next]) : [each]))
}

interface LiveVariableProps {
  variable: Variable
  value: string
  isRemoved: boolean
  isFirst: boolean
  onEnter: () => void
  onValue: (value: string) => void
  onRemoved: (isRemoved: boolean) => void
}

function LiveVariable({ variable, value, isRemoved, isFirst, onEnter, onValue, onRemoved }: LiveVariableProps) {
  const { name, from } = variable
  return (
    <div className="change-variable">
      <span className={isRemoved ? 'mono truncate change-removed' : 'mono truncate'} title={name}>
        {name}
      </span>
      {isRemoved ? (
        <span className="dim">is removed</span>
      ) : from === '' ? (
        <ValueField
          label={`Value of ${name}`}
          hiddenLabel
          autoFocus={isFirst}
          value={value}
          onChange={onValue}
          onEnter={onEnter}
        />
      ) : (
        <span className="dim truncate" title={from}>
          {from}
        </span>
      )}
      <IconButton
        icon={isRemoved ? RotateCcw : Trash2}
        size="small"
        label={isRemoved ? `Keep ${name}` : `Remove ${name}`}
        onClick={() => onRemoved(!isRemoved)}
      />
    </div>
  )
}

interface NewVariableProps {
  variable: { name: string; value: string }
  onChange: (next: { name: string; value: string } | undefined) => void
  onEnter: () => void
}

function NewVariable({ variable, onChange, onEnter }: NewVariableProps) {
  const { name, value } = variable
  return (
    <div className="change-variable">
      <Field
        label="Name of the new variable"
        hiddenLabel
        mono
        placeholder="NAME"
        autoFocus
        value={name}
        onChange={(typed) => onChange({ name: typed.trim(), value })}
      />
      <ValueField
        label={`Value of ${name || 'the new variable'}`}
        hiddenLabel
        placeholder="value"
        value={value}
        onChange={(typed) => onChange({ name, value: typed })}
        onEnter={onEnter}
      />
      <IconButton icon={Trash2} size="small" label={`Do not add ${name || 'it'}`} onClick={() => onChange(undefined)} />
    </div>
  )
}
