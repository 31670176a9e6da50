import { create } from 'zustand'
import { asFault } from '../../client/index.ts'
import type { StatusKind } from '../../kit/index.ts'

export interface Toast {
  id: string
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

/** Level 1: act at once and offer Undo for 10 s (design rule). Errors stay until closed. */
export const toastMilliseconds = 10_000

export const useToasts = create<{ toasts: readonly Toast[] }>(() => ({ toasts: [] }))

export function toast(message: Omit<Toast, 'id'>): string {
  const id = crypto.randomUUID()
  useToasts.setState(({ toasts }) => ({ toasts: [...toasts.slice(-3), { ...message, id }] }))
  return id
}

export function dismissToast(id: string): void {
  useToasts.setState(({ toasts }) => ({ toasts: toasts.filter((other) => other.id !== id) }))
}

/** Tells the person about a failed act: what was tried, then the error's own words. Cancelling on request is no failure. */
export function reportError(thrown: unknown, title: string): void {
  const fault = asFault(thrown)
  if (fault.code === 'CANCELLED') return
  toast({ status: 'failed', title, detail: fault.message, facts: { code: fault.code, ...fault.details } })
}

/** Undoes the newest toast that can be. */
export function undoLatest(): void {
  const latest = useToasts.getState().toasts.findLast((other) => other.undo)
  if (!latest) return
  dismissToast(latest.id)
  void Promise.resolve(latest.undo?.()).catch((thrown: unknown) => reportError(thrown, 'Undo did not work'))
}
