import { expect, it } from 'vitest'
import { proxyFor } from './proxy.ts'

/** The list of Go's own test of httpproxy, and which hosts it says go through the proxy at port 80. */
const listed =
  'foobar.com, .barbaz.net, *.wildcard.io, 192.168.1.1, 192.168.1.2:81, 192.168.1.3:80, 10.0.0.0/30, 2001:db8::52:0:1, [2001:db8::52:0:2]:443, [2001:db8::52:0:3]:80, 2002:db8:a::45/64'

const proxied = (server: string, noProxy: string): boolean =>
  proxyFor(
    { name: 'x', server, skipTlsVerify: false },
    { HTTP_PROXY: 'proxy', HTTPS_PROXY: 'proxy', NO_PROXY: noProxy },
  ) !== undefined

it.each([
  ['localhost', false],
  ['127.0.0.1', false],
  ['127.0.0.2', false],
  ['[::1]', false],
  ['[::2]', true],
  ['192.168.1.1', false],
  ['192.168.1.2', true],
  ['192.168.1.3', false],
  ['192.168.1.4', true],
  ['10.0.0.2', false],
  ['[2001:db8::52:0:1]', false],
  ['[2001:db8::52:0:2]', true],
  ['[2001:db8::52:0:3]', false],
  ['[2002:db8:a::123]', false],
  ['[fe80::424b:c8be:1643:a1b6]', true],
  ['barbaz.net', true],
  ['www.barbaz.net', false],
  ['foobar.com', false],
  ['www.foobar.com', false],
  ['foofoobar.com', true],
  ['baz.com', true],
  ['localhost.net', true],
  ['local.localhost', true],
  ['barbarbaz.net', true],
  ['wildcard.io', true],
  ['nested.wildcard.io', false],
  ['awildcard.io', true],
])("agrees with Go's own table about %s", (host, isProxied) => {
  expect(proxied(`http://${host}:80`, listed)).toBe(isProxied)
  expect(proxied(`http://${host}:80`, '*')).toBe(false)
})

it.each([
  // Networks
  ['https://10.96.3.4:6443', '10.0.0.0/8', false],
  ['https://11.0.0.1:6443', '10.0.0.0/8', true],
  ['https://10.0.0.4:6443', '10.0.0.0/30', true],
  ['https://10.1.2.3', '0.0.0.0/0', false],
  ['https://[fd00::1]', '0.0.0.0/0', true],
  ['https://[fd12:3456::1]:6443', 'fd00::/8', false],
  ['https://[fe80::1]:6443', 'fd00::/8', true],
  ['https://[2001:db8::1]', '::/0', false],
  ['https://10.1.2.3', '10.0.0.0/33', true],
  ['https://10.1.2.3', '10.0.0.0/8:6443', true],
  ['https://10.1.2.3', '::ffff:10.0.0.0/104', false],
  ['https://[::ffff:10.1.2.3]', '10.0.0.0/8', false],
  ['https://172.20.1.9', '172.16.0.0/12', false],
  ['https://172.32.1.9', '172.16.0.0/12', true],
  ['https://10.1.2.3', '010.1.2.3/8', false],
  ['https://10.1.2.3', '10.1.2.3/0', false],
  ['https://[fd00::1]', '[fd00::]/7', true],
  // Addresses
  ['https://1.2.3.4', '2.3.4', true],
  ['https://1.2.3.4', '.3.4', true],
  ['https://10.1.2.3', '10.1.2.3:http', true],
  ['https://10.1.2.3', '10.1.2', true],
  ['https://10.1.2.3', '010.1.2.3', true],
  ['https://[2001:db8::1]:6443', '2001:DB8:0:0:0:0:0:1', false],
  ['https://[2001:db8::1]:6443', '[2001:db8::1]', true],
  ['https://[2001:db8::1]:6443', '[2001:db8::1]:6443', false],
  ['https://[2001:db8::1]', '[2001:db8::1]:443', false],
  ['https://10.1.2.3', '10.1.2.3:443', false],
  ['http://10.1.2.3', '10.1.2.3:443', true],
  ['https://10.1.2.3:6443', '10.1.2.3:', false],
  // Names
  ['https://API.Example.COM:6443', 'example.com', false],
  ['https://api.example.com:6443', 'EXAMPLE.com', false],
  ['https://example.com', '.example.com', true],
  ['https://example.com', '*.example.com', true],
  ['https://example.com', '*example.com', true],
  ['https://a.b.example.com', '*.example.com', false],
  ['https://example.com.', 'example.com', true],
  ['https://example.com:6443', 'example.com:6443', false],
  ['https://example.com:6443', 'example.com:443', true],
  ['https://a.example.com:6443', '.example.com:6443', false],
  ['https://a.example.com:6443', '*.example.com:443', true],
  ['https://www.xn--fsq092h.com', '示例.com', false],
  ['https://www.示例.com', '.示例.com', false],
  ['https://example.com', 'com', false],
  ['https://example.com', 'https://example.com', true],
  ['https://example.com', ':6443', true],
  ['https://example.com', '', true],
  ['https://example.com', ' , ,example.com', false],
  ['https://example.com', 'other.com,*', false],
  ['https://example.com', 'other.com example.com', true],
  ['https://kubernetes', 'kubernetes', false],
  ['https://kubernetes.default', 'default', false],
  ['https://0.0.0.0:6443', '', true],
  ['https://127.255.255.254:6443', '', false],
])('%s with NO_PROXY %j goes through the proxy: %s', (server, noProxy, isProxied) => {
  expect(proxied(server, noProxy)).toBe(isProxied)
})

it('takes a variable in small letters where the other is unset or empty', () => {
  const cluster = { name: 'x', server: 'https://cluster.example', skipTlsVerify: false }
  expect(proxyFor(cluster, { HTTPS_PROXY: '', https_proxy: 'small:3128' })?.host).toBe('small:3128')
  expect(proxyFor(cluster, { HTTPS_PROXY: 'big:3128', https_proxy: 'small:3128' })?.host).toBe('big:3128')
  expect(proxyFor(cluster, { HTTPS_PROXY: 'big', NO_PROXY: '', no_proxy: 'cluster.example' })).toBeUndefined()
  expect(proxyFor(cluster, { HTTP_PROXY: 'big' })).toBeUndefined()
})
