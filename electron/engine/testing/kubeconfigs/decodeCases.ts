import { authority } from '../certificates.ts'

/** Kubeconfigs for kubectl and this reader, in the order of KUBECONFIG. */
export interface Case {
  what: string
  files: (string | Buffer)[]
  /** Why this reader and kubectl do not agree here; without it they must. */
  differs?: string
}

export const caData = Buffer.from(authority).toString('base64')
/** Nothing listens there, so that kubectl ends at once. */
export const server = 'https://127.0.0.1:1'

interface Parts {
  cluster?: string
  user?: string
  context?: string
  more?: string
  name?: string
}

/** One cluster, user and context called x. */
export const config = ({ cluster = '', user = 'token: t', context = '', more = '', name = 'x' }: Parts = {}): string =>
  `apiVersion: v1
kind: Config
clusters:
- name: ${name}
  cluster: {server: "${server}"${cluster && `, ${cluster}`}}
users:
- name: ${name}
  user: {${user}}
contexts:
- name: ${name}
  context: {cluster: ${name}, user: ${name}${context && `, ${context}`}}
${more}`

const one = (what: string, file: string | Buffer, differs?: string): Case => ({
  what,
  files: [file],
  ...(differs === undefined ? {} : { differs }),
})

/** What stands without quotes, as a token: text, or refused. */
const scalars =
  `abc 12345 0 -1 +1 007 08 0o7 0x1F 0b101 1_000 1__0 1_ _1 1.10 .5 5. 1e3 1e400 -.5 +.5 1.2.3 12:30 1:30:45 190:20:30 .inf -.Inf +.INF .nan .NAN .Nan
  y Y n N yes Yes YES yEs no No NO on On ON off OFF true True TRUE tRue false ~ null Null NULL nULL 2020-01-01 2020-1-1 2020-13-45 2001-12-14t21:59:43Z
  99999999999999999999 0xFFFFFFFFFFFFFFFFFF -- + . .. 1a a1 0x 0b2 0o9 <<`
    .split(/\s+/)
    .map((text) => one(`the token ${text}`, config({ user: `token: ${text}` })))

const utf16 = (text: string): Buffer => Buffer.from(`\ufeff${text}`, 'utf16le')

const bytes: Case[] = [
  one('an empty file', ''),
  one('only blanks and a comment', '\n  \n# nothing\n'),
  one('only the start of a document', '---\n'),
  one('null', 'null\n'),
  one('UTF-8 with a byte order mark', `\ufeff${config()}`),
  one('UTF-16 little endian', utf16(config())),
  one('UTF-16 big endian', utf16(config()).swap16()),
  one('UTF-16 beyond the basic plane', utf16(config({ name: 'clé-🚀' }))),
  one('UTF-16 without a byte order mark', Buffer.from(config(), 'utf16le')),
  one('UTF-32', Buffer.concat([Buffer.from([0xff, 0xfe, 0, 0]), Buffer.from('a\0\0\0', 'latin1')])),
  one(
    'bytes that are no UTF-8',
    Buffer.concat([Buffer.from('# '), Buffer.from([0xff, 0xc3, 0x28]), Buffer.from(`\n${config()}`)]),
  ),
  one('Latin-1', Buffer.from(config({ name: 'clé' }), 'latin1')),
  one('lines that end with CR and LF', config().replaceAll('\n', '\r\n')),
  one('lines that end with CR', config().replaceAll('\n', '\r')),
  one('no newline at the end', config().trimEnd()),
  one('a NUL', config({ user: 'token: "a\0b"' })),
  one('a bell', config({ user: 'token: a\u0007b' })),
  one('an escape sequence', config({ user: 'token: "a\u001b[31mb"' })),
  one('DEL', config({ user: 'token: a\u007fb' })),
  one('a control character of the second row', config({ user: 'token: a\u0081b' })),
  one('a byte order mark in the middle', config({ user: 'token: "a\ufeffb"' })),
  one('an escaped NUL in quotes', config({ user: 'token: "a\\0b"' })),
  one('a direction override', config({ name: '"a\u202eb"' })),
]

