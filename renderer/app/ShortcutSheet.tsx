import { Dialog, Keys } from '../kit/index.ts'
import { allActions, useActionRegistry, type Action } from './state/actions.ts'
import { useLayout } from './state/layout.ts'
import './ShortcutSheet.css'

/** Keys that belong to components and not to actions. */
const fixed: readonly [string, string][] = [
  ['J K', 'Move down or up in a table'],
  ['X', 'Select the row'],
  ['Shift+↑ ↓', 'Extend the selection'],
  ['↵', 'Open details'],
  ['Esc', 'Close one layer'],
]

/** The shortcuts that work on this page. */
export function ShortcutSheet() {
  const isOpen = useLayout((layout) => layout.areShortcutsOpen)
  const sources = useActionRegistry((registry) => registry.sources)
  if (!isOpen) return null
  const actions = allActions(sources).filter((action) => action.keys !== undefined)
  return (
    <Dialog
      size="medium"
      title="Shortcuts on this page"
      note="Single keys are off while a field or terminal has the focus. They can be turned off in Settings."
      onClose={() => useLayout.setState({ areShortcutsOpen: false })}
    >
      <div className="app-shortcuts">
        <section>
          <h3>Tables and layers</h3>
          {fixed.map(([keys, title]) => (
            <div key={keys}>
              <span>{title}</span>
              <Keys keys={keys} />
            </div>
          ))}
        </section>
        {bySection(actions).map(([section, members]) => (
          <section key={section}>
            <h3>{section}</h3>
            {members.map((action) => (
              <div key={action.id}>
                <span className="truncate">{action.title}</span>
                <Keys keys={action.keys ?? ''} />
              </div>
            ))}
          </section>
        ))}
      </div>
    </Dialog>
  )
}

function bySection(actions: readonly Action[]): [string, Action[]][] {
  const sections = new Map<string, Action[]>()
  for (const action of actions) sections.set(action.section, [...(sections.get(action.section) ?? []), action])
  return [...sections]
}
