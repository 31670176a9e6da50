import type { ReactNode } from 'react'
import { useNow } from './clock.ts'
import { formatBytes, formatCount, formatDuration } from './formats.ts'
import { StatusGlyph, type StatusKind } from './Status.tsx'
import './StepList.css'

/** The same shape as a step of the contract's tasks. */
interface StepLike {
  id: string
  title: string
  state: 'waiting' | 'running' | 'done' | 'failed' | 'skipped' | 'undone' | 'interrupted'
  detail: string
  startedAt?: number | undefined
  endedAt?: number | undefined
  plannedMs?: number | undefined
  progress?: { done: number; total?: number | undefined; unit: 'bytes' | 'pods' | 'objects' } | undefined
}

const glyphs: Record<StepLike['state'], StatusKind> = {
  waiting: 'waiting',
  running: 'progress',
  done: 'healthy',
  failed: 'failed',
  skipped: 'off',
  undone: 'doneBefore',
  interrupted: 'warning',
}

const words: Record<StepLike['state'], string> = {
  waiting: 'waiting',
  running: 'running',
  done: 'done',
  failed: 'failed',
  skipped: 'skipped',
  undone: 'undone',
  interrupted: 'interrupted',
}

export interface StepListProps {
  steps: readonly StepLike[]
  label: string
  /** A line joins the glyphs, as in the stages of a deployment. */
  isJoined?: boolean
  selected?: string
  onSelect?: (id: string) => void
  /** More below a step: its pods, its waits. */
  more?: (step: StepLike) => ReactNode
}

/** Steps with their state, planned and actual durations. */
export function StepList({ steps, label, isJoined, selected, onSelect, more }: StepListProps) {
  return (
    <ol className={isJoined ? 'k-steps k-steps-joined' : 'k-steps'} aria-label={label}>
      {steps.map((step) => (
        <li
          key={step.id}
          className={`k-step k-step-${step.state}`}
          aria-current={step.state === 'running' ? 'step' : undefined}
        >
          <StatusGlyph status={glyphs[step.state]} size={15} />
          <div className="k-step-body" data-selected={selected === step.id || undefined}>
            <StepHead step={step} onSelect={onSelect} />
            {step.detail === '' ? null : <div className="k-step-detail selectable">{step.detail}</div>}
            {step.state === 'running' && step.progress ? (
              <StepProgress progress={step.progress} title={step.title} />
            ) : null}
            {more?.(step)}
          </div>
        </li>
      ))}
    </ol>
  )
}

function StepHead({ step, onSelect }: { step: StepLike; onSelect?: ((id: string) => void) | undefined }) {
  return (
    <div className="k-step-head">
      {onSelect ? (
        <button type="button" className="k-step-title" onClick={() => onSelect(step.id)}>
          {step.title}
        </button>
      ) : (
        <span className="k-step-title">{step.title}</span>
      )}
      <span className="visually-hidden">{words[step.state]}</span>
      <StepTime step={step} />
    </div>
  )
}

/** Actual duration where there is one, "about ..." where a duration is known from earlier runs. */
function StepTime({ step }: { step: StepLike }) {
  const now = useNow()
  if (step.startedAt !== undefined) {
    const end = step.endedAt ?? (step.state === 'running' ? Math.max(now, step.startedAt) : undefined)
    if (end !== undefined) return <span className="k-step-time">{formatDuration(end - step.startedAt)}</span>
  }
  if (step.state !== 'waiting' || step.plannedMs === undefined) return null
  return <span className="k-step-time dim">about {formatDuration(step.plannedMs)}</span>
}

function StepProgress({ progress, title }: { progress: NonNullable<StepLike['progress']>; title: string }) {
  const write = progress.unit === 'bytes' ? formatBytes : formatCount
  const unit = progress.unit === 'bytes' ? '' : ` ${progress.unit}`
  const { done, total } = progress
  return (
    <div className="k-step-progress">
      {total === undefined ? null : <ProgressBar value={total === 0 ? 1 : done / total} label={title} />}
      <span>{total === undefined ? `${write(done)}${unit}` : `${write(done)} of ${write(total)}${unit}`}</span>
    </div>
  )
}

/** A still bar. @param value 0 to 1 */
export function ProgressBar({
  value,
  label,
  tone = 'info',
}: {
  value: number
  label: string
  tone?: 'info' | 'ok' | 'crit' | 'production'
}) {
  const percent = Math.round(Math.min(1, Math.max(0, value)) * 100)
  return (
    <div
      className={`k-progress k-progress-${tone}`}
      role="progressbar"
      aria-label={label}
      aria-valuenow={percent}
      aria-valuemin={0}
      aria-valuemax={100}
    >
      <i style={{ width: `${percent}%` }} />
    </div>
  )
}
