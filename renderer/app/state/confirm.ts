import type { ReactNode } from 'react'
import { create } from 'zustand'

/** What the person did in the dialog, as the contract's destructive calls want it. */
export interface Confirmation {
  typedName?: string
  reason?: string
}

export interface ConfirmRequest {
  /** 2 a dialog. 3 changes data: on a production cluster its name must be typed. */
  level: 2 | 3
  /** A question or the act itself: "Restart 2 agents pods?" */
  title: string
  /** What changes, who notices, for how long, what stays. */
  message?: ReactNode
  /** Rows of what changes: "Restarted": "backend, mcp (4 pods)". */
  changes?: readonly { title: string; detail: string }[]
  /** Said first, in amber, where undo is impossible. */
  warning?: string
  /** Names the act: "Restart 2 pods". */
  confirmLabel: string
  cancelLabel?: string
  /** Deletes something: the button is red-edged where it is not production-coloured. */
  isDanger?: boolean
  /** The cluster it reaches; the current one when not named. Its environment decides about the typed name. */
  cluster?: string
  /** Asks for a reason that is kept in the audit log. */
  asksReason?: boolean
  /** More room, for a plan with two columns passed in `message`. */
  isWide?: boolean
}

interface Pending extends ConfirmRequest {
  answer: (confirmation: Confirmation | null) => void
}

export const useConfirmRequest = create<{ pending: Pending | null }>(() => ({ pending: null }))

/** Asks the person. Null when they kept things as they are. A second request closes the first one unanswered. */
export function confirm(request: ConfirmRequest): Promise<Confirmation | null> {
  useConfirmRequest.getState().pending?.answer(null)
  return new Promise((resolve) => {
    const answer = (confirmation: Confirmation | null) => {
      useConfirmRequest.setState({ pending: null })
      resolve(confirmation)
    }
    useConfirmRequest.setState({ pending: { ...request, answer } })
  })
}
