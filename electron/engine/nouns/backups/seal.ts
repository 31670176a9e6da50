import {
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
  timingSafeEqual,
  verify,
  type KeyObject,
} from 'node:crypto'
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { ConsoleError } from '#shared/errors.ts'
import { setAside } from '../../storage/fileProblems.ts'
import { FileFault, isAbsent, readRegularSync } from '../../storage/regularFile.ts'

/** Who vouches for a text. */
export interface Signer {
  /** `SHA256:…` of the public key; empty for what an earlier version sealed with a secret of this console. */
  fingerprint: string
  isThisConsole: boolean
}

/** What a text is: a signature for one purpose is none for another. */
export type Purpose = 'manifest' | 'verified'

const sealed = z.object({
  contents: z.unknown(),
  seal: z.union([
    /** Format 1: `hmac-sha256:<hex>`, by a secret that never leaves the data directory. */
    z.string().startsWith('hmac-sha256:'),
    z.object({ algorithm: z.literal('ed25519'), publicKey: z.string(), signature: z.string() }),
  ]),
})

/**
 * Authenticates what is written about backups. A text carries its Ed25519 signature and the public key, so that any workstation can tell
 * that it is whole; whether the key is that of this console, or of which other, is told by its fingerprint.
 */
export class Seal {
  readonly #directory: string
  #own: OwnKey | undefined

  /** @param directory where `signing-key.pem` is, made with mode 0600 at the first signature, and `manifest.key` of an earlier version */
  constructor(directory: string) {
    this.#directory = directory
  }

  /** JSON with the signature beside the contents. @throws the file system's error when a new key cannot be written */
  close(purpose: Purpose, contents: unknown): string {
    const { privateKey, publicKey } = this.#key()
    const signature = sign(null, signedText(purpose, contents), privateKey).toString('base64')
    return `${JSON.stringify({ contents, seal: { algorithm: 'ed25519', publicKey, signature } }, null, 2)}\n`
  }

  /** @throws ConsoleError ARCHIVE_DAMAGED when it was changed, cut short, or is not of this kind */
  open<T>(purpose: Purpose, kind: z.ZodType<T>, text: string, path: string): { contents: T; signer: Signer } {
    try {
      const { contents, seal } = sealed.parse(JSON.parse(text))
      const signer = typeof seal === 'string' ? this.#checkHmac(contents, seal) : this.#check(purpose, contents, seal)
      return { contents: kind.parse(contents), signer }
    } catch (error) {
      throw new ConsoleError(
        'ARCHIVE_DAMAGED',
        'The description of this backup was changed or is incomplete, so it is not used. The database and other backups are not affected.',
        { path, raw: error instanceof Error ? error.message : String(error) },
      )
    }
  }

  #check(purpose: Purpose, contents: unknown, seal: { publicKey: string; signature: string }): Signer {
    const der = Buffer.from(seal.publicKey, 'base64')
    const key = createPublicKey({ key: der, format: 'der', type: 'spki' })
    if (key.asymmetricKeyType !== 'ed25519') throw new Error('the key is not an Ed25519 key')
    const isWhole = verify(null, signedText(purpose, contents), key, Buffer.from(seal.signature, 'base64'))
    if (!isWhole) throw new Error('the signature does not match')
    const fingerprint = `SHA256:${createHash('sha256').update(der).digest('base64').replace(/=+$/, '')}`
    return { fingerprint, isThisConsole: seal.publicKey === this.#ownPublicKey() }
  }

  #checkHmac(contents: unknown, seal: string): Signer {
    const path = join(this.#directory, 'manifest.key')
    if (!existsSync(path)) throw new Error('it was sealed by another workstation, with a secret that is not here')
    const secret = readRegularSync(path, 1024)
    if (secret.length !== 32) throw new Error(`${path} is damaged: put it back from a copy`)
    const right = `hmac-sha256:${createHmac('sha256', secret).update(JSON.stringify(contents)).digest('hex')}`
    if (right.length !== seal.length || !timingSafeEqual(Buffer.from(right), Buffer.from(seal)))
      throw new Error('the seal does not match')
    return { fingerprint: '', isThisConsole: true }
  }

  /** Undefined where this console never signed, or its key cannot be read: then every signature is another's. */
  #ownPublicKey(): string | undefined {
    this.#own ??= readKey(this.#keyPath)
    return this.#own?.publicKey
  }

  get #keyPath(): string {
    return join(this.#directory, 'signing-key.pem')
  }

  #key(): OwnKey {
    return (this.#own ??= readKey(this.#keyPath) ?? makeKey(this.#directory, this.#keyPath))
  }
}

/** Contents as they are signed: JSON without spaces, members in the order of the file. */
const signedText = (purpose: Purpose, contents: unknown) =>
  Buffer.from(`agency-swarm-console ${purpose} 2\n${JSON.stringify(contents)}`)

interface OwnKey {
  privateKey: KeyObject
  publicKey: string
}

/** Undefined where this console never signed. A key that cannot be used is set aside, so that the next signature makes a new one. */
function readKey(path: string): OwnKey | undefined {
  try {
    const privateKey = createPrivateKey(readRegularSync(path, 64 * 1024))
    if (privateKey.asymmetricKeyType !== 'ed25519') throw new Error('it is not an Ed25519 key')
    return ownKey(privateKey)
  } catch (error) {
    if (isAbsent(path, error)) return undefined
    const isFile = error instanceof FileFault
    const reason = isFile ? error.message : 'it is not a private key'
    setAside(path, 'The key that signs backups', reason, foreign)
    return undefined
  }
}

const foreign =
  'Backups signed with it show as signed by another console until it is put back; the next backup makes a new key.'

function makeKey(directory: string, path: string): OwnKey {
  const { privateKey } = generateKeyPairSync('ed25519')
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const file = openSync(path, 'wx', 0o600)
  try {
    writeSync(file, privateKey.export({ format: 'pem', type: 'pkcs8' }).toString())
    fsyncSync(file)
  } catch (error) {
    rmSync(path, { force: true })
    throw error
  } finally {
    closeSync(file)
  }
  return ownKey(privateKey)
}

function ownKey(privateKey: KeyObject): OwnKey {
  const publicKey = createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).toString('base64')
  return { privateKey, publicKey }
}
