import { spawn } from 'node:child_process'
import { Socket } from 'node:net'

/** Ends process groups when the sandbox is gone, however it went. */
export interface Reaper {
  add(group: number): void
  remove(group: number): void
  close(): void
}

// Reads "add N" and "remove N" until its input ends, which the death of the sandbox does. TERM first, so that servers may
// close their files; a second later nothing is left. `read` and `kill` are built into every sh.
const script = `
groups=' '
while read -r verb group; do
  case "$verb" in
    add) groups="$groups$group " ;;
    remove) case "$groups" in *" $group "*) groups="\${groups%% $group *} \${groups#* $group }" ;; esac ;;
  esac
done
[ "$groups" = ' ' ] && exit 0
for group in $groups; do kill -s TERM -- "-$group" 2>/dev/null; done
sleep 1
for group in $groups; do kill -s KILL -- "-$group" 2>/dev/null; done
exit 0
`

// Windows has no groups; taskkill ends a tree.
const windowsScript = `
const pids = new Set()
require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
  const [verb, pid] = line.split(' ')
  verb === 'add' ? pids.add(pid) : pids.delete(pid)
}).on('close', () => {
  for (const pid of pids) require('node:child_process').spawnSync('taskkill', ['/T', '/F', '/PID', pid])
})
`

/** A process of its own session that holds a pipe from this one; it is not reached by Ctrl+C or by a kill of our group. */
export function startReaper(): Reaper {
  const [program, args] =
    process.platform === 'win32' ? [process.execPath, ['-e', windowsScript]] : ['/bin/sh', ['-c', script]]
  const child = spawn(program, args, {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    windowsHide: true,
    cwd: '/',
  })
  // A reaper that was killed itself must not take the sandbox down with EPIPE.
  child.stdin.on('error', () => undefined)
  child.on('error', () => undefined)
  child.unref()
  // Typed as a plain stream, but a pipe to a child is a socket.
  if (child.stdin instanceof Socket) child.stdin.unref()
  return {
    add: (group) => void child.stdin.write(`add ${group}\n`),
    remove: (group) => void child.stdin.write(`remove ${group}\n`),
    close: () => void child.stdin.end(),
  }
}
