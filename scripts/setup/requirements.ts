import { existsSync, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { capture } from './run.ts'

/** Who needs it: `window` the app itself, `sandbox` its database pods, `tests` only the tests. */
export type Purpose = 'window' | 'sandbox' | 'tests'

/** One thing that must be on the machine and does not come from npm. */
export interface Requirement {
  title: string
  purpose: Purpose
  found(): Promise<boolean>
  /** Debian packages; of each inner list the first one the release has. */
  packages: string[][]
}

/** Oldest PostgreSQL that the suite runs on. */
const oldestPostgres = 15

/** Shared libraries that Electron links and a bare Debian lacks, by soname. Names with t64 are of Debian 13 and later. */
const electronLibraries: [soname: string, packages: string[]][] = [
  ['libgtk-3.so.0', ['libgtk-3-0t64', 'libgtk-3-0']],
  ['libnss3.so', ['libnss3']],
  ['libasound.so.2', ['libasound2t64', 'libasound2']],
  ['libgbm.so.1', ['libgbm1']],
  ['libXss.so.1', ['libxss1']],
  ['libXtst.so.6', ['libxtst6']],
  ['libatk-bridge-2.0.so.0', ['libatk-bridge2.0-0t64', 'libatk-bridge2.0-0']],
  ['libdrm.so.2', ['libdrm2']],
  ['libxkbcommon.so.0', ['libxkbcommon0']],
]

export const linuxRequirements: Requirement[] = [
  ...electronLibraries.map(([soname, packages]): Requirement => ({
    title: soname,
    purpose: 'window',
    found: async () => (await capture('/sbin/ldconfig', ['-p'])).includes(`${soname} `),
    packages: [packages],
  })),
  {
    title: 'Xvfb',
    purpose: 'window',
    found: () => Promise.resolve(hasDisplay() || onPath('Xvfb')),
    packages: [['xvfb']],
  },
  {
    title: 'a font',
    purpose: 'window',
    found: async () => (await capture('fc-list', [])).trim() !== '',
    packages: [['fonts-dejavu-core'], ['fontconfig']],
  },
  {
    title: `PostgreSQL ${oldestPostgres} or newer`,
    purpose: 'sandbox',
    found: () => Promise.resolve(postgresVersion() !== undefined),
    packages: [['postgresql']],
  },
  {
    title: 'pgvector',
    purpose: 'sandbox',
    found: () => Promise.resolve(hasPgvector()),
    packages: [], // see pgvector.ts: not packaged for every release
  },
  {
    title: 'redis-server',
    purpose: 'sandbox',
    found: () => Promise.resolve(onPath('redis-server')),
    packages: [['redis-server']],
  },
  {
    title: 'sshd',
    purpose: 'tests',
    found: () => Promise.resolve(existsSync('/usr/sbin/sshd')),
    packages: [['openssh-server']],
  },
]

export function hasDisplay(): boolean {
  return Boolean(process.env.DISPLAY ?? process.env.WAYLAND_DISPLAY)
}

/** The newest installed major version that is new enough. */
export function postgresVersion(): number | undefined {
  const root = '/usr/lib/postgresql'
  if (!existsSync(root)) return undefined
  const majors = readdirSync(root).map(Number)
  return majors
    .filter((major) => major >= oldestPostgres && existsSync(join(root, String(major), 'bin', 'postgres')))
    .sort((a, b) => b - a)[0]
}

export function hasPgvector(): boolean {
  const major = postgresVersion()
  return major !== undefined && existsSync(`/usr/share/postgresql/${major}/extension/vector.control`)
}

export function onPath(program: string): boolean {
  const directories = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin']
  return directories.some((directory) => existsSync(join(directory, program)))
}
