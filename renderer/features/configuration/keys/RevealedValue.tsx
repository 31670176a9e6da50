import { Copy, Eye, EyeOff, Pencil } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useBlocked } from '../../../app/index.ts'
import { useCommand } from '../../../client/index.ts'
import { Button, CodeBlock, IconButton } from '../../../kit/index.ts'
import type { ObjectName } from '../objects/drafts.ts'

/** How long a revealed value stays on the screen. */
export const revealMilliseconds = 30_000

interface RevealedValueProps {
  object: ObjectName
  name: string
  onReplace: () => void
}

/** One value of a Secret: hidden; asked for when the person wants it, and gone after 30 s or on leaving. */
export function RevealedValue({ object, name, onReplace }: RevealedValueProps) {
  const [shown, setShown] = useState<{ value: string; isBinary: boolean } | null>(null)
  const blocked = useBlocked('operator')
  const reveal = useCommand(async (client) => {
    setShown(await client.configuration.reveal({ ...object.scope, name: object.name, key: name }))
  })
  useEffect(() => {
    if (!shown) return
    const hide = () => setShown(null)
    const timer = setTimeout(hide, revealMilliseconds)
    window.addEventListener('blur', hide)
    return () => {
      clearTimeout(timer)
      window.removeEventListener('blur', hide)
    }
  }, [shown])
  if (!shown) {
    return (
      <div className="configuration-hidden">
        <span aria-label="Hidden" className="dim">
          ••••••••
        </span>
        <Button size="small" kind="quiet" icon={Eye} busy={reveal.isBusy} reason={blocked} onClick={() => reveal.run()}>
          Reveal
        </Button>
        <Button size="small" kind="quiet" icon={Pencil} reason={blocked} onClick={onReplace}>
          Replace
        </Button>
        {reveal.error ? (
          <span className="configuration-refused" role="alert">
            {reveal.error.message}
          </span>
        ) : null}
      </div>
    )
  }
  return (
    <div className="configuration-revealed">
      <CodeBlock text={shown.value} />
      <div>
        <span className="note">
          {shown.isBinary ? 'Base64 of a binary value. ' : ''}Hides after 30 s. This is in the audit log.
        </span>
        <IconButton
          icon={Copy}
          size="small"
          label={`Copy ${name}`}
          onClick={() => void navigator.clipboard.writeText(shown.value)}
        />
        <IconButton icon={EyeOff} size="small" label={`Hide ${name}`} onClick={() => setShown(null)} />
      </div>
    </div>
  )
}