const syntax: Case[] = [
  one('a tab as indentation', config().replace('  cluster:', '\tcluster:')),
  one('a tab after a colon', config({ user: 'token:\tt' })),
  one('a tab at the end of a line', config().replace('kind: Config', 'kind: Config\t')),
  one('a tab before a comment', config().replace('kind: Config', 'kind: Config\t# one')),
  one('an unclosed bracket', `${config()}\nmore: [`),
  one('an unclosed quote', `${config()}\nmore: "`),
  one('a closing brace too many', `${config()}}\n`),
  one('a missing blank after a colon', config().replace('kind: Config', 'kind:Config')),
  one('two values in one line', `${config()}a: b: c\n`),
  one('wrong indentation', config().replace('  user: {', ' user: {')),
  one('lists indented like their key', config()),
  one(
    'a first line that is indented further than the rest',
    `    more: a\n${config()}`,
    'kubectl stops at the second line without a word and has no contexts; here the line is named',
  ),
  one(
    'lists indented further',
    config().replaceAll('\n- ', '\n    - ').replaceAll('\n  c', '\n      c').replaceAll('\n  u', '\n      u'),
  ),
  one(
    'JSON',
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'x', cluster: { server } }],
      users: [{ name: 'x', user: { token: 'a' } }],
      contexts: [{ name: 'x', context: { cluster: 'x', user: 'x' } }],
    }),
  ),
  one(
    'JSON in many lines with tabs',
    JSON.stringify(
      {
        clusters: [{ name: 'x', cluster: { server } }],
        contexts: [{ name: 'x', context: { cluster: 'x', user: 'u' } }],
        users: [{ name: 'u', user: { token: 'a' } }],
      },
      null,
      '\t',
    ),
  ),
  one('a second document', `${config()}---\nclusters: 5\n`),
  one('a second document that is broken', `${config()}---\nclusters: [\n`),
  one('an empty first document', `---\n---\n${config()}`),
  one('text after the end of the document', `${config()}...\n}{\n`),
  one('%YAML 1.1', `%YAML 1.1\n---\n${config()}`),
  one('%YAML 1.2', `%YAML 1.2\n---\n${config()}`),
  one('an anchor and an alias', config({ cluster: '&a tls-server-name: one' })),
  one(
    'an alias as a whole entry',
    `base: &c {server: "${server}"}\n${config().replace(/cluster: \{server[^}]*\}/, 'cluster: *c')}`,
  ),
  one(
    'a merge key',
    `base: &c {server: "${server}", tls-server-name: base}\n${config().replace(/cluster: \{server[^}]*\}/, 'cluster: {<<: *c, tls-server-name: own}')}`,
  ),
  one(
    'a merge key behind',
    `base: &c {server: "${server}", tls-server-name: base}\n${config().replace(/cluster: \{server[^}]*\}/, 'cluster: {tls-server-name: own, <<: *c}')}`,
  ),
  one(
    'a merge of a list',
    `a: &a {tls-server-name: a}\nb: &b {tls-server-name: b, server: "${server}"}\n${config().replace(/cluster: \{server[^}]*\}/, 'cluster: {<<: [*a, *b]}')}`,
  ),
  one('a merge of text', config({ cluster: '<<: text' })),
  one('a quoted merge key', config({ cluster: '"<<": {tls-server-name: a}' })),
  one('an unknown anchor', config({ user: 'token: *nothing' })),
  one('an anchor within itself', `more: &a [*a]\n${config()}`),
  one('an anchor given twice', `a: &a one\nb: &a two\n${config({ user: 'token: *a' })}`),
  one(
    'aliases of aliases without end',
    `a: &a [x,x,x,x,x,x,x,x,x]\n${Array.from('bcdefgh')
      .map(
        (name, index) =>
          `${name}: &${name} [${Array<string>(9)
            .fill(`*${'abcdefg'[index] ?? ''}`)
            .join(',')}]`,
      )
      .join('\n')}\n${config()}`,
  ),
  one('a folded token', config().replace('user: {token: t}', 'user:\n    token: >-\n      a\n      b')),
  one('a literal token with a newline', config().replace('user: {token: t}', 'user:\n    token: |\n      a')),
  one('a token over two lines', config().replace('user: {token: t}', 'user:\n    token: a\n      b')),
  one('single quotes', config({ user: "token: 'it''s'" })),
  one('escapes in double quotes', config({ user: 'token: "\\u0041\\x42\\t"' })),
  one('an unknown escape', config({ user: 'token: "\\q"' })),
  one('a token that begins with @', config({ user: 'token: @a' })),
  one('a token that begins with a percent sign', config({ user: 'token: "%a"' })),
  one('a token with a hash', config({ user: 'token: a#b' })),
  one(
    'a hyphen alone in braces',
    config({ user: 'token: -' }),
    'kubectl takes it for text; the parser here for the start of a list, and says so with its line',
  ),
  one('an escaped slash', config({ user: 'token: "a\\/b"' })),
  one('an escaped backslash before a slash', config({ user: 'token: "a\\\\/b"' })),
  one('!!str before a number', config({ user: 'token: !!str 123' })),
  one('!!int before text', config({ user: 'token: !!int abc' })),
  one('!!int before quotes', config({ user: 'token: !!int "5"' })),
  one('!!binary', config({ user: 'token: !!binary YWJj' })),
  one('!!binary that is none', config({ user: 'token: !!binary "!"' })),
  one('a tag of its own', config({ user: 'token: !secret 5' })),
  one('quoted keys', config({ user: '"token": "a"' })),
  one('a complex key', `? [a]\n: b\n${config()}`),
  one('null as a key', `~: b\n${config()}`),
  one('numbers and booleans as keys', `1: a\ntrue: b\n1.5: c\n${config()}`),
  one('.nan anywhere', `more: .nan\n${config()}`),
]

