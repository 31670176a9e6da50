import { client } from '../certificates.ts'
import { caData, config, server } from './decodeCases.ts'

/** Kubeconfigs that kubectl decodes, and whether it then connects by the context x. */
export interface UseCase {
  what: string
  file: string
  /** Why this reader and kubectl do not agree here; without it they must. */
  differs?: string
}

const encoded = (text: string): string => Buffer.from(text).toString('base64')
const cert = `client-certificate-data: ${encoded(client.cert)}`
const key = `client-key-data: ${encoded(client.key)}`
const version = 'apiVersion: client.authentication.k8s.io/v1'
const exec = (fields: string): string => config({ user: `exec: {command: no-such-program, ${fields}}` })
const at = (address: string): string => config().replace(`"${server}"`, JSON.stringify(address))
const use = (what: string, file: string, differs?: string): UseCase => ({ what, file, ...(differs && { differs }) })

const localhost = 'kubectl falls back to localhost:8080, to which nobody means to send these credentials'
const network = 'kubectl notices only when it dials'

const clusters: UseCase[] = [
  use('a token', config()),
  use('no server', config().replace(`server: "${server}"`, ''), localhost),
  use('an empty server', at(''), localhost),
  use('a cluster that is not defined', config().replace('{cluster: x', '{cluster: y')),
  use('no cluster', config().replace('{cluster: x, ', '{'), localhost),
  use('no scheme', at('127.0.0.1:1')),
  use('no scheme and no port', at('localhost')),
  use('no scheme, with a path', at('127.0.0.1:1/k8s')),
  use('a path', at('https://127.0.0.1:1/k8s/clusters/c/')),
  use('a scheme in capitals', at('HTTPS://127.0.0.1:1')),
  use('an IPv6 address', at('https://[::1]:1')),
  use('an IPv6 address without a scheme', at('[::1]:1')),
  use('a query', at('https://127.0.0.1:1?a=b')),
  use('name and password', at('https://a:b@127.0.0.1:1')),
  use('two slashes', at('//127.0.0.1:1')),
  use('a scheme alone', at('https://')),
  use('a blank in the name', at('https://loc alhost:1')),
  use('an open bracket', at('https://[::1')),
  use('a socket', at('unix:///run/kube.sock')),
  use('ftp', at('ftp://127.0.0.1:1'), network),
  use('two ports', at('https://127.0.0.1:1:2'), network),
  use('a port out of range', at('https://127.0.0.1:99999'), network),
  use(
    'an authority in the file and beside it',
    config({ cluster: `certificate-authority: ca, certificate-authority-data: ${caData}` }),
  ),
  use(
    'an authority and no check',
    config({ cluster: `insecure-skip-tls-verify: true, certificate-authority-data: ${caData}` }),
  ),
  use('no check', config({ cluster: 'insecure-skip-tls-verify: true' })),
  use('an authority', config({ cluster: `certificate-authority-data: ${caData}` })),
  use('an authority that is no certificate', config({ cluster: 'certificate-authority-data: YWJj' })),
  use('an empty proxy', config({ cluster: 'proxy-url: ""' })),
  use('an http proxy', config({ cluster: 'proxy-url: "http://127.0.0.1:1"' })),
  use('an https proxy', config({ cluster: 'proxy-url: "https://127.0.0.1:1"' })),
  use('a SOCKS proxy', config({ cluster: 'proxy-url: "socks5://127.0.0.1:1"' })),
  use('a SOCKS proxy that resolves names', config({ cluster: 'proxy-url: "socks5h://127.0.0.1:1"' })),
  use('a proxy without a scheme', config({ cluster: 'proxy-url: "proxy:3128"' })),
  use('a proxy of another kind', config({ cluster: 'proxy-url: "ftp://proxy"' })),
  use('a proxy with a blank', config({ cluster: 'proxy-url: "http://a b"' })),
  use('a name to check', config({ cluster: 'tls-server-name: other' })),
]

const users: UseCase[] = [
  use('a token and a name', config({ user: 'token: a, username: b' })),
  use('a token and a password', config({ user: 'token: a, password: b' })),
  use('a name and a password', config({ user: 'username: a, password: b' })),
  use('a token and a certificate', config({ user: `token: a, ${cert}, ${key}` })),
  use('a certificate', config({ user: `${cert}, ${key}, token: a` })),
  use('a certificate without a key', config({ user: `${cert}, token: a` })),
  use('a key without a certificate', config({ user: `${key}, token: a` })),
  use('a certificate that is none', config({ user: `client-certificate-data: YWJj, ${key}, token: a` })),
  use('a key that is none', config({ user: `${cert}, client-key-data: YWJj, token: a` })),
  use('a certificate in the file and beside it', config({ user: `${cert}, client-certificate: c, ${key}, token: a` })),
  use('a key in the file and beside it', config({ user: `${cert}, client-key: c, ${key}, token: a` })),
  use('impersonation', config({ user: 'token: a, as: b, as-groups: [c], as-uid: d, as-user-extra: {e: [f]}' })),
  use('groups without a user', config({ user: 'token: a, as-groups: [c]' })),
  use('extra without a user', config({ user: 'token: a, as-user-extra: {e: [f]}' })),
  use('a uid without a user', config({ user: 'token: a, as-uid: d' })),
  use('a user that is not defined', config().replace('user: x}', 'user: y}')),
  use('a namespace that none can have', config({ context: 'namespace: A_b' })),
]

const programs: UseCase[] = [
  use('a program', exec(`${version}, interactiveMode: Never`)),
  use('a program that may ask', exec(`${version}, interactiveMode: IfAvailable`)),
  use('a program of the version before', exec(`${version}beta1`)),
  use('a program of a removed version', exec(`${version}alpha1`)),
  use('a program of another version', exec('apiVersion: v1, interactiveMode: Never')),
  use('a program without a version', exec('interactiveMode: Never')),
  use('a program that does not say whether it asks', exec(version)),
  use('a program that asks in small letters', exec(`${version}, interactiveMode: never`)),
  use('a program with a variable without a name', exec(`${version}, interactiveMode: Never, env: [{value: a}]`)),
  use('a program without a command', config({ user: `exec: {${version}, interactiveMode: Never}` })),
  use(
    'a program and an auth-provider',
    config({ user: `exec: {command: a, ${version}, interactiveMode: Never}, auth-provider: {name: oidc}` }),
  ),
  use(
    'a program and a token',
    config({ user: `token: a, exec: {command: no-such-program, ${version}, interactiveMode: Never}` }),
  ),
  use(
    'an auth-provider that was removed',
    config({ user: 'auth-provider: {name: gcp, config: {access-token: a}}' }),
    'its token is used while it lasts',
  ),
]

export const useCases: readonly UseCase[] = [...clusters, ...users, ...programs]
