import { describe, expect, it } from 'vitest'
import { insertValue, lineOfValue } from './valuesText.ts'

const text = '# ours\nhosts:\n  frontend: a.example\nreplicas:\n  backend: 2 # enough\n'

describe('inserting a known value', () => {
  it('writes it at its place and leaves comments and the rest as they are', () => {
    const written = insertValue(text, 'replicas.mcp', '3')
    expect(written?.text).toBe(`${text}  mcp: 3\n`)
    expect(written?.line).toBe(6)
  })

  it('begins an empty text, with as many levels as the path has', () => {
    expect(insertValue('', 'tls.secret.name', 'web')?.text).toBe('tls:\n  secret:\n    name: web\n')
  })

  it('takes lists and quoted text as they are', () => {
    expect(insertValue('', 'a', '- x\n- "1"')?.text).toBe('a:\n  - x\n  - "1"\n')
  })

  it('refuses a text that is no YAML, and a path through something that holds no keys', () => {
    expect(insertValue('a: [', 'b', '1')).toBeNull()
    expect(insertValue('hosts: none\n', 'hosts.frontend', 'x')).toBeNull()
  })
})

describe('finding a value', () => {
  it('gives its line where it is written', () => {
    expect(lineOfValue(text, 'replicas.backend')).toBe(5)
    expect(lineOfValue(text, 'hosts')).toBe(2)
  })

  it('is null where it is not, and where the text cannot be read', () => {
    expect(lineOfValue(text, 'replicas.mcp')).toBeNull()
    expect(lineOfValue('a: [', 'a')).toBeNull()
    expect(lineOfValue('', 'a')).toBeNull()
  })
})
