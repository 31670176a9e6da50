import { expect, it } from 'vitest'
import { Mounts } from './mounts.ts'

const mounts = new Mounts(
  new Map([
    ['/data', '/local/volume'],
    ['/data/wal', '/local/wal'],
    ['/etc/app/', '/local/configuration'],
  ]),
)

it.each([
  ['/data', '/local/volume'],
  ['/data/file', '/local/volume/file'],
  ['/data/wal/1', '/local/wal/1'],
  ['--dir=/data --config "/etc/app/x.yaml"', '--dir=/local/volume --config "/local/configuration/x.yaml"'],
  ['/usr/bin:/data/bin', '/usr/bin:/local/volume/bin'],
  ['/database', '/database'],
  ['/data-old', '/data-old'],
  ['/srv/data', '/srv/data'],
  ['postgres://db/data', 'postgres://db/data'],
])('makes the mounted path in %s local: %s', (text, expected) => {
  expect(mounts.translate(text)).toBe(expected)
})

it('finds the local path of a file in a volume and of nothing else', () => {
  expect(mounts.locate('/data/wal/000')).toBe('/local/wal/000')
  expect(mounts.locate('/database')).toBeUndefined()
})