const types: Case[] = [
  one('a list', '- a\n'),
  one('text', 'hello\n'),
  one('a number', '5\n'),
  one('clusters that are a number', 'clusters: 5\n'),
  one('clusters that are a mapping', `clusters: {x: {server: "${server}"}}\n`),
  one('clusters that are null', 'clusters:\nusers: ~\ncontexts: null\n'),
  one('an entry that is null', 'clusters:\n-\n'),
  one('an entry that is text', 'clusters:\n- a\n'),
  one('a cluster that is a list', 'clusters:\n- {name: a, cluster: []}\n'),
  one('a cluster that is null', 'clusters:\n- {name: a, cluster: }\n'),
  one('a name that is a number', config({ name: '12' })),
  one('a quoted number as a name', config({ name: '"12"' })),
  one('a flag that is yes', config({ cluster: 'insecure-skip-tls-verify: yes' })),
  one('a flag that is on', config({ cluster: 'insecure-skip-tls-verify: On' })),
  one('a flag that is text', config({ cluster: 'insecure-skip-tls-verify: "true"' })),
  one('a flag that is a number', config({ cluster: 'insecure-skip-tls-verify: 1' })),
  one('a flag that is null', config({ cluster: 'insecure-skip-tls-verify: null' })),
  one('base64', config({ cluster: `certificate-authority-data: ${caData}` })),
  one(
    'base64 in lines',
    config().replace(
      '{server:',
      `{certificate-authority-data: "${caData.slice(0, 64)}\\n${caData.slice(64)}", server:`,
    ),
  ),
  one('base64 with blanks', config({ user: 'client-key-data: "YW Jj", token: a' })),
  one('base64 without padding', config({ user: 'client-key-data: YQ, token: a' })),
  one('base64 with too much padding', config({ user: 'client-key-data: YWJj====, token: a' })),
  one('base64 for addresses', config({ user: 'client-key-data: a-_b, token: a' })),
  one('base64 with bits left over', config({ user: 'client-key-data: YR==, token: a' })),
  one('base64 that is a number', config({ user: 'client-key-data: 1234, token: a' })),
  one('base64 that is empty', config({ user: 'client-key-data: "", token: a' })),
  one('bytes as a list', config({ user: 'client-key-data: [1, 2], token: a' })),
  one('arguments that are numbers', config({ user: 'exec: {command: c, args: [1]}' })),
  one('arguments that are text', config({ user: 'exec: {command: c, args: a}' })),
  one('a variable that is a flag', config({ user: 'exec: {command: c, env: [{name: A, value: yes}]}' })),
  one('an exec that is a list', config({ user: 'exec: []' })),
  one('a group that is null', config({ user: 'token: t, as: a, as-groups: [~]' })),
  one('extra that is a list', config({ user: 'token: t, as: a, as-user-extra: [a]' })),
  one('extra whose values are text', config({ user: 'token: t, as: a, as-user-extra: {a: b}' })),
  one(
    'a number in the configuration of an auth-provider',
    config({ user: 'auth-provider: {name: oidc, config: {a: 1}}' }),
  ),
  one('preferences', config({ more: 'preferences: {colors: true}' })),
  one('preferences that are a list', config({ more: 'preferences: []' })),
  one('colors that are a number', config({ more: 'preferences: {colors: 1}' })),
  one('extensions', config({ more: 'extensions: [{name: a, extension: {b: [1]}}, {name: c}]' })),
  one('extensions of one name', config({ more: 'extensions: [{name: a, extension: 1}, {name: a}]' })),
  one('extensions of one name in a cluster', config({ cluster: 'extensions: [{name: a, extension: 1}, {name: a}]' })),
  one('extensions of one name that hold nothing', config({ more: 'extensions: [{name: a}, {name: a}]' })),
  one('a current-context that is a number', config({ more: 'current-context: 5' })),
  one('a current-context that is nowhere', config({ more: 'current-context: nowhere' })),
  one('unknown fields', config({ cluster: 'colour: {deep: [1]}', user: 'token: t, shoe-size: 44', more: 'more: 5' })),
  one('another kind', config().replace('kind: Config', 'kind: Secret')),
  one('another version', config().replace('v1', 'v2')),
  one('another group', config().replace('v1', 'apps/v1')),
  one('no kind and no version', config().replace(/^[^]*?clusters/, 'clusters')),
  one('an empty kind', config().replace('kind: Config', 'kind: ""')),
  one('a kind that is a number', config().replace('kind: Config', 'kind: 5')),
  one('KIND in capitals', config().replace('kind: Config', 'KIND: Secret')),
  one('two spellings of kind', config().replace('kind: Config', 'Kind: Secret\nkind: Config')),
  one('Clusters in capitals', config().replace('clusters:', 'Clusters:')),
  one('Token in capitals', config({ user: 'Token: t' })),
  one('tokenfile in small letters', config({ user: 'tokenfile: t' })),
  one('a key given twice', config({ user: 'token: a, token: b' })),
  one('a section given twice', `${config()}contexts: []\n`),
  one('a cluster of one name twice', config().replace('users:', `- name: x\n  cluster: {server: "${server}"}\nusers:`)),
  one('a user of one name twice', config().replace('contexts:', '- name: x\ncontexts:')),
  one('a context of one name twice', `${config()}- name: x\n`),
  one('two entries without a name', 'users:\n- user: {token: a}\n- user: {token: b}\n'),
]

