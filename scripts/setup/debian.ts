import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { capture, run } from './run.ts'

const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }

export function isDebian(): boolean {
  return process.platform === 'linux' && existsSync('/etc/debian_version')
}

export function isRoot(): boolean {
  return process.getuid?.() === 0
}

export async function apt(args: string[]): Promise<void> {
  await run('apt-get', ['-q', ...args], { env: environment })
}

/** Whether the release has a package of this name that can be installed. */
export async function aptHas(name: string): Promise<boolean> {
  return /Candidate: (?!\(none\))/.test(await capture('apt-cache', ['policy', name]))
}

/** The first of the alternatives that this release has. */
export async function firstAvailable(alternatives: string[]): Promise<string> {
  for (const name of alternatives) if (await aptHas(name)) return name
  return alternatives.at(-1) ?? ''
}

/** Installing PostgreSQL's package must not create and start a database of its own on this machine. */
export async function forbidMainCluster(): Promise<void> {
  const directory = '/etc/postgresql-common/createcluster.d'
  if (existsSync('/usr/share/postgresql-common')) return
  await mkdir(directory, { recursive: true })
  await writeFile(`${directory}/agency-swarm-console.conf`, 'create_main_cluster = false\n')
}
