import { createHash } from 'node:crypto'
import { basename } from 'node:path'
import type { ExecPlugin } from '../../kube/index.ts'

/** Programs that run whatever their arguments say, whole or with a version behind: a yes to one call says nothing about another. */
const interpreters =
  /^(env|(ba|da|z|k|c|tc|fi)?sh|busybox|cmd|powershell|pwsh|osascript|wscript|cscript|python|node|deno|bun|perl|ruby|php|lua|tclsh|awk|xargs|sudo|nohup|ssh)([\d.]*|-[\d.]+)(\.exe)?$/i

export const isInterpreter = (path: string): boolean => interpreters.test(basename(path))

const digest = (...parts: unknown[]) => createHash('sha256').update(JSON.stringify(parts)).digest('hex')

/**
 * What a yes can be remembered for: this call, or any arguments. The variables always count, because some of them (LD_PRELOAD, PATH)
 * choose the code that runs. As hashes: arguments and values may be secrets.
 */
export function callsOf({ args, env }: ExecPlugin): { readonly these: string; readonly any: string } {
  return { these: digest('these', env, args), any: digest('any', env) }
}
