import { create } from 'zustand'
import { asFault } from '../../client/index.ts'
import type { StatusKind } from '../../kit/index.ts'

export interface Toast {
  id: string
  /** When it was said, milliseconds since 1970. */
  at: number
  /** The context of the cluster that it is about; absent where it is about none. */
  context?: string | undefined
  status: StatusKind
  title: string
  detail?: string
  /** The raw facts behind "Details". */
  facts?: Readonly<Record<string, unknown>>
  /** Offered for 10 s, and on Ctrl+Z. */
  undo?: () => void | Promise<void>
  /** A next step: "Open task". */
  action?: { title: string; perform: () => void }
}

/** Level 1: act at once and offer Undo for 10 s (design rule). All leave; the bell keeps them. */
export const toastMilliseconds = 10_000

/** How many messages the bell keeps. */
const longestHistory = 100

interface Messages {
  /** Shown now, oldest first. */
  toasts: readonly Toast[]
  /** All of this session, newest first. */
  history: readonly Toast[]
  unseenFailures: number
}

export const useToasts = create<Messages>(() => ({ toasts: [], history: [], unseenFailures: 0 }))

export function toast(message: Omit<Toast, 'id' | 'at'>): string {
  const shown: Toast = { ...message, id: crypto.randomUUID(), at: Date.now() }
  useToasts.setState(({ toasts, history, unseenFailures }) => ({
    toasts: [...toasts.slice(-3), shown],
    history: [shown, ...history.slice(0, longestHistory - 1)],
    unseenFailures: unseenFailures + Number(message.status === 'failed'),
  }))
  return shown.id
}

/** The bell was opened. */
export function markMessagesSeen(): void {
  useToasts.setState({ unseenFailures: 0 })
}

export function dismissToast(id: string): void {
  useToasts.setState(({ toasts }) => ({ toasts: toasts.filter((other) => other.id !== id) }))
}

/**
 * Tells the person about a failed act: what was tried, then the error's own words. Cancelling on request is no failure.
 * @param context of the cluster that was to be reached
 */
export function reportError(thrown: unknown, title: string, context?: string): void {
  const fault = asFault(thrown)
  if (fault.code === 'CANCELLED') return
  toast({ status: 'failed', context, title, detail: fault.message, facts: { code: fault.code, ...fault.details } })
}

/** Undoes the newest toast that can be. */
export function undoLatest(): void {
  const latest = useToasts.getState().toasts.findLast((other) => other.undo)
  if (!latest) return
  dismissToast(latest.id)
  void Promise.resolve(latest.undo?.()).catch((thrown: unknown) => reportError(thrown, 'Undo did not work'))
}
