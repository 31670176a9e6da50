import { FolderOpen, RotateCcw } from 'lucide-react'
import { useId, useRef, useState } from 'react'
import type { ValueFault } from '#shared/contract/deploy.ts'
import { Button, Panel, Status, StatusGlyph } from '../../../kit/index.ts'
import { KnownValues } from './KnownValues.tsx'
import type { KnownValue, ValuesCheck } from './useValuesCheck.ts'
import { ValuesEditor, valuesLineHeight } from './ValuesEditor.tsx'
import { insertValue, lineOfValue, longestValues, showLine } from './valuesText.ts'

export interface ValuesPanelProps {
  text: string
  check: ValuesCheck
  /** The profile by its title. */
  profile: string
  /** What the text began with: the installed release's values. */
  start: string
  onChange: (text: string) => void
}

/** The values of a deployment beyond its profile: written, checked while one types, with a list of what there is. */
export function ValuesPanel({ text, check, profile, start, onChange }: ValuesPanelProps) {
  const field = useRef<HTMLTextAreaElement>(null)
  const chooser = useRef<HTMLInputElement>(null)
  const [problem, setProblem] = useState('')
  const faultsId = useId()
  const change = (next: string) => {
    setProblem('')
    onChange(next)
  }
  // The text reaches the field with the next frame.
  const goTo = (line: number) =>
    requestAnimationFrame(() => field.current && showLine(field.current, line, valuesLineHeight))
  const load = async (file: File) => {
    if (file.size > longestValues * 4) {
      setProblem(`${file.name} is too large: a values file has up to 200,000 characters.`)
      return
    }
    const read = await file.text()
    if (read.length > longestValues) {
      setProblem(`${file.name} is too large: a values file has up to 200,000 characters.`)
      return
    }
    change(read)
  }
  const insert = (value: KnownValue) => {
    const present = lineOfValue(text, value.path)
    if (present !== null) return goTo(present)
    const written = insertValue(text, value.path, value.standard)
    if (!written) {
      setProblem(`${value.path} cannot be inserted until the text can be read as YAML.`)
      return
    }
    change(written.text)
    goTo(written.line)
  }
  return (
    <Panel
      title="Values"
      isFlush
      aside={
        <>
          <CheckState check={check} />
          {text === start ? null : (
            <Button size="small" kind="quiet" icon={RotateCcw} onClick={() => change(start)}>
              {start === '' ? 'Clear' : 'As installed'}
            </Button>
          )}
          <Button size="small" icon={FolderOpen} onClick={() => chooser.current?.click()}>
            Load from file…
          </Button>
          <input
            ref={chooser}
            type="file"
            accept=".yaml,.yml"
            aria-label="Values file"
            className="visually-hidden"
            tabIndex={-1}
            onChange={(event) => {
              const file = event.target.files?.[0]
              event.target.value = ''
              if (file) void load(file)
            }}
          />
        </>
      }
    >
      <div className="values">
        <div className="values-left">
          <ValuesEditor
            text={text}
            faults={check.faults}
            onChange={change}
            onFile={(file) => void load(file)}
            field={field}
            describedBy={faultsId}
          />
          <div id={faultsId} className="values-below" role="status">
            {problem ? <Status status="failed">{problem}</Status> : null}
            {check.error ? (
              <Status status="warning">{`The values were not checked: ${check.error.message}`}</Status>
            ) : null}
            <FaultList faults={check.faults} onOpen={(fault) => goTo(fault.line)} />
          </div>
        </div>
        <KnownValues known={check.known} profile={profile} onInsert={insert} />
      </div>
    </Panel>
  )
}

function CheckState({ check }: { check: ValuesCheck }) {
  if (check.isChecking) return <Status status="progress">Checking</Status>
  if (check.error) return null
  const count = check.faults.length
  return count === 0 ? (
    <Status status="healthy">No faults</Status>
  ) : (
    <Status status="failed">{count === 1 ? '1 fault' : `${count} faults`}</Status>
  )
}

function FaultList({ faults, onOpen }: { faults: readonly ValueFault[]; onOpen: (fault: ValueFault) => void }) {
  if (faults.length === 0) return null
  return (
    <ul className="values-faults" aria-label="Faults in the values">
      {faults.map((fault, index) => (
        <li key={index}>
          <button type="button" onClick={() => onOpen(fault)}>
            <StatusGlyph status="failed" size={13} />
            <span className="values-fault-line">{fault.line > 0 ? `Line ${fault.line}` : 'Missing'}</span>
            <span className="selectable">
              {fault.path === '' || fault.message.includes(fault.path) ? null : <code>{fault.path}</code>}{' '}
              {fault.message}
            </span>
          </button>
        </li>
      ))}
    </ul>
  )
}
