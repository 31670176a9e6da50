import { join } from 'node:path'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { checkValues, loadBundle, type Bundle } from './index.ts'
import { valueAt } from './types.ts'

let bundle: Bundle
beforeAll(async () => {
  bundle = await loadBundle(join(import.meta.dirname, '../../resources'))
})

const check = (text: string, profile = 'production') => checkValues(bundle, profile, text)
/** `line path: message` of every fault. */
const faultsOf = (text: string, profile?: string) =>
  check(text, profile).faults.map(({ line, path, message }) => `${line} ${path}: ${message}`)

describe('a values file', () => {
  it.each(['sandbox', 'small', 'production'])('may be empty: the profile %s is complete by itself', (profile) => {
    for (const text of ['', '\n', '# nothing but a comment\n', '---\n', '{}'])
      expect(faultsOf(text, profile)).toEqual([])
  })

  it('changes what it names and leaves the rest to the profile', () => {
    const { faults, values } = check('storage:\n  database: 300Gi\nreplicas: { backend: { maximum: 8 } }\n')
    expect(faults).toEqual([])
    expect(valueAt(values, 'storage')).toMatchObject({ database: '300Gi', archive: '50Gi' })
    expect(valueAt(values, 'replicas.backend')).toEqual({ minimum: 3, maximum: 8 })
  })

  it('replaces lists as a whole', () => {
    const { values } = check('models: { egress: { except: [198.51.100.0/24] } }')
    expect(valueAt(values, 'models.egress.except')).toEqual(['198.51.100.0/24'])
  })

  it('refuses a profile that is not there', () => {
    expect(() => check('', 'none')).toThrow('no profile none')
  })
})

