import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify, type KeyObject } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { checkpoint, type Checkpoint } from '#shared/contract/audit.ts'
import { storageError } from '../../storage/durable.ts'
import { setAside } from '../../storage/fileProblems.ts'
import { JsonFile } from '../../storage/jsonFile.ts'
import { JsonLines } from '../../storage/jsonLines.ts'
import { isAbsent } from '../../storage/regularFile.ts'
import { canonical } from './entries.ts'
import type { AuditLog } from './log.ts'

/** Entries between two checkpoints, where no task ends in between. */
const every = 50

const keyFile = z.object({ privateKey: z.string().refine(isKey, 'is not an Ed25519 key') })

const newKey = 'Checkpoints are signed with a new key from here on; earlier ones stay valid.'
const withoutCheckpoints =
  'The log is checked against its own head, and against the checkpoints in clusters and backups.'

/** Signed checkpoints of the log's newest entry: beside the log, and for whoever keeps them elsewhere. */
export class Checkpoints {
  readonly #audit: AuditLog
  readonly #key: JsonFile<z.infer<typeof keyFile>>
  readonly #lines: JsonLines<Checkpoint>
  readonly #now: () => number
  #signing: KeyObject | undefined
  #queue: Promise<unknown> = Promise.resolve()

  /** @param directory of the audit log */
  constructor(directory: string, audit: AuditLog, now: () => number = Date.now) {
    this.#audit = audit
    this.#now = now
    this.#lines = new JsonLines(join(directory, 'checkpoints.jsonl'), checkpoint)
    const path = join(directory, 'checkpoint-key.json')
    this.#key = new JsonFile({
      path,
      schema: keyFile,
      initial: { privateKey: '' },
      what: 'the key of checkpoints',
      otherwise: newKey,
    })
    audit.appended.on(({ sequence }) => {
      if (sequence % every === 0) void this.sign().catch((error: unknown) => console.error(error))
    })
  }

  /**
   * Signs the newest entry, once.
   * @returns undefined while the log is empty
   * @throws ConsoleError DISK_FULL, STORAGE_FAILED
   */
  sign(): Promise<Checkpoint | undefined> {
    const signed = this.#queue.then(() => this.#sign())
    this.#queue = signed.catch(() => undefined)
    return signed
  }

  /** Oldest first. */
  kept(): Checkpoint[] {
    try {
      return this.#lines.read()
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      if (!isAbsent(this.#lines.path, error))
        setAside(this.#lines.path, 'The checkpoints of the audit log', reason, withoutCheckpoints)
      return []
    }
  }

  async close(): Promise<void> {
    await this.#queue
  }

  async #sign(): Promise<Checkpoint | undefined> {
    const { sequence, hash } = await this.#audit.head()
    if (sequence === 0) return undefined
    const newest = this.kept().at(-1)
    if (newest?.sequence === sequence && newest.hash === hash) return newest
    const key = await this.#open()
    const facts = { sequence, hash, at: this.#now() }
    const made: Checkpoint = {
      ...facts,
      publicKey: createPublicKey(key).export({ type: 'spki', format: 'der' }).toString('base64'),
      signature: sign(null, signedText(facts), key).toString('base64'),
    }
    try {
      this.#lines.append(made)
    } catch (error) {
      throw storageError(error, 'a checkpoint of the audit log', this.#lines.path)
    }
    return made
  }

  async #open(): Promise<KeyObject> {
    if (this.#signing) return this.#signing
    const known = this.#key.current.privateKey
    if (known) return (this.#signing = createPrivateKey(known))
    const { privateKey } = generateKeyPairSync('ed25519')
    await mkdir(dirname(this.#lines.path), { recursive: true, mode: 0o700 })
    await this.#key.update(() => ({ privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() }))
    return (this.#signing = privateKey)
  }
}

const signedText = ({ sequence, hash, at }: Pick<Checkpoint, 'sequence' | 'hash' | 'at'>): Buffer =>
  Buffer.from(canonical({ sequence, hash, at }))

/** Whether the key that it names has signed it. */
export function isSigned(point: Checkpoint): boolean {
  try {
    const key = createPublicKey({ key: Buffer.from(point.publicKey, 'base64'), format: 'der', type: 'spki' })
    return verify(null, signedText(point), key, Buffer.from(point.signature, 'base64'))
  } catch {
    // What is no key or no signature has signed nothing.
    return false
  }
}

/** Empty before the first one. */
function isKey(pem: string): boolean {
  if (pem === '') return true
  try {
    return createPrivateKey(pem).asymmetricKeyType === 'ed25519'
  } catch {
    return false
  }
}
