import { useEffect } from 'react'
import { showDockTab, toast, useDock } from '../../app/index.ts'
import { plural } from '../../kit/index.ts'

/** Once, at the start of the window: what was open before is offered, and runs nothing by itself. */
export function useOfferOfEarlierTerminals(): void {
  useEffect(() => {
    const earlier = useDock.getState().tabs.filter(({ isRestored }) => isRestored === true)
    const last = earlier.at(-1)
    if (!last) return
    toast({
      status: 'info',
      title: `${plural(earlier.length, 'terminal')} from last time can be opened again`,
      action: { title: earlier.length === 1 ? 'Show terminal' : 'Show terminals', perform: () => showDockTab(last.id) },
    })
  }, [])
}
