import { describe, expect, it } from 'vitest'
import { LoopbackAddresses } from './addresses.ts'

describe('loopback addresses', () => {
  it('gives every pod one of its own and takes back what is released', () => {
    const addresses = new LoopbackAddresses('/some/state', 'linux')
    const given = Array.from({ length: 600 }, () => addresses.takePodAddress())
    expect(new Set(given).size).toBe(600)
    expect(given.every((address) => /^127\.\d+\.\d+\.(?!0$|255$)\d+$/.test(address))).toBe(true)
    const [first = ''] = given
    addresses.releasePodAddress(first)
    expect(addresses.takePodAddress(first)).toBe(first)
    expect(addresses.takePodAddress(first)).not.toBe(first)
  })

  it('gives services addresses that no pod can have, and refuses what is not loopback', () => {
    const addresses = new LoopbackAddresses('/some/state', 'linux')
    const pods = new Set(Array.from({ length: 300 }, () => addresses.takePodAddress()))
    const first = addresses.allocateClusterIp(new Set())
    const second = addresses.allocateClusterIp(new Set([first]))
    expect(second).not.toBe(first)
    expect(pods.has(first) || pods.has(second)).toBe(false)
    expect(addresses.allocateClusterIp(new Set(), '127.99.9.9')).toBe('127.99.9.9')
    expect(() => addresses.allocateClusterIp(new Set(), '10.96.0.7')).toThrow('not a free loopback address')
  })

  it('shares 127.0.0.1 on macOS, which answers on no other', () => {
    const addresses = new LoopbackAddresses('/some/state', 'darwin')
    expect([addresses.takePodAddress(), addresses.takePodAddress(), addresses.allocateClusterIp(new Set())]).toEqual(
      Array(3).fill('127.0.0.1'),
    )
  })
})
