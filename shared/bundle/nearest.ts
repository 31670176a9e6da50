import { distance } from 'fastest-levenshtein'

const bare = (text: string) => text.replaceAll(/[._-]/g, '').toLowerCase()

/** What an unknown key was probably meant to be: a neighbour that is spelt almost so, or the one value of that name elsewhere. */
export function nearest(path: string, key: string, neighbours: string[], known: string[]): string | undefined {
  const parent = path.slice(0, path.length - key.length)
  const limit = Math.max(1, Math.floor(key.length / 3))
  const [closest] = neighbours
    .map((each) => ({ each, far: distance(each.toLowerCase(), key.toLowerCase()) }))
    .filter(({ far }) => far <= limit)
    .sort((one, other) => one.far - other.far)
  if (closest) return `${parent}${closest.each}`
  const elsewhere = known.filter(
    (each) => bare(each) === bare(path) || bare(each) === bare(key) || each.endsWith(`.${key}`),
  )
  return elsewhere.length === 1 ? elsewhere[0] : undefined
}
