/** One step into an object: a field's name, or the keys that tell an item of a list from the others. */
export type Segment = string | { keys: Readonly<Record<string, unknown>> } | { item: unknown } | { index: number }
export type Path = readonly Segment[]

const isPlain = (name: string) => /^[A-Za-z0-9_-]+$/.test(name)

/** As people write it: `spec.template.spec.containers[backend].image`, `metadata.labels[app.kubernetes.io/name]`. */
export function pathText(path: Path): string {
  const text = path.map((segment) => {
    if (typeof segment === 'string') return isPlain(segment) ? `.${segment}` : `[${segment}]`
    return `[${itemText(segment)}]`
  })
  return text.join('').replace(/^\./, '')
}

/** `backend` for a name, `8181` for a TCP port, `53,UDP` for another, `0` for a place in a list without keys. */
export function itemText(segment: Exclude<Segment, string>): string {
  if ('index' in segment) return String(segment.index)
  if ('item' in segment) return String(segment.item)
  const { protocol, ...others } = segment.keys
  const values = Object.values(others)
  if (protocol !== undefined && protocol !== 'TCP') values.push(protocol)
  return values.map(String).join(',')
}

/** As the API server writes it in a conflict: `.spec.template.spec.containers[name="backend"].image`. */
export function serverText(path: Path): string {
  const text = path.map((segment) => {
    if (typeof segment === 'string') return `.${segment}`
    if ('index' in segment) return `[${segment.index}]`
    if ('item' in segment) return `[=${JSON.stringify(segment.item)}]`
    const keys = Object.entries(segment.keys).sort(([a], [b]) => (a < b ? -1 : 1))
    return `[${keys.map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(',')}]`
  })
  return text.join('')
}

/** The words of a path that `pathText` wrote. */
export function pathWords(text: string): string[] {
  const words: string[] = []
  let rest = text
  while (rest !== '') {
    const bracket = /^\[(.*?)\](?=[.[]|$)/.exec(rest)
    const plain = /^\.?([A-Za-z0-9_-]+)/.exec(rest)
    const match = bracket ?? plain
    if (!match) return [...words, rest]
    words.push(match[1] ?? '')
    rest = rest.slice(match[0].length)
  }
  return words
}

/** Whether the one path is the other, or lies below it. */
export const isWithin = (path: string, ancestor: string): boolean =>
  path === ancestor || path.startsWith(`${ancestor}.`) || path.startsWith(`${ancestor}[`)
