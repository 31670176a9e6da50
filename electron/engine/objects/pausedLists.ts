/** Of lists that nobody reads: rows kept in all (about 15 MB of pods), lists, and milliseconds each is kept. */
const mostRows = 20_000
const mostLists = 40
const longest = 600_000

interface Kept<List> {
  list: List
  rows: number
  timer: NodeJS.Timeout
}

/** The last state of lists that were left, within a limit: the one left longest ago goes first. */
export function pausedLists<List>(drop: (list: List) => void) {
  const kept = new Map<string, Kept<List>>()

  const remove = (key: string): List | undefined => {
    const found = kept.get(key)
    clearTimeout(found?.timer)
    kept.delete(key)
    return found?.list
  }
  const end = (key: string): void => {
    const list = remove(key)
    if (list !== undefined) drop(list)
  }
  const isTooMuch = (): boolean =>
    kept.size > mostLists || [...kept.values()].reduce((sum, { rows }) => sum + rows, 0) > mostRows

  return {
    put(key: string, list: List, rows: number): void {
      end(key)
      const timer = setTimeout(() => end(key), longest)
      timer.unref()
      kept.set(key, { list, rows, timer })
      for (const oldest of [...kept.keys()]) if (isTooMuch()) end(oldest)
    },
    take: remove,
    clear: (): void => {
      for (const key of [...kept.keys()]) end(key)
    },
  }
}
