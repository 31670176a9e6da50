/** What differs from one run to the next on the same server, and its stand-in. Nothing else is touched. */
const volatile: readonly (readonly [RegExp, string])[] = [
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, 'UID'],
  [/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z\b/g, 'TIME'],
  [/\b\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)? [+-]\d{4}( UTC)?/g, 'TIME'],
  [/\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d \w{3} \d{4} \d\d:\d\d:\d\d [+-]\d{4}\b/g, 'TIME'],
  [/(resourceVersion\\*"?: ?\\*"?)\d+/g, '$1REVISION'],
  [/\b[EWI]\d{4} \d\d:\d\d:\d\d\.\d+ +\d+ /g, 'LOG '],
  [/\b(web|idle|made|rolled|draft)-[0-9bcdf-hj-np-tv-z]{5,10}\b(-[0-9bcdf-hj-np-tv-z]{5}\b)?/g, '$1-HASH'],
  [/(pod-template-hash"?[:=] ?"?)[0-9a-z]{5,10}\b/g, '$1HASH'],
  [/\bkube-api-access-[0-9a-z]{5}\b/g, 'kube-api-access-HASH'],
  [/https:\/\/[\w.]+:\d+/g, 'SERVER'],
  // Services of a real cluster, and of the sandbox.
  [/\b(10|127)\.\d{1,3}\.\d{1,3}\.\d{1,3}\b/g, 'ADDRESS'],
  [/\bey[\w-]+\.[\w-]+\.[\w-]+\b/g, 'TOKEN'],
  [/\/tmp\/(LIVE|MERGED)-\d+/g, '/tmp/$1'],
  // Ages of tables, and the width of a column, which follows the longest age in it.
  [/(?<=\s)(\d+d)?(\d+h)?(\d+m)?\d+s(?=\s|$)/gm, 'AGE'],
  [/(?<=\S) {2,}(?=\S)/g, '  '],
  [/ +$/gm, ''],
  // The events of an object come when their controller gets to it.
  [/^Events:[\s\S]*/m, 'Events\n'],
]

/** Owners of fields are sorted by the second in which they wrote, which is another each time. */
function withSortedOwners(output: string): string {
  if (!output.startsWith('{\n') || !output.includes('"managedFields"')) return output
  const rankOf = (owner: unknown): string => JSON.stringify(owner, ['manager', 'operation', 'subresource'])
  const sorted = (key: string, value: unknown): unknown =>
    key === 'managedFields' && Array.isArray(value)
      ? value.toSorted((one, other) => (rankOf(one) < rankOf(other) ? -1 : 1))
      : value
  return `${JSON.stringify(JSON.parse(output, sorted), undefined, 4)}\n`
}

/** A command's output without ids, times, revisions, addresses and ages. */
export const normalise = (output: string): string =>
  volatile.reduce((text, [pattern, standIn]) => text.replace(pattern, standIn), withSortedOwners(output))
