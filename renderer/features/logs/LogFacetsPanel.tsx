import { Eye } from 'lucide-react'
import { useState } from 'react'
import { useStore } from 'zustand'
import type { LogBatch } from '#shared/contract/logs.ts'
import { Button, Checkbox, Field, formatCount, StatusGlyph } from '../../kit/index.ts'
import type { LogSession } from './logSession.ts'
import { shortPod } from './logText.ts'
import type { LogFacets, LogLevel } from './logView.ts'
import { podColour } from './selection.ts'

const levels: { id: LogLevel; title: string }[] = [
  { id: 'error', title: 'Error' },
  { id: 'warn', title: 'Warning' },
  { id: 'info', title: 'Info' },
  { id: 'debug', title: 'Debug' },
  { id: 'other', title: 'No level' },
]

export interface LogFacetsPanelProps {
  session: LogSession
  /** Services of the namespace and which of them are followed; none chosen means all. Undefined until they are known. */
  services: readonly string[] | undefined
  chosen: readonly string[]
  onChooseServices: (services: string[]) => void
  /** Pods another page asked for; the person can widen to all. */
  onlyPods: readonly string[]
  onAllPods: () => void
}

export function LogFacetsPanel(props: LogFacetsPanelProps) {
  const { session, chosen } = props
  const services = props.services ?? []
  const { facets, sources } = useStore(session.store)
  const change = (change: Partial<LogFacets>) => session.setFacets({ ...facets, ...change })
  const isFollowed = (service: string) => chosen.length === 0 || chosen.includes(service)
  const choose = (service: string, on: boolean) => {
    const next = services.filter((each) => (each === service ? on : isFollowed(each)))
    props.onChooseServices(next.length === services.length ? [] : next)
  }
  return (
    <aside className="logs-facets" aria-label="What is shown">
      {props.onlyPods.length > 0 ? (
        <section>
          <p className="note">
            Only {props.onlyPods.length === 1 ? props.onlyPods[0] : `${props.onlyPods.length} chosen pods`}.
          </p>
          <Button size="small" icon={Eye} onClick={props.onAllPods}>
            Show all pods
          </Button>
        </section>
      ) : (
        <section>
          <FacetTitle
            title="Services"
            count={props.services && `${services.filter(isFollowed).length} of ${services.length}`}
          />
          {services.map((service) => (
            <div key={service} className="logs-facet">
              <Checkbox
                label={shortPod(service)}
                checked={isFollowed(service)}
                disabled={isFollowed(service) && (chosen.length === 1 || services.length === 1)}
                onChange={(on) => choose(service, on)}
              />
              {chosen.length === 1 && isFollowed(service) ? null : (
                <button type="button" className="logs-only" onClick={() => props.onChooseServices([service])}>
                  only
                </button>
              )}
            </div>
          ))}
        </section>
      )}
      <PodFacets session={session} sources={sources} facets={facets} onChange={change} />
      <section>
        <FacetTitle title="Level" />
        {levels.map((level) => (
          <div key={level.id} className={`logs-facet logs-facet-${level.id}`}>
            <Checkbox
              label={level.title}
              checked={!facets.hiddenLevels.has(level.id)}
              onChange={() => change({ hiddenLevels: toggled(facets.hiddenLevels, level.id) })}
            />
            <span className="logs-count">{formatCount(session.levelCounts.get(level.id) ?? 0)}</span>
          </div>
        ))}
      </section>
    </aside>
  )
}

const shortList = 8
/** More pods than this are found by name. */
const mostPods = 60

function PodFacets(props: {
  session: LogSession
  sources: LogBatch['sources']
  facets: LogFacets
  onChange: (change: Partial<LogFacets>) => void
}) {
  const { session, sources, facets } = props
  const [find, setFind] = useState('')
  const [isAll, setAll] = useState(false)
  const names = [...new Set([...session.podCounts.keys(), ...sources.map((source) => source.pod)])]
  const found = names.filter((name) => name.includes(find.trim().toLowerCase()))
  const shown = found.slice(0, isAll || find ? mostPods : shortList)
  const failed = new Map(
    sources.filter((source) => source.state === 'failed').map((source) => [source.pod, source.detail]),
  )
  const ended = new Set(sources.filter((source) => source.state === 'ended').map((source) => source.pod))
  return (
    <section>
      <FacetTitle
        title="Pods"
        count={
          names.length === 0
            ? undefined
            : `${names.filter((name) => !facets.hiddenPods.has(name)).length} of ${names.length}`
        }
      />
      {names.length > shortList ? (
        <Field label="Find pod" hiddenLabel placeholder="Find pod" value={find} onChange={setFind} />
      ) : null}
      {shown.map((name) => (
        <div
          key={name}
          className="logs-facet"
          title={failed.get(name) ?? (ended.has(name) ? `${name} has ended` : name)}
        >
          <Checkbox
            label={name}
            hiddenLabel
            checked={!facets.hiddenPods.has(name)}
            onChange={() => props.onChange({ hiddenPods: toggled(facets.hiddenPods, name) })}
          />
          <i className="logs-swatch" style={{ background: podColour(session.podCounts, name) }} />
          <span className={ended.has(name) ? 'truncate dim' : 'truncate'}>{shortPod(name)}</span>
          {failed.has(name) ? <StatusGlyph status="failed" size={12} /> : null}
          <span className="logs-count">{formatCount(session.podCounts.get(name) ?? 0)}</span>
        </div>
      ))}
      {found.length > shown.length ? (
        isAll ? (
          <p className="note">{found.length - shown.length} more pods, find them by name.</p>
        ) : (
          <button type="button" className="logs-more" onClick={() => setAll(true)}>
            {found.length - shown.length} more pods
          </button>
        )
      ) : null}
    </section>
  )
}

function FacetTitle({ title, count }: { title: string; count?: string | undefined }) {
  return (
    <h2>
      {title} {count ? <span>{count}</span> : null}
    </h2>
  )
}

function toggled<Value>(set: ReadonlySet<Value>, value: Value): ReadonlySet<Value> {
  const next = new Set(set)
  if (!next.delete(value)) next.add(value)
  return next
}
