import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { authority } from '../../testing/certificates.ts'
import { defaultSources, loadKubeconfigs } from './load.ts'

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
  expect(problems.map(({ line, severity }) => [line, severity])).toEqual([
    [12, 'error'],
    [14, 'error'],
  ])
})

it('refuses a server that is no address and certificate data that is no certificate', () => {
  const path = write('c', config('x', 'ftp://localhost:8080'))
  expect(loadKubeconfigs([user(path)]).problems).toEqual([
    expect.objectContaining({ line: 10, message: expect.stringContaining('not an http(s) address') as string }),
  ])
  const data = write(
    'd',
    config('z', 'https://z').replace('{server:', '{certificate-authority-data: bm90IGEgY2VydA==, server:'),
  )
  expect(loadKubeconfigs([user(data)]).problems[0]).toMatchObject({
    line: 4,
    message: expect.stringContaining('not base64 of a PEM') as string,
  })
})

it.each([
  ['a mapping of something else', 'compose: yes\nservices: {}\n', 'not a kubeconfig'],
  ['a kubeconfig without entries', 'kind: Config\nclusters: []\n', 'no clusters, users or contexts'],
  ['an empty file', '# nothing yet\n', 'empty'],
])('warns of a file that can be read and holds nothing: %s', (_what, content, message) => {
  expect(loadKubeconfigs([added(write('a', content))]).problems).toEqual([
    { path: join(folder, 'a'), line: 1, severity: 'warning', message: expect.stringContaining(message) as string },
  ])
})

it('warns of a key that is given twice, with the line of the second, and uses the last', () => {
  const path = write('a', config('x', 'https://a').replace('{server:', '{server: "https://never", server:'))
  const { contexts, problems } = loadKubeconfigs([user(path)])
  expect(contexts.map(({ cluster }) => cluster.server)).toEqual(['https://a'])
  expect(problems).toEqual([
    { path, line: 5, severity: 'warning', message: expect.stringContaining('"server"') as string },
  ])
})

it.each(['a folder', 'a pipe'])('names %s instead of waiting for it', (what) => {
  const path = join(folder, 'odd')
  if (what === 'a folder') mkdirSync(path)
  else execFileSync('/bin/sh', ['-c', 'mkfifo "$1"', 'sh', path])
  expect(loadKubeconfigs([added(path)]).problems[0]?.message).toContain(
    what === 'a folder' ? 'a folder' : 'not a regular file',
  )
})

it('refuses a file that is too large to be a kubeconfig', () => {
  const path = write('large', `# ${'x'.repeat(9 * 1024 * 1024)}`)
  expect(loadKubeconfigs([added(path)]).problems[0]?.message).toContain('larger than')
})

it('takes relative paths relative to the file, and decodes inline data', () => {
  mkdirSync(join(folder, 'sub'))
  const text = config('x', 'https://x')
    .replace('{server:', '{certificate-authority: pki/ca.crt, server:')
    .replace(
      '{token:',
      "{client-certificate: ./c.crt, client-key: /abs/c.key, tokenFile: ../t, exec: {command: ./bin/sign-in, args: ['1'], apiVersion: client.authentication.k8s.io/v1beta1}, token:",
    )
  const [context] = loadKubeconfigs([user(write('sub/config', text))]).contexts
  expect(context?.cluster.caFile).toBe(join(folder, 'sub/pki/ca.crt'))
  expect(context?.user).toMatchObject({
    certFile: join(folder, 'sub/c.crt'),
    keyFile: '/abs/c.key',
    tokenFile: join(folder, 't'),
    exec: { command: join(folder, 'sub/bin/sign-in'), args: ['1'] },
  })
})

it('decodes inline data', () => {
  const data = Buffer.from(authority).toString('base64')
  const path = write('a', config('x', 'https://x').replace('{server:', `{certificate-authority-data: ${data}, server:`))
  expect(loadKubeconfigs([user(path)]).contexts[0]?.cluster.caData).toBe(authority)
})

it.each([
  ['127.0.0.1:6443', '', 'http://127.0.0.1:6443'],
  ['127.0.0.1:6443', ', insecure-skip-tls-verify: true', 'https://127.0.0.1:6443'],
  ['cluster.example', ', certificate-authority: ca.crt', 'https://cluster.example'],
  ['[::1]:6443/', '', 'http://[::1]:6443'],
  ['https://rancher.example/k8s/clusters/c-1/', '', 'https://rancher.example/k8s/clusters/c-1'],
])('completes the server %s%s as kubectl does', (server, more, expected) => {
  const path = write('a', config('x', server).replace('"}', `"${more}}`))
  expect(loadKubeconfigs([user(path)]).contexts.map(({ cluster }) => cluster.server)).toEqual([expected])
})

it('signs in with the name and password of the address where the user has nothing else, and shows neither', () => {
  const anonymous = (server: string): string => config('x', server).replace(/\{token:[^}]*\}/, '{}')
  const [context] = loadKubeconfigs([user(write('a', anonymous('https://maya:s%20x@cluster.example')))]).contexts
  expect(context).toMatchObject({
    cluster: { server: 'https://cluster.example' },
    user: { username: 'maya', password: 's x' },
  })
  const [other] = loadKubeconfigs([user(write('b', config('x', 'https://maya:s@cluster.example')))]).contexts
  expect(other?.user.username).toBeUndefined()
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
