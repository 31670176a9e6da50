import { useState } from 'react'

/** Runs one action at a time and keeps the sentence of its failure. */
export function useAction() {
  const [problem, setProblem] = useState('')
  const [isBusy, setBusy] = useState(false)
  const run = (action: () => Promise<unknown>) => {
    setBusy(true)
    setProblem('')
    action()
      .catch((error: unknown) => setProblem(error instanceof Error ? error.message : 'That did not work. Try again.'))
      .finally(() => setBusy(false))
  }
  return { problem, isBusy, run }
}
