import { useEffect, useState } from 'react'
import type { z } from 'zod'
import type { Fault } from '#shared/contract/base.ts'
import type { ValueFault, valueDescription } from '#shared/contract/deploy.ts'
import { asFault, useConnection } from '../../../client/index.ts'

export type KnownValue = z.infer<typeof valueDescription>

export interface ValuesCheck {
  faults: readonly ValueFault[]
  known: readonly KnownValue[]
  /** The text has changed since; what is shown is about the text before. */
  isChecking: boolean
  /** The check itself could not be made. */
  error: Fault | undefined
}

interface Answer {
  text: string
  profile: string
  faults: readonly ValueFault[]
  known: readonly KnownValue[]
  error?: Fault
}

/** Milliseconds without a key before the text is checked. */
const pause = 250

/** Checks a values file while it is typed; an older question is given up as soon as there is a newer text. */
export function useValuesCheck(profile: string, text: string): ValuesCheck {
  const client = useConnection((connection) => connection.client)
  const [answer, setAnswer] = useState<Answer>({ text: '', profile: '', faults: [], known: [] })
  useEffect(() => {
    if (!client || profile === '') return
    const controller = new AbortController()
    const timer = setTimeout(() => {
      client.deploy.checkValues({ profile, values: text }, { signal: controller.signal }).then(
        (checked) => {
          if (!controller.signal.aborted) setAnswer({ text, profile, ...checked })
        },
        (thrown: unknown) => {
          if (controller.signal.aborted) return
          setAnswer((before) => ({ ...before, text, profile, faults: [], error: asFault(thrown) }))
        },
      )
    }, pause)
    return () => {
      clearTimeout(timer)
      controller.abort()
    }
  }, [client, profile, text])
  return {
    faults: answer.faults,
    known: answer.known,
    isChecking: answer.text !== text || answer.profile !== profile,
    error: answer.error,
  }
}
