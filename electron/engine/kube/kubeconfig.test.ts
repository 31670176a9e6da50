import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { authority } from '../testing/certificates.ts'
import { defaultSources, loadKubeconfigs } from './kubeconfig.ts'

let folder: string
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'console-kubeconfig-'))))
afterEach(() => rmSync(folder, { recursive: true }))

const write = (name: string, content: string): string => {
  writeFileSync(join(folder, name), content)
  return join(folder, name)
}

/** A kubeconfig with one cluster, user and context of the given name. */
const config = (name: string, server: string, more = ''): string => `apiVersion: v1
kind: Config
clusters:
- name: ${name}
  cluster: {server: "${server}"}
users:
- name: ${name}
  user: {token: "token of ${server}"}
contexts:
- name: ${name}
  context: {cluster: ${name}, user: ${name}, namespace: shop}
${more}`

const user = (path: string) => ({ path, kind: 'user' as const })
const added = (path: string) => ({ path, kind: 'added' as const })

it('merges as kubectl does: the first file wins per name, and its current-context', () => {
  const first = write('a', config('one', 'https://first', 'current-context: one'))
  const second = write(
    'b',
    config('one', 'https://second') + config('two', 'https://two').replace(/^[^]*?clusters/, '#'),
  )
  const third = write('c', config('three', 'https://three', 'current-context: three'))
  const { contexts, problems } = loadKubeconfigs([user(first), user(third)])
  expect(contexts.map(({ name, cluster, isCurrent }) => [name, cluster.server, isCurrent])).toEqual([
    ['one', 'https://first', true],
    ['three', 'https://three', false],
  ])
  expect(problems).toEqual([])
  expect(loadKubeconfigs([user(first), user(second)]).contexts.find(({ name }) => name === 'one')?.cluster.server).toBe(
    'https://first',
  )
})

it("lets a context use the cluster of another file in kubectl's list, but keeps an added file to itself", () => {
  const clusters = write('clusters', config('shared', 'https://shared').replace(/contexts:[^]*$/, ''))
  const contexts = write('contexts', 'contexts:\n- name: use\n  context: {cluster: shared, user: shared}\n')
  expect(loadKubeconfigs([user(clusters), user(contexts)]).contexts.map(({ name }) => name)).toEqual(['use'])
  const { contexts: none, problems } = loadKubeconfigs([user(clusters), added(contexts)])
  expect(none).toEqual([])
  expect(problems).toEqual([
    expect.objectContaining({ path: contexts, line: 2, message: expect.stringContaining('"shared"') as string }),
  ])
})

it('never sends an added context to the cluster of the same name in another file', () => {
  const mine = write('mine', config('kubernetes', 'https://mine'))
  const theirs = write(
    'theirs',
    config('kubernetes', 'https://theirs').replace('contexts:\n- name: kubernetes', 'contexts:\n- name: theirs'),
  )
  const { contexts } = loadKubeconfigs([user(mine), added(theirs)])
  expect(contexts.map(({ name, cluster, user: { token } }) => [name, cluster.server, token])).toEqual([
    ['kubernetes', 'https://mine', 'token of https://mine'],
    ['theirs', 'https://theirs', 'token of https://theirs'],
  ])
})

it('reports a repeated context name of an added file and keeps the first', () => {
  const { contexts, problems } = loadKubeconfigs([
    user(write('a', config('x', 'https://a'))),
    added(write('b', config('x', 'https://b'))),
  ])
  expect(contexts.map(({ cluster }) => cluster.server)).toEqual(['https://a'])
  expect(problems).toEqual([
    expect.objectContaining({ line: 10, message: expect.stringContaining('rename') as string }),
  ])
})

it.each([
  ['malformed YAML', 'clusters:\n- name: x\n  cluster: {server: [\n', 3],
  ['an empty file', '', 1],
  ['a file that is a list', '- a\n- b\n', 1],
  ['clusters that are no list', 'apiVersion: v1\nclusters: 5\n', 2],
])('names path and line of %s and keeps the other files', (_what, content, line) => {
  const bad = write('bad', content)
  const { contexts, problems } = loadKubeconfigs([user(bad), user(write('good', config('good', 'https://good')))])
  expect(contexts.map(({ name }) => name)).toEqual(['good'])
  expect(problems).toHaveLength(1)
  expect(problems[0]?.path).toBe(bad)
  expect(problems[0]?.line).toBeGreaterThanOrEqual(line)
})

