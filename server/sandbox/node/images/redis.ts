import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { installAdvice } from './install.ts'
import { commandLine, commandStep } from './shell.ts'
import type { ContainerSetting, ImageRecipe } from './types.ts'

export const redis: ImageRecipe = {
  repository: 'redis',
  aliases: ['valkey'],
  missing: ({ redisServer }) => (redisServer === undefined ? installAdvice('Redis') : undefined),
  *steps(setting) {
    writeCommandLineWrapper(setting)
    const words = commandLine(setting, [], ['redis-server'])
    const first = words[0] ?? ''
    const isServer = first === 'redis-server' || first.endsWith('/redis-server')
    if (!isServer && !first.startsWith('-') && !first.endsWith('.conf')) {
      yield commandStep(setting, words)
      return
    }
    const configuration = writeConfiguration(setting, isServer ? words.slice(1) : words)
    yield commandStep(setting, [setting.programs.redisServer ?? 'redis-server', configuration])
  },
}

/**
 * The server's options as a file: `--requirepass` then does not show in process lists. The address comes last and wins over a
 * `--bind 0.0.0.0` of the manifest.
 */
function writeConfiguration(setting: ContainerSetting, args: string[]): string {
  const data = setting.mounts.locate('/data') ?? join(setting.root, 'data')
  mkdirSync(data, { recursive: true })
  const lines = [`dir ${quote(data)}`]
  for (const word of args) {
    if (lines.length === 1 && !word.startsWith('--')) lines.push(`include ${quote(word)}`)
    else if (word.startsWith('--')) lines.push(word.slice(2))
    else lines.push(`${lines.pop() ?? ''} ${quote(word)}`)
  }
  lines.push('protected-mode no', 'daemonize no', `bind ${setting.podAddress}`)
  const path = join(setting.root, 'redis.conf')
  writeFileSync(path, `${lines.join('\n')}\n`, { mode: 0o600 })
  return path
}

/** redis-cli knows no variable for the host: inside the pod it must reach the pod's own server without an option. */
function writeCommandLineWrapper(setting: ContainerSetting): void {
  const { redisCommandLine } = setting.programs
  if (redisCommandLine === undefined || process.platform === 'win32') return
  const folder = join(setting.root, 'bin')
  mkdirSync(folder, { recursive: true })
  const script = `#!/bin/sh\nexec '${redisCommandLine}' -h ${setting.podAddress} "$@"\n`
  writeFileSync(join(folder, 'redis-cli'), script, { mode: 0o755 })
}

/** Inside redis.conf's double quotes backslash and quote are escaped; an empty value needs the quotes. */
const quote = (text: string): string =>
  /^[\w./:@%+,-]+$/.test(text) ? text : `"${text.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n')}"`
