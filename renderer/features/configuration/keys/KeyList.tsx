import { Plus } from 'lucide-react'
import { useState } from 'react'
import { useBlocked } from '../../../app/index.ts'
import { Button, Field } from '../../../kit/index.ts'
import { keepDraft, type KeysDraft, type ObjectName } from '../objects/drafts.ts'
import { KeyRow } from './KeyRow.tsx'
import { keyProblem, withoutValue, withRemoved, withValue, type KeysObject } from './keysDraft.ts'

interface KeyListProps {
  object: ObjectName
  live: KeysObject
  draft: KeysDraft | undefined
  /** Why nothing can be typed here now. */
  locked?: string | undefined
}

/** One row for every key, those that are new at the end, and a field for another one. */
export function KeyList({ object, live, draft, locked }: KeyListProps) {
  const isSecret = object.kind === 'Secret'
  const added = [...(draft?.set.keys() ?? [])].filter((key) => live.keys.every((each) => each.key !== key))
  const rows = [...live.keys, ...added.map((key) => ({ key, value: '', bytes: 0, isBinary: false }))]
  return (
    <section aria-label={`Keys of ${object.name}`} className="configuration-keys">
      {rows.map((each) => (
        <KeyRow
          key={each.key}
          object={object}
          live={each}
          isNew={added.includes(each.key)}
          isRemoved={draft?.remove.includes(each.key) ?? false}
          locked={locked}
          typed={draft?.set.get(each.key)}
          onType={(value) => keepDraft(object, withValue(draft, live, each.key, value, isSecret))}
          onRemove={() => keepDraft(object, withRemoved(draft, live, each.key))}
          onRevert={() => keepDraft(object, draft ? withoutValue(draft, live, each.key) : null)}
        />
      ))}
      <NewKey
        taken={rows.map((each) => each.key)}
        locked={locked}
        onAdd={(key) => keepDraft(object, withValue(draft, live, key, '', true))}
      />
    </section>
  )
}

interface NewKeyProps {
  taken: readonly string[]
  locked: string | undefined
  onAdd: (key: string) => void
}

function NewKey({ taken, locked, onAdd }: NewKeyProps) {
  const [name, setName] = useState('')
  const role = useBlocked('operator')
  const blocked = role ?? locked
  const problem = name === '' ? undefined : keyProblem(name, taken)
  const add = () => {
    if (blocked !== undefined || name === '' || problem !== undefined) return
    onAdd(name)
    setName('')
  }
  return (
    <div className="configuration-new-key">
      <Field
        label="New key"
        hiddenLabel
        mono
        placeholder="NEW_KEY"
        value={name}
        error={problem}
        onChange={setName}
        onEnter={add}
      />
      <Button icon={Plus} reason={blocked ?? (name === '' ? 'Type the name of the key first.' : problem)} onClick={add}>
        Add key
      </Button>
    </div>
  )
}
