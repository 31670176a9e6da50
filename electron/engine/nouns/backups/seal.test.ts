import { createHmac, randomBytes } from 'node:crypto'
import { readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { z } from 'zod'
import { fileProblems } from '../../storage/fileProblems.ts'
import { Seal } from './seal.ts'
import { temporaryFolder } from './testing/suite.ts'

let here: Awaited<ReturnType<typeof temporaryFolder>>
let elsewhere: Awaited<ReturnType<typeof temporaryFolder>>
const kind = z.object({ rows: z.number() })

beforeEach(async () => {
  here = await temporaryFolder()
  elsewhere = await temporaryFolder()
})
afterEach(async () => {
  await here.remove()
  await elsewhere.remove()
})

it('another workstation can tell that a text is whole, and whose it is', () => {
  const text = new Seal(elsewhere.path).close('manifest', { rows: 5 })
  const own = new Seal(elsewhere.path).open('manifest', kind, text, '')
  const foreign = new Seal(here.path).open('manifest', kind, text, '')
  expect(own.signer).toMatchObject({ isThisConsole: true })
  expect(foreign).toEqual({
    contents: { rows: 5 },
    signer: { fingerprint: own.signer.fingerprint, isThisConsole: false },
  })
  expect(own.signer.fingerprint).toMatch(/^SHA256:.{43}$/)
})

it('keeps its key readable for its owner alone', async () => {
  new Seal(here.path).close('manifest', {})
  expect((await stat(join(here.path, 'signing-key.pem'))).mode & 0o777).toBe(0o600)
})

it.each([
  ['changed contents', (text: string) => text.replace('"rows": 5', '"rows": 6')],
  ['a cut text', (text: string) => text.slice(0, -40)],
  ['another signature', (text: string) => text.replace(/"signature": "..../, '"signature": "AAAA')],
])('refuses %s', (_what, change) => {
  const seal = new Seal(here.path)
  const text = seal.close('manifest', { rows: 5 })
  expect(() => seal.open('manifest', kind, change(text), '')).toThrow(
    expect.objectContaining({ code: 'ARCHIVE_DAMAGED' }),
  )
})

it('takes no signature for another purpose', () => {
  const seal = new Seal(here.path)
  const text = seal.close('manifest', { rows: 5 })
  expect(() => seal.open('verified', kind, text, '')).toThrow('changed or is incomplete')
})

it('opens what an earlier version sealed with the secret of this console, and not without it', async () => {
  const secret = randomBytes(32)
  const contents = { rows: 5 }
  const hmac = createHmac('sha256', secret).update(JSON.stringify(contents)).digest('hex')
  const text = JSON.stringify({ contents, seal: `hmac-sha256:${hmac}` })
  await writeFile(join(here.path, 'manifest.key'), secret)
  expect(new Seal(here.path).open('manifest', kind, text, '').signer.isThisConsole).toBe(true)
  expect(() => new Seal(elsewhere.path).open('manifest', kind, text, '')).toThrow(
    expect.objectContaining({
      details: expect.objectContaining({ raw: expect.stringContaining('another workstation') as string }) as object,
    }),
  )
})

it('a damaged key keeps no backup from being listed or taken: it is set aside, and a new one is made', async () => {
  const text = new Seal(here.path).close('manifest', { rows: 5 })
  await writeFile(join(here.path, 'signing-key.pem'), '')
  const seal = new Seal(here.path)
  expect(seal.open('manifest', kind, text, '').signer.isThisConsole).toBe(false)
  expect(fileProblems().at(-1)).toMatchObject({
    message: expect.stringContaining('signed by another console') as string,
  })
  expect(await readdir(here.path)).toEqual([expect.stringMatching(/^signing-key\.pem\.unreadable-/)])
  const next = seal.close('manifest', { rows: 6 })
  expect(new Seal(here.path).open('manifest', kind, next, '').signer.isThisConsole).toBe(true)
})
