import { createContext } from 'react'

/** Whether single-key shortcuts (J, K, X ...) are on; the shell provides the person's setting. */
export const SingleKeys = createContext(true)
