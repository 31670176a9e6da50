import type { ReactNode } from 'react'
import { CodeBlock, plural } from '../../kit/index.ts'

/** The lines as they would be pasted, for the confirmation. */
export const pasteQuestion = (text: string, removed: number): ReactNode => (
  <div className="terminal-paste">
    <p>
      The program in this terminal may run each line as it arrives.
      {removed === 0 ? '' : ` ${plural(removed, 'control character')} will be left out.`}
    </p>
    <CodeBlock text={text} />
  </div>
)
