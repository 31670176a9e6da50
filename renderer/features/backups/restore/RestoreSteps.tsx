import { Shield, Zap } from 'lucide-react'
import type { ReactNode } from 'react'
import { formatClock, formatTime, formatDuration, StatusGlyph, type StatusKind } from '../../../kit/index.ts'
import { stepBars, type StepBar } from './stepBars.ts'

export interface RestoreStep {
  id: string
  title: string
  detail: string
  group: 'safe' | 'change'
  plannedMs?: number | undefined
  state?: 'waiting' | 'running' | 'done' | 'failed' | 'skipped' | 'undone' | 'interrupted'
  startedAt?: number | undefined
  endedAt?: number | undefined
}

const status: Record<NonNullable<RestoreStep['state']>, StatusKind> = {
  waiting: 'waiting',
  running: 'progress',
  done: 'healthy',
  failed: 'failed',
  skipped: 'off',
  undone: 'doneBefore',
  interrupted: 'warning',
}

export interface RestoreStepsProps {
  steps: readonly RestoreStep[]
  now: number
  /** "Production", "The sandbox": who keeps running unchanged. */
  who: string
  isProduction: boolean
  /** Planned: numbered, with details. Else with states, times and real durations. */
  isPlan?: boolean
}

/** The steps in two groups: what leaves the live system alone, and what changes it. Bars share one axis of time. */
export function RestoreSteps({ steps, now, who, isProduction, isPlan = false }: RestoreStepsProps) {
  const bars = stepBars(steps, now)
  const rows = steps.map((step, index) => ({ step, bar: bars[index] ?? null, number: index + 1 }))
  const firstChange = steps.find((step) => step.group === 'change')
  const row = (each: (typeof rows)[number]) => (
    <Row key={each.step.id} {...each} now={now} isPlan={isPlan} isProduction={isProduction} />
  )
  return (
    <>
      <Group
        title={isPlan ? `${who} keeps running unchanged` : `${who} unchanged`}
        aside={isPlan ? 'stop at any time' : ''}
        icon={<Shield size={14} aria-hidden />}
        kind="safe"
      >
        {rows.filter(({ step }) => step.group === 'safe').map(row)}
      </Group>
      <Group
        title={`${who} changes`}
        aside={
          isPlan
            ? 'undo afterwards'
            : firstChange?.startedAt === undefined
              ? ''
              : `since ${formatTime(firstChange.startedAt)}`
        }
        icon={<Zap size={14} aria-hidden />}
        kind={isProduction ? 'production' : 'change'}
      >
        {rows.filter(({ step }) => step.group === 'change').map(row)}
      </Group>
    </>
  )
}

function Group(props: { title: string; aside: string; icon: ReactNode; kind: string; children: ReactNode }) {
  return (
    <section className={`restore-group restore-group-${props.kind}`}>
      <header>
        {props.icon}
        {props.title}
        <span>{props.aside}</span>
      </header>
      <ol>{props.children}</ol>
    </section>
  )
}

interface RowProps {
  step: RestoreStep
  bar: StepBar | null
  number: number
  now: number
  isPlan: boolean
  isProduction: boolean
}

function Row({ step, bar, number, now, isPlan, isProduction }: RowProps) {
  const state = step.state ?? 'waiting'
  const tone =
    isPlan || state === 'waiting'
      ? 'planned'
      : step.group === 'change' && isProduction
        ? 'production'
        : state === 'failed'
          ? 'failed'
          : state === 'running'
            ? 'running'
            : 'done'
  return (
    <li className={`restore-step restore-step-${state}`} aria-current={state === 'running' ? 'step' : undefined}>
      {isPlan ? <b className="restore-number">{number}</b> : <StatusGlyph status={status[state]} size={15} />}
      <span className="restore-title">
        {step.title}
        {isPlan ? null : <span className="visually-hidden"> {state}</span>}
        {step.detail && (isPlan || state === 'running' || state === 'failed') ? <small>{step.detail}</small> : null}
      </span>
      {isPlan ? null : <time className="mono">{step.startedAt === undefined ? '' : formatClock(step.startedAt)}</time>}
      <span className="restore-axis" aria-hidden>
        {bar ? (
          <i
            className={`restore-bar-${tone}`}
            style={{ left: `${bar.from * 100}%`, width: `${Math.max(0.8, bar.width * 100)}%` }}
          />
        ) : null}
      </span>
      <span className="restore-took">{took(step, now)}</span>
    </li>
  )
}

function took(step: RestoreStep, now: number): string {
  if (step.startedAt !== undefined) return formatDuration(Math.max(0, (step.endedAt ?? now) - step.startedAt))
  return step.plannedMs === undefined ? '' : `about ${formatDuration(step.plannedMs)}`
}
