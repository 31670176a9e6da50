import { ShieldQuestion } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import type { TerminalQuestion } from '#shared/contract/terminals.ts'
import type { DockTab } from '../../app/index.ts'
import { engine, useCommand } from '../../client/index.ts'
import { Button, CodeBlock, EnvironmentChip, Facts, Field, plural } from '../../kit/index.ts'
import { Seconds } from './GuardBadge.tsx'
import { namesOf, questionTitle } from './guardWords.ts'

interface GuardQuestionProps {
  tab: DockTab
  question: TerminalQuestion
  /** Of this terminal, this one included. */
  waiting: number
  /** Whether keys go to this terminal now. */
  hasKeys: () => boolean
}

/** A write of a production terminal, in the terminal: what it would do, and a yes or a no. The safe answer has the focus. */
export function GuardQuestion({ tab, question, waiting, hasKeys }: GuardQuestionProps) {
  const [typed, setTyped] = useState('')
  const hasKeysAtFirst = useRef(hasKeys)
  const refuse = useRef<HTMLButtonElement>(null)
  const field = useRef<HTMLInputElement>(null)
  const { id, context, cluster, level } = question
  const namespace = tab.namespace ?? ''
  const command = useCommand((client, answer: 'refuse' | 'once' | 'forAWhile', typedName?: string) =>
    client.terminals.answer({
      context,
      namespace,
      id,
      answer,
      confirmation: typedName === undefined ? {} : { typedName },
    }),
  )
  const isTyped = level === 2 || typed === cluster
  const allow = () => {
    if (isTyped) void command.run('once', level === 3 ? typed : undefined)
  }
  useEffect(() => {
    // Whoever types elsewhere keeps the focus: the next key must not answer a question that was not read.
    if (hasKeysAtFirst.current()) (level === 3 ? field.current : refuse.current)?.focus()
  }, [id, level])
  return (
    <section
      className="terminal-question"
      role="alertdialog"
      aria-label={questionTitle(question)}
      data-testid="terminal-question"
    >
      <header>
        <ShieldQuestion size={16} strokeWidth={1.6} aria-hidden />
        <b className="selectable">{questionTitle(question)}?</b>
        <span className="terminal-question-cluster">
          <EnvironmentChip environment="production" />
          <span className="mono">{cluster}</span>
        </span>
      </header>
      <div className="terminal-question-body">
        <Facts rows={factsOf(question)} />
        {question.content === '' ? null : <CodeBlock text={question.content} />}
      </div>
      <footer>
        <span className="note">
          {command.error ? command.error.message : null} Refused in <Seconds until={question.until} />.
          {level === 2
            ? ' Allowing writes lets this terminal change the cluster unasked for 60 s, except where its name must be typed.'
            : ''}
          {waiting > 1 ? ` ${plural(waiting - 1, 'more request waits', 'more requests wait')}.` : ''}
        </span>
        {level === 3 ? (
          <Field
            ref={field}
            label={`Type ${cluster} to allow this`}
            hiddenLabel
            mono
            placeholder={`Type ${cluster}`}
            value={typed}
            onChange={setTyped}
            onEnter={allow}
          />
        ) : null}
        <Button ref={refuse} onClick={() => void command.run('refuse')}>
          Refuse
        </Button>
        {level === 2 ? (
          <Button busy={command.isBusy} onClick={() => void command.run('forAWhile')}>
            Allow writes for 60 s
          </Button>
        ) : null}
        <Button
          kind="production"
          busy={command.isBusy}
          reason={isTyped ? undefined : `Type ${cluster} first.`}
          onClick={allow}
        >
          Allow once
        </Button>
      </footer>
    </section>
  )
}

function factsOf(question: TerminalQuestion): { name: string; value: string }[] {
  const { namespace, names, count, request, command, actsAs } = question
  return [
    ...(namespace === null ? [] : [{ name: 'Namespace', value: namespace }]),
    ...(names.length > 1 || count === null || count > 1 ? [{ name: 'Objects', value: namesOf(question) }] : []),
    ...(command === '' ? [] : [{ name: 'Command', value: command }]),
    { name: 'Request', value: request },
    ...(actsAs === '' ? [] : [{ name: 'Acts as', value: actsAs }]),
  ]
}

/** Below the screen while writes pass: how long, and the way to end it. */
export function AllowedStrip({ streamId, until }: { streamId: string; until: number }) {
  return (
    <div className="terminal-end terminal-allowed" role="status">
      <ShieldQuestion size={14} strokeWidth={1.6} aria-hidden />
      <span>
        Writes of this terminal to production pass unasked for <Seconds until={until} />.
      </span>
      <Button size="small" onClick={() => void engine().terminals.lock({ streamId })}>
        Ask again now
      </Button>
    </div>
  )
}
