import { Dialog } from '@base-ui/react/dialog'
import { Command } from 'cmdk'
import { Search } from 'lucide-react'
import { useState } from 'react'
import { EnvironmentChip, Keys } from '../kit/index.ts'
import { finders } from './features.ts'
import { NamespaceFinder } from './NamespaceFinder.tsx'
import { isNamed, matches, matchRanges } from './paletteSearch.ts'
import { allActions, useActionRegistry, type Action } from './state/actions.ts'
import { useCurrentCluster } from './state/clusters.ts'
import { useLayout } from './state/layout.ts'
import { runAction } from './useKeyboard.ts'
import './Palette.css'

const close = () => useLayout.setState({ isPaletteOpen: false })

/** Every action, place and object, found by typing. `>` lists commands only, `@` clusters. */
export function Palette() {
  const isOpen = useLayout((layout) => layout.isPaletteOpen)
  return (
    <Dialog.Root open={isOpen} onOpenChange={(open) => useLayout.setState({ isPaletteOpen: open })}>
      <Dialog.Portal>
        <Dialog.Backdrop className="k-scrim" />
        <Dialog.Popup className="app-palette">
          <Dialog.Title className="visually-hidden">Search and commands</Dialog.Title>
          <PaletteContent />
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  )
}

function PaletteContent() {
  const prefix = useLayout((layout) => layout.palettePrefix)
  const [text, setText] = useState(prefix)
  const cluster = useCurrentCluster()
  const actions = allActions(useActionRegistry((registry) => registry.sources))
  const sections = groupActions(actions, text)
  const query = text.replace(/^[>@]\s*/, '')
  // Objects are asked for once somebody types; a cluster is found without them.
  const wanted = text.startsWith('@') ? '' : query.trim()
  return (
    <Command shouldFilter={false} loop label="Search and commands">
      <NamespaceFinder query={wanted} />
      {finders.map((Finder, index) => (
        <Finder key={index} query={wanted} />
      ))}
      <div className="app-palette-head">
        <Search size={15} strokeWidth={1.6} aria-hidden />
        <Command.Input value={text} onValueChange={setText} placeholder="Search, go to, or run a command" />
        {cluster ? (
          <span className="app-palette-cluster">
            <EnvironmentChip environment={cluster.environment} /> {cluster.name}
          </span>
        ) : null}
      </div>
      <Command.List className="app-palette-list">
        <Command.Empty className="app-palette-none">Nothing matches “{query}”.</Command.Empty>
        {sections.map(([section, members]) => (
          <Command.Group key={section} heading={section}>
            {members.map((action) => (
              <PaletteItem
                key={action.id}
                action={action}
                query={query}
                isProduction={cluster?.environment === 'production'}
              />
            ))}
          </Command.Group>
        ))}
      </Command.List>
      <div className="app-palette-foot">
        <span>
          <Keys keys="↑ ↓" /> move
        </span>
        <span>
          <Keys keys="↵" /> run
        </span>
        <span>
          <Keys keys=">" /> commands only
        </span>
        <span>
          <Keys keys="@" /> clusters
        </span>
        <span className="app-palette-last">Changes ask first</span>
      </div>
    </Command>
  )
}

function groupActions(actions: readonly Action[], text: string): [string, Action[]][] {
  const shown = actions.filter((action) => !action.isHidden && matches(action, text))
  const sections = new Map<string, Action[]>()
  for (const action of shown) sections.set(action.section, [...(sections.get(action.section) ?? []), action])
  const rank = (section: string) => ['Go to', 'Go to cluster', 'View'].indexOf(section)
  const distance = (members: Action[]) => (members.some((action) => isNamed(action, text)) ? 0 : 1)
  return [...sections].sort(([a, some], [b, others]) => distance(some) - distance(others) || rank(a) - rank(b))
}

function PaletteItem({ action, query, isProduction }: { action: Action; query: string; isProduction: boolean }) {
  const Glyph = action.icon
  const isBlocked = action.reason !== undefined && action.reason !== ''
  const changes = action.effect !== 'read' && action.section !== 'Clusters'
  return (
    <Command.Item
      value={action.id}
      disabled={isBlocked}
      onSelect={() => {
        close()
        runAction(action)
      }}
    >
      {Glyph ? <Glyph size={15} strokeWidth={1.6} aria-hidden /> : <span className="app-palette-gap" />}
      <span className="app-palette-title">
        {matchRanges(action.title, query).map((part, index) =>
          part.isMatch ? <mark key={index}>{part.text}</mark> : part.text,
        )}
      </span>
      {action.detail === undefined || isBlocked ? null : (
        <span className="app-palette-detail truncate">{action.detail}</span>
      )}
      <span className="app-palette-side">
        {isBlocked ? <span className="app-palette-reason truncate">{action.reason}</span> : null}
        {changes && isProduction && !isBlocked ? <span className="app-palette-effect">changes production</span> : null}
        {action.keys === undefined || isBlocked ? null : <Keys keys={action.keys} />}
      </span>
    </Command.Item>
  )
}
