import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createEncryption, DecryptionError, deriveKey } from './encryption.ts'

const secret = () => randomBytes(32).toString('base64')
const place = 'archon_secrets:model-api-key'

describe('encryption at rest', () => {
  it('gives back what was encrypted, in a different form each time', () => {
    const encryption = createEncryption({ current: secret() })
    for (const plain of ['', 'sk-123', 'ünïcode 🔑', 'x'.repeat(20_000)]) {
      const encrypted = encryption.encrypt(plain, place)
      expect(encrypted).not.toBe(encryption.encrypt(plain, place))
      expect(encryption.decrypt(encrypted, place)).toBe(plain)
      if (plain.length > 3) expect(encrypted).not.toContain(plain)
    }
  })

  it('refuses a value at another place, with another key id, or changed at any byte', () => {
    const encryption = createEncryption({ current: secret() })
    const encrypted = encryption.encrypt('the value', place)
    expect(() => encryption.decrypt(encrypted, 'archon_secrets:other')).toThrow(DecryptionError)
    expect(() => createEncryption({ current: secret() }).decrypt(encrypted, place)).toThrow(/not configured/)
    const parts = encrypted.split('.')
    const body = Buffer.from(parts[3] ?? '', 'base64url')
    for (let index = 0; index < body.length; index += 1) {
      const changed = Buffer.from(body)
      changed.writeUInt8(changed.readUInt8(index) ^ 1, index)
      const value = [...parts.slice(0, 3), changed.toString('base64url')].join('.')
      expect(() => encryption.decrypt(value, place)).toThrow(DecryptionError)
    }
    for (const value of ['', 'plain text', 'v1.a.b.c', `${encrypted}.x`, parts.slice(0, 3).join('.')])
      expect(() => encryption.decrypt(value, place)).toThrow(DecryptionError)
  })

  it('reads values of the previous key, and says that they are stale', () => {
    const [old, current] = [secret(), secret()]
    const encrypted = createEncryption({ current: old }).encrypt('the value', place)
    const rotated = createEncryption({ current, previous: old })
    expect(rotated.isStale(encrypted)).toBe(true)
    expect(rotated.decrypt(encrypted, place)).toBe('the value')
    const renewed = rotated.encrypt('the value', place)
    expect(rotated.isStale(renewed)).toBe(false)
    expect(createEncryption({ current }).decrypt(renewed, place)).toBe('the value')
  })

  it('derives different keys for different purposes', () => {
    const one = secret()
    expect(deriveKey(one, 'fields').equals(deriveKey(one, 'audit'))).toBe(false)
    expect(deriveKey(one, 'audit').equals(deriveKey(one, 'audit'))).toBe(true)
  })
})