describe('refused with path and line', () => {
  it.each([
    ['a wrong type', 'replicas:\n  mcp: many', '2 replicas.mcp: "replicas.mcp" must be a whole number, and is "many".'],
    [
      'a number where a text must be',
      'models:\n\n  opus: 4.10',
      '3 models.opus: "models.opus" must be a text, and is 4.1. Put it in quotes.',
    ],
    [
      'an old way of saying yes',
      'ingress:\n  enabled: yes',
      '2 ingress.enabled: "ingress.enabled" must be true or false, and is "yes".',
    ],
    ['nothing at all', 'storage:', '1 storage: "storage" must be a mapping, and is empty.'],
    [
      'a value for a mapping',
      'resources: { backend: 2Gi }',
      '1 resources.backend: "resources.backend" must be a mapping, and is "2Gi".',
    ],
    ['a mapping for a value', 'logLevel: { level: debug }', '1 logLevel: "logLevel" must be a text, and is a mapping.'],
    [
      'a word that is none of the list',
      'logLevel: loud',
      '1 logLevel: "logLevel" must be one of debug, info, warn, error, and is "loud".',
    ],
    [
      'a number out of range',
      '\n\nreplicas: { frontend: -1 }',
      '3 replicas.frontend: "replicas.frontend" must be a whole number from 0 to 20, and is -1.',
    ],
    [
      'an item of a list',
      'models:\n  egress:\n    except:\n      - 10.0.0.0/8\n      - everywhere',
      '5 models.egress.except[1]: "models.egress.except[1]" must be a range of addresses such as 203.0.113.0/24, and is "everywhere".',
    ],
    [
      'a key that is almost right',
      'replica:\n  mcp: 2',
      '1 replica: There is no value "replica". Did you mean "replicas"?',
    ],
    [
      'a key in the wrong place',
      'storageClassName: fast\nlokiUrl: http://loki',
      '2 lokiUrl: There is no value "lokiUrl". Did you mean "logging.lokiUrl"?',
    ],
    [
      'a key like no other',
      'tls:\n  certificateAuthorityBundle: x',
      '2 tls.certificateAuthorityBundle: There is no value "tls.certificateAuthorityBundle".',
    ],
    [
      'what the deployment sets itself',
      'namespace: other',
      '1 namespace: "namespace" is chosen for each deployment and stands in no values file.',
    ],
    [
      'a key that stands twice',
      'tls:\n  secretName: one\n  secretName: two',
      '3 tls.secretName: "tls.secretName" stands here twice; the first is in line 2.',
    ],
    [
      'an alias',
      'hosts:\n  web: &host a.example.com\n  mcp: *host',
      '3 hosts.mcp: Aliases (*name) are not read here: write the value again where it is needed.',
    ],
    [
      'a key that is no word',
      'hosts:\n  [web]: a.example.com',
      '2 hosts: A key must be a plain word. Put it in quotes if it looks like a number.',
    ],
    ['a prototype', '__proto__:\n  logLevel: debug', '1 __proto__: There is no value "__proto__".'],
    ['a built-in name', 'constructor: x', '1 constructor: There is no value "constructor".'],
    [
      'more connections than PostgreSQL has',
      'replicas:\n  backend:\n    maximum: 40',
      '0 postgresql.maxConnections: "postgresql.maxConnections" is 250, and all replicas together may hold 478. Raise it (and the memory of PostgreSQL), or have fewer replicas.',
    ],
    [
      'a minimum above the maximum',
      'replicas:\n  backend:\n    minimum: 9\n    maximum: 4',
      '3 replicas.backend.minimum: "replicas.backend.minimum" is 9, which is more than the maximum of 4.',
    ],
    [
      'a request above its limit',
      'resources:\n  mcp:\n    requests:\n      memory: 2Gi',
      '4 resources.mcp.requests.memory: "resources.mcp.requests.memory" is 2Gi, which is more than its limit of 512Mi.',
    ],
    [
      'a gateway without a host',
      'gateway:\n  enabled: true\n  name: public',
      '0 hosts.web: "hosts.web" must be given: "gateway.enabled" needs it.',
    ],
  ])('%s', (_title, text, fault) => {
    expect(faultsOf(text)).toContain(fault)
  })

  it.each([
    ['a list', '- a\n- b', '1 : The text must be a mapping such as "storage: { database: 20Gi }".'],
    ['a single word', 'production', '1 : The text must be a mapping such as "storage: { database: 20Gi }".'],
    [
      'several documents',
      'logLevel: info\n---\nlogLevel: debug',
      '2 : There must be one document alone: take out the line "---".',
    ],
    ['a text too long', `# ${'x'.repeat(200_001)}`, '1 : The text is longer than 200000 characters.'],
    ['a text nested too deeply for the parser', '['.repeat(60_000), '1 : The text is nested too deeply.'],
  ])('%s in place of a mapping', (_title, text, fault) => {
    expect(faultsOf(text)).toEqual([fault])
  })

  it('a mapping nested too deeply', () => {
    const text = `${'{a: '.repeat(40)}1${'}'.repeat(40)}`
    expect(faultsOf(`hosts: ${text}`)[0]).toMatch(/^1 hosts(\.a){20}: This is nested too deeply\.$/)
  })

  it.each([
    ['broken indentation', 'hosts:\n  web: a.example.com\n mcp: b', 3],
    ['an open quote', 'hosts:\n  web: "a.example.com\n', 3],
    ['a tab for indentation', 'hosts:\n\tweb: a', 2],
    ['a tag that runs code elsewhere', 'hosts:\n  web: !!js/function "function () {}"', 2],
  ])('%s', (_title, text, line) => {
    const { faults } = check(text)
    expect(faults[0]).toMatchObject({ path: '', line })
    expect(faults[0]?.message).not.toBe('')
  })

  it('a bomb of aliases, without unfolding it', () => {
    const levels = Array.from({ length: 12 }, (_, level) => {
      const inner = level === 0 ? '"x"' : `*a${level - 1}`
      return `a${level}: &a${level} [${Array.from({ length: 9 }, () => inner).join(', ')}]`
    })
    const { faults, values } = check(levels.join('\n'))
    expect(faults).toContainEqual(expect.objectContaining({ path: 'a1[0]', line: 2 }))
    expect(JSON.stringify(values).length).toBeLessThan(20_000)
  })

  it.each([
    'a;reboot',
    'a b',
    '$(id)',
    '`id`',
    'a|b',
    'a&b',
    'a>b',
    "a'b",
    'a"b',
    'a\\b',
    '${version}',
    '-a',
    'a\nb',
    'A/b',
    'a@sha256:12',
  ])('the image reference %j', (image) => {
    for (const name of ['suite', 'postgresql', 'redis', 'alloy']) {
      const text = stringify({ images: { [name]: image } })
      expect(check(text).faults).toMatchObject([{ path: `images.${name}`, line: 2 }])
    }
  })

  it('all faults at once, in the order of their lines', () => {
    const text = 'logLevel: loud\nreplicas:\n  mcp: 2\n  agent: 3\nstorage:\n  database: much\n'
    expect(check(text).faults.map(({ line, path }) => [line, path])).toEqual([
      [1, 'logLevel'],
      [4, 'replicas.agent'],
      [6, 'storage.database'],
    ])
  })

  it('without characters that a terminal would act on, and cut short', () => {
    const [fault] = check(stringify({ logLevel: `\u001b[2J${'x'.repeat(5000)}` })).faults
    expect(fault?.message).not.toContain('\u001b')
    expect(fault?.message.length).toBeLessThan(250)
  })
})

