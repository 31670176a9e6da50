import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { defaultStateDirectory } from '../../server/sandbox/stateDirectory.ts'

/** Secrets of this suite, made at its first start and kept. */
export interface SuiteSecrets {
  readonly databasePassword: string
  readonly redisPassword: string
  readonly jwtSecret: string
  readonly encryptionKey: string
}

/** Where `npm run suite` keeps its data: beside the sandbox's, or where SUITE_DIRECTORY says. */
export function suiteDirectory(): string {
  return process.env.SUITE_DIRECTORY ?? join(dirname(defaultStateDirectory()), 'suite')
}

const secretText = (bytes: number) => randomBytes(bytes).toString('base64url')

/** The secrets of an earlier start, or new ones. Only the owner can read the file. */
export async function suiteSecrets(directory: string): Promise<SuiteSecrets> {
  // Traversable, because PostgreSQL runs as an account of its own when root starts it; each part below guards itself.
  await mkdir(directory, { recursive: true, mode: 0o711 })
  const path = join(directory, 'secrets.json')
  if (existsSync(path)) return JSON.parse(await readFile(path, 'utf8')) as SuiteSecrets
  const secrets: SuiteSecrets = {
    databasePassword: secretText(24),
    redisPassword: secretText(24),
    jwtSecret: secretText(48),
    encryptionKey: secretText(48),
  }
  await replace(path, secrets)
  return secrets
}

/** Tells `npm run suite:seed` and others how to reach the suite that runs now. */
export async function publishEnvironment(directory: string, environment: Record<string, string>): Promise<void> {
  await replace(join(directory, 'environment.json'), environment)
}

/** The environment of the suite that was started last, or undefined when there was none. */
export async function publishedEnvironment(directory: string): Promise<Record<string, string> | undefined> {
  const path = join(directory, 'environment.json')
  return existsSync(path) ? (JSON.parse(await readFile(path, 'utf8')) as Record<string, string>) : undefined
}

async function replace(path: string, content: object): Promise<void> {
  await writeFile(`${path}.new`, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 })
  await rename(`${path}.new`, path)
}