const several: Case[] = [
  { what: 'two files', files: [config({ name: 'a' }), config({ name: 'b' })] },
  {
    what: 'one name in two files',
    files: [
      config({ cluster: 'tls-server-name: first', user: 'token: first', context: 'namespace: first' }),
      config({ cluster: 'tls-server-name: second', user: 'token: second', context: 'namespace: second' }),
    ],
  },
  {
    what: 'a first entry that says less than the second',
    files: [config({ context: '' }), config({ cluster: 'tls-server-name: second', context: 'namespace: second' })],
  },
  {
    what: 'a context whose cluster is in another file',
    files: [config().replace(/contexts:[^]*$/, ''), 'contexts:\n- name: y\n  context: {cluster: x, user: x}\n'],
  },
  {
    what: 'a current-context in the second file',
    files: [config({ name: 'a' }), config({ name: 'b', more: 'current-context: b' })],
  },
  {
    what: 'a current-context in both files',
    files: [config({ name: 'a', more: 'current-context: a' }), config({ name: 'b', more: 'current-context: b' })],
  },
  { what: 'an empty file first', files: ['', config()] },
  {
    what: 'three files',
    files: [
      config({ name: 'a' }),
      config({ name: 'b', user: 'token: b' }),
      config({ name: 'a', user: 'token: never' }),
    ],
  },
  {
    what: 'a broken file and a sound one',
    files: ['clusters: [', config()],
    differs: 'kubectl refuses all files for one that is broken; here the others stay, and the broken one is named',
  },
]

const paths: Case[] = [
  one(
    'relative paths',
    config({ cluster: 'certificate-authority: pki/ca.crt', user: 'client-certificate: ./c.crt, client-key: ../c.key' }),
  ),
  one('absolute paths', config({ cluster: 'certificate-authority: /pki/ca.crt', user: 'tokenFile: /t' })),
  one('a relative token file', config({ user: 'tokenFile: t' })),
  one(
    'a program by a relative path',
    config({
      user: 'exec: {command: ./bin/sign-in, apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never}',
    }),
  ),
  one(
    'a program by its name',
    config({ user: 'exec: {command: sign-in, apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never}' }),
  ),
  one('a home folder that nothing expands', config({ cluster: 'certificate-authority: ~/ca.crt' })),
]

export const decodeCases: readonly Case[] = [...bytes, ...syntax, ...types, ...several, ...paths, ...scalars]
