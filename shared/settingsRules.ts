/**
 * What is wrong with a setting as it is typed, in a sentence; undefined when nothing is. The page shows it at once, and the engine
 * refuses to save it. What only the computer knows, such as whether a program is there, the engine alone checks.
 */
export const settingsRules = { kubectlPath, imageRegistry }

function kubectlPath(text: string): string | undefined {
  if (text === '') return undefined
  const isAbsolute = text.startsWith('/') || /^[A-Za-z]:[\\/]/.test(text) || text.startsWith('\\\\')
  return isAbsolute ? undefined : 'Give the absolute path of kubectl, such as /usr/local/bin/kubectl.'
}

/**
 * Host with an optional port, and path components as an image's name has them, ending in a slash (grammar of references:
 * https://github.com/distribution/reference/blob/main/reference.go).
 */
const registry =
  /^(?:(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*|\[[a-fA-F0-9:]+\])(?::[0-9]{1,5})?\/(?:[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*\/)*$/

function imageRegistry(text: string): string | undefined {
  if (text === '' || registry.test(text)) return undefined
  if (/^[a-z]+:\/\//i.test(text)) return 'Leave out the scheme: registry.example.com/team/.'
  if (!text.endsWith('/')) return 'End it with a slash: it is put before the name of every image.'
  return 'This is no registry: a host, perhaps a port, and lower-case folders, such as registry.example.com:5000/team/.'
}
