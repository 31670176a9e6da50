import { apt, firstAvailable, forbidMainCluster, isDebian, isRoot } from './debian.ts'
import { installPgvector } from './pgvector.ts'
import { hasPgvector, linuxRequirements, type Purpose, type Requirement } from './requirements.ts'

/**
 * Finds what the machine lacks, names it, and installs it when it may; else prints the one command to type. Where nothing is
 * missing it prints and changes nothing.
 * @throws Error when something the window itself needs is missing and could not be installed
 */
export async function ensure(purposes: Purpose[], say: (line: string) => void = console.log): Promise<void> {
  if (process.platform !== 'linux') {
    advise(say)
    return
  }
  const missing = await missingOf(purposes)
  if (missing.length === 0) return
  say(`Missing on this machine: ${missing.map(({ title }) => title).join(', ')}.`)
  if (isDebian() && isRoot()) await install(missing, say)
  else await printCommand(missing, say)
  const still = (await missingOf(purposes)).filter(({ purpose }) => purpose === 'window')
  if (still.length > 0) throw new Error(`The window cannot open without ${still.map(({ title }) => title).join(', ')}.`)
}

async function missingOf(purposes: Purpose[]): Promise<Requirement[]> {
  const wanted = linuxRequirements.filter(({ purpose }) => purposes.includes(purpose))
  const found = await Promise.all(wanted.map((requirement) => requirement.found()))
  return wanted.filter((_, index) => !found[index])
}

async function install(missing: Requirement[], say: (line: string) => void): Promise<void> {
  await apt(['update'])
  const packages = await packagesOf(missing)
  if (packages.includes('postgresql')) await forbidMainCluster()
  if (packages.length > 0) {
    say(`Installing ${packages.join(' ')}.`)
    await apt(['install', '-y', '--no-install-recommends', ...packages])
  }
  if (missing.some(({ title }) => title === 'pgvector') && !hasPgvector()) await installPgvector(say)
}

async function packagesOf(missing: Requirement[]): Promise<string[]> {
  return Promise.all(missing.flatMap(({ packages }) => packages).map(firstAvailable))
}

async function printCommand(missing: Requirement[], say: (line: string) => void): Promise<void> {
  if (!isDebian()) {
    say('Install them with the package manager of your system, then run the command again.')
    return
  }
  say('Type this once, then run the command again:')
  say('  sudo npm run setup')
  const packages = await packagesOf(missing)
  if (packages.length > 0)
    say(
      `which installs ${packages.join(' ')}${missing.some(({ title }) => title === 'pgvector') ? ' and builds pgvector' : ''}.`,
    )
}

function advise(say: (line: string) => void): void {
  if (process.env.CONSOLE_SETUP_QUIET) return
  if (process.platform === 'darwin') say('For the sandbox: brew install postgresql@17 pgvector redis')
  else say('For the sandbox: install PostgreSQL 15 or newer with pgvector, and Redis (for example inside WSL 2).')
}