describe('any text', () => {
  it('is answered with faults that have a message and a line of the text, and never with an exception', () => {
    const word = fc.constantFrom(
      'replicas',
      'hosts',
      'web',
      'images',
      ':',
      '- ',
      '\n',
      '  ',
      '{',
      '}',
      '[',
      ']',
      '&a',
      '*a',
      '"',
      '|',
      '? ',
      '!!x',
      '#',
      '1',
      'true',
    )
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(word, { maxLength: 30 }).map((words) => words.join('')),
    )
    fc.assert(
      fc.property(texts, (text) => {
        const lines = text.split(/\r\n|\r|\n/).length
        for (const { message, line } of check(text).faults) {
          expect(message).not.toBe('')
          expect(line).toBeGreaterThanOrEqual(0)
          expect(line).toBeLessThanOrEqual(lines)
        }
      }),
      { numRuns: 300 },
    )
  })

  it('that says what the profile says has no faults, whatever part of it', () => {
    for (const { id, values } of bundle.profiles) {
      const parts = fc.subarray(Object.keys(values))
      fc.assert(
        fc.property(parts, (keys) => {
          const text = stringify(Object.fromEntries(keys.map((key) => [key, values[key]])))
          expect(check(text, id)).toMatchObject({ faults: [], values })
        }),
        { numRuns: 30 },
      )
    }
  })
})

describe('what may be written', () => {
  it('is described wholly: every value of every profile, with a type and a sentence', () => {
    for (const { id } of bundle.profiles) {
      const { known } = check('', id)
      expect(known.length).toBeGreaterThan(80)
      for (const { path, type, description } of known)
        expect([path, type, description]).toEqual([path, expect.stringMatching(/./), expect.stringMatching(/\.$/)])
    }
  })

  it('shows what the profile says, as YAML', () => {
    const { known } = check('')
    expect(known).toContainEqual({
      path: 'replicas.backend.maximum',
      type: 'integer',
      description: 'At most; the database must have connections for all of them.',
      standard: '10',
    })
    expect(known).toContainEqual(expect.objectContaining({ path: 'hosts.web', type: 'text', standard: '""' }))
    expect(known).toContainEqual(
      expect.objectContaining({
        path: 'models.egress.except',
        type: 'list of text',
        standard: expect.stringContaining('- 10.0.0.0/8') as string,
      }),
    )
  })

  it('is given by every profile', () => {
    for (const { id, values } of bundle.profiles)
      for (const { path } of check('', id).known) expect([id, path, valueAt(values, path)]).not.toContain(undefined)
  })
})
