import { useMemo } from 'react'

const slots = 160

/** Marks beside the scroll bar where matches lie in the whole list; matches closer than a pixel or two share a mark. */
export function MatchRuler(props: { matches: readonly number[]; count: number; current: number; version: number }) {
  const { matches, count, current, version } = props
  const { marks } = useMemo(() => {
    const taken = new Set<number>()
    for (const match of matches) taken.add(Math.floor((match / Math.max(1, count)) * slots))
    return { marks: [...taken], version }
  }, [matches, count, version])
  const at = current < 0 ? -1 : Math.floor((current / Math.max(1, count)) * slots)
  return (
    <div className="logs-ruler" aria-hidden>
      {marks.map((mark) => (
        <i key={mark} className={mark === at ? 'is-current' : ''} style={{ top: `${(mark / slots) * 100}%` }} />
      ))}
    </div>
  )
}
