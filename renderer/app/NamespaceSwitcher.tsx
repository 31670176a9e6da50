import { Popover } from '@base-ui/react/popover'
import { Check, ChevronDown, Search } from 'lucide-react'
import { useRef, useState, type RefObject } from 'react'
import type { ContextRow, SuiteRow } from '#shared/contract/clusters.ts'
import { useCall } from '../client/index.ts'
import { useEnter } from '../kit/index.ts'
import { useClusters, useScope } from './state/clusters.ts'
import { chooseNamespace } from './state/location.ts'

/** The namespace of the current cluster. A name that is not listed can be typed: an account may use what it cannot list. */
export function NamespaceSwitcher({ cluster }: { cluster: ContextRow }) {
  const [isOpen, setOpen] = useState(false)
  const scope = useScope()
  const search = useRef<HTMLInputElement>(null)
  return (
    <Popover.Root open={isOpen} onOpenChange={setOpen}>
      <Popover.Trigger className="app-namespace">
        namespace <code>{scope?.namespace}</code>
        <ChevronDown size={13} strokeWidth={1.6} aria-hidden />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Positioner className="k-layer" sideOffset={2} align="start">
          <Popover.Popup
            className="app-switcher-popup app-namespace-popup"
            aria-label="Namespaces"
            initialFocus={search}
          >
            <NamespaceList
              cluster={cluster}
              current={scope?.namespace ?? ''}
              search={search}
              onDone={() => setOpen(false)}
            />
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  )
}

interface NamespaceListProps {
  cluster: ContextRow
  current: string
  search: RefObject<HTMLInputElement | null>
  onDone: () => void
}

function suiteNote(suites: readonly SuiteRow[], name: string): string {
  const version = suites.find(({ namespace }) => namespace === name)?.version
  return version === undefined ? 'suite' : `suite ${version}`
}

const namePattern = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/

function NamespaceList({ cluster, current, search, onDone }: NamespaceListProps) {
  const [filter, setFilter] = useState('')
  const known = useCall(
    (client, signal) => client.clusters.namespaces({ context: cluster.id }, { signal }),
    [cluster.id],
  )
  const suites = useClusters(({ clusters }) => clusters.find(({ id }) => id === cluster.cluster)?.suites) ?? []
  const holdsSuite = (name: string) => suites.some(({ namespace }) => namespace === name)
  const names = [...new Set([current, ...suites.map(({ namespace }) => namespace), ...(known.value?.namespaces ?? [])])]
  names.sort((a, b) => Number(holdsSuite(b)) - Number(holdsSuite(a)) || (a < b ? -1 : 1))
  const shown = names.filter((name) => name.includes(filter.toLowerCase()))
  const typed = filter !== '' && !names.includes(filter) && namePattern.test(filter) ? [filter] : []
  const choose = (name: string | undefined) => {
    if (name === undefined) return
    chooseNamespace(cluster.cluster, name)
    onDone()
  }
  const enter = useEnter(() => choose(shown[0] ?? typed[0]))
  const isNonsense = filter !== '' && shown.length === 0 && typed.length === 0
  return (
    <>
      <div className="app-switcher-search">
        <Search size={14} strokeWidth={1.6} aria-hidden />
        <input
          ref={search}
          aria-label="Find or name a namespace"
          placeholder="Find or name a namespace"
          value={filter}
          spellCheck={false}
          onChange={(event) => setFilter(event.target.value)}
          {...enter}
        />
      </div>
      {isNonsense ? (
        <p className="app-switcher-none">
          “{filter}” cannot be a namespace: names have lower-case letters, digits and dashes.
        </p>
      ) : null}
      {known.error ? <p className="app-switcher-none">Namespaces could not be listed. Type a name.</p> : null}
      <div role="listbox" aria-label="Namespaces" className="app-switcher-list">
        {[...shown, ...typed].map((name) => (
          <div
            key={name}
            role="option"
            aria-selected={name === current}
            className="app-switcher-entry"
            onClick={() => choose(name)}
          >
            {name === current ? <Check size={13} aria-hidden /> : <span style={{ width: 13 }} />}
            <code className="truncate">{name}</code>
            {holdsSuite(name) ? <span className="note">{suiteNote(suites, name)}</span> : null}
            {typed.includes(name) ? <span className="note">use this name</span> : null}
          </div>
        ))}
        {known.error ? <p className="app-switcher-none">{known.error.message}</p> : null}
        {known.value?.complete === false ? (
          <p className="app-switcher-none note">
            Your account cannot list all namespaces. Type the name of another one.
          </p>
        ) : null}
      </div>
    </>
  )
}
