import { spawnSync } from 'node:child_process'
import { constants } from 'node:os'

/** Sends a signal to a process and its whole group. One that has ended is no error. */
export function signalGroup(pid: number, name: NodeJS.Signals): void {
  if (process.platform === 'win32') {
    // Windows has no signals: a console program is ended with its children.
    spawnSync('taskkill', ['/T', '/F', '/PID', String(pid)], { windowsHide: true })
    return
  }
  sendSignal(-pid, name)
}

/** Orderly signals go to the first process alone, as a container runtime sends them; SIGKILL to all. */
export function signalProcess(pid: number, name: NodeJS.Signals): void {
  if (name === 'SIGKILL' || process.platform === 'win32') signalGroup(pid, name)
  else sendSignal(pid, name)
}

function sendSignal(target: number, name: NodeJS.Signals): void {
  try {
    process.kill(target, name)
  } catch (thrown) {
    if (!isGone(thrown)) throw thrown
  }
}

export const signalNumber = (name: NodeJS.Signals): number => constants.signals[name] ?? 0

function isGone(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && (thrown.code === 'ESRCH' || thrown.code === 'EPERM')
}
