import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { apt, aptHas } from './debian.ts'
import { postgresVersion } from './requirements.ts'
import { capture, run } from './run.ts'

/** The Debian release whose source package of pgvector (0.8) builds against PostgreSQL 13 to 17. */
const sourceRelease = 'trixie'

/** Installs pgvector for the installed PostgreSQL: Debian's package, or built from Debian's own source where there is none. */
export async function installPgvector(say: (line: string) => void): Promise<void> {
  const major = postgresVersion()
  if (major === undefined) throw new Error('pgvector needs PostgreSQL, which could not be installed.')
  const packaged = `postgresql-${major}-pgvector`
  if (await aptHas(packaged)) return apt(['install', '-y', '--no-install-recommends', packaged])
  say(`This release has no ${packaged}: building it from Debian's source package.`)
  await apt(['install', '-y', '--no-install-recommends', `postgresql-server-dev-${major}`, 'make', 'gcc', 'libc6-dev'])
  const work = await mkdtemp(join(tmpdir(), 'pgvector-'))
  try {
    const source = await fetchSource(work)
    const configuration = `PG_CONFIG=/usr/lib/postgresql/${major}/bin/pg_config`
    // OPTFLAGS: not tuned to this processor, so that the library runs where the disk is moved to.
    await run('make', ['OPTFLAGS=', configuration], { cwd: source })
    await run('make', ['install', configuration], { cwd: source })
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

/** The mirror of Debian that this machine already uses, so that no other host is asked. */
async function debianMirror(): Promise<string> {
  const sites = await capture('apt-get', ['indextargets', '--format', '$(SITE)', 'Created-By: Packages'])
  const mirror = sites.split('\n').find((site) => /\/debian\/?$/.test(site.trim()))
  if (!mirror)
    throw new Error(
      'No mirror of Debian is among the sources of apt, so pgvector cannot be built. Add one, or install pgvector.',
    )
  return mirror.trim()
}

/** Downloads the source with apt, which checks Debian's signature, from a list of our own that leaves the machine's lists alone. */
async function fetchSource(work: string): Promise<string> {
  const lists = join(work, 'lists')
  await mkdir(join(lists, 'partial'), { recursive: true })
  await writeFile(join(work, 'sources.list'), `deb-src ${await debianMirror()} ${sourceRelease} main\n`)
  const options = [
    `Dir::Etc::SourceList=${join(work, 'sources.list')}`,
    'Dir::Etc::SourceParts=/dev/null',
    `Dir::State::Lists=${lists}`,
    'Dir::Cache::pkgcache=',
    'Dir::Cache::srcpkgcache=',
    'APT::Sandbox::User=root',
  ].flatMap((option) => ['-o', option])
  await run('apt-get', [...options, 'update', '-q'], { cwd: work })
  await run('apt-get', [...options, 'source', '--download-only', 'pgvector'], { cwd: work })
  const archive = (await readdir(work)).find((name) => name.endsWith('.orig.tar.gz'))
  if (!archive) throw new Error("Debian's source package of pgvector has another form than expected.")
  const source = join(work, 'source')
  await mkdir(source)
  await run('tar', ['-xzf', join(work, archive), '-C', source, '--strip-components=1'])
  return source
}