it('leaves out only the entry that is wrong, with its line', () => {
  const path = write(
    'mixed',
    `${config('good', 'https://good')}- name: bad\n  context: {cluster: missing, user: good}\n- context: {}\n`,
  )
  const { contexts, problems } = loadKubeconfigs([user(path)])
  expect(contexts.map(({ name }) => name)).toEqual(['good'])
  expect(problems.map(({ line }) => line)).toEqual([14, 12])
})

it('refuses a server that is no address and certificate data that is no certificate', () => {
  const path = write('c', config('x', 'localhost:8080') + config('y', 'https://y').replace(/^[^]*?contexts/, 'other'))
  expect(loadKubeconfigs([user(path)]).problems[0]?.message).toContain('not an http(s) address')
  const data = write(
    'd',
    config('z', 'https://z').replace('{server:', '{certificate-authority-data: bm90IGEgY2VydA==, server:'),
  )
  expect(loadKubeconfigs([user(data)]).problems[0]).toMatchObject({
    line: 4,
    message: expect.stringContaining('not base64 of a PEM') as string,
  })
})

it('takes relative paths relative to the file, and decodes inline data', () => {
  mkdirSync(join(folder, 'sub'))
  const text = config('x', 'https://x')
    .replace(
      '{server:',
      `{certificate-authority: pki/ca.crt, certificate-authority-data: ${Buffer.from(authority).toString('base64')}, server:`,
    )
    .replace(
      '{token:',
      '{client-certificate: ./c.crt, client-key: /abs/c.key, tokenFile: ../t, exec: {command: ./bin/sign-in, args: [1]}, token:',
    )
  const [context] = loadKubeconfigs([user(write('sub/config', text))]).contexts
  expect(context?.cluster.caFile).toBe(join(folder, 'sub/pki/ca.crt'))
  expect(context?.cluster.caData).toBe(authority)
  expect(context?.user).toMatchObject({
    certFile: join(folder, 'sub/c.crt'),
    keyFile: '/abs/c.key',
    tokenFile: join(folder, 't'),
    exec: { command: join(folder, 'sub/bin/sign-in'), args: ['1'] },
  })
})

it('gives frozen contexts whose identity follows what they sign in with', () => {
  const one = loadKubeconfigs([user(write('a', config('x', 'https://a')))]).contexts[0]
  const again = loadKubeconfigs([user(join(folder, 'a'))]).contexts[0]
  const other = loadKubeconfigs([user(write('a', config('x', 'https://a').replace('token of', 'new token of')))])
    .contexts[0]
  expect(one?.identity).toBe(again?.identity)
  expect(one?.identity).not.toBe(other?.identity)
  expect(() => Object.assign(one?.cluster ?? {}, { server: 'https://evil' })).toThrow(TypeError)
})

it('passes silently over a default file that is not there, but not over an added one', () => {
  expect(loadKubeconfigs([user(join(folder, 'none'))])).toEqual({ contexts: [], problems: [] })
  expect(loadKubeconfigs([added(join(folder, 'none'))]).problems[0]?.message).toContain('cannot be read')
})

it('never writes', () => {
  const path = write('a', config('x', 'https://a'))
  const before = readFileSync(path)
  loadKubeconfigs([user(path)])
  expect(readFileSync(path).equals(before)).toBe(true)
})

it("looks where kubectl looks: KUBECONFIG's list, else the home folder", () => {
  expect(defaultSources({ KUBECONFIG: ['/a', '', '/b'].join(delimiter) }).map(({ path }) => path)).toEqual(['/a', '/b'])
  expect(defaultSources({ HOME: '/home/me' }).map(({ path }) => path)).toEqual(['/home/me/.kube/config'])
})
