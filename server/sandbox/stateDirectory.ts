import { homedir } from 'node:os'
import { join } from 'node:path'

/** Where user data lies on this platform. */
function dataHome(): string {
  switch (process.platform) {
    case 'darwin':
      return join(homedir(), 'Library', 'Application Support')
    case 'win32':
      return process.env.LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local')
    default:
      return process.env.XDG_DATA_HOME ?? join(homedir(), '.local', 'share')
  }
}

/** Root's sandbox lives outside root's home: PostgreSQL refuses root, and its user must be able to reach the data. */
export function defaultStateDirectory(): string {
  const isRoot = process.getuid?.() === 0
  return join(isRoot ? '/var/lib' : dataHome(), 'agency-swarm-console', 'sandbox')
}
