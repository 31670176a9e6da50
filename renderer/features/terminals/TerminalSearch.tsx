import type { SearchAddon } from '@xterm/addon-search'
import { ChevronDown, ChevronUp } from 'lucide-react'
import { useState } from 'react'
import { Field, IconButton } from '../../kit/index.ts'

export function TerminalSearch({ search, onClose }: { search: SearchAddon; onClose: () => void }) {
  const [text, setText] = useState('')
  return (
    <div
      className="terminal-search"
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return
        event.stopPropagation()
        onClose()
      }}
    >
      <Field
        label="Search in this terminal"
        hiddenLabel
        autoFocus
        placeholder="Search"
        value={text}
        onChange={(value) => {
          setText(value)
          search.findNext(value, { incremental: true })
        }}
        onEnter={() => search.findNext(text)}
      />
      <IconButton icon={ChevronUp} label="Previous" size="small" onClick={() => search.findPrevious(text)} />
      <IconButton icon={ChevronDown} label="Next" size="small" onClick={() => search.findNext(text)} />
    </div>
  )
}
