import { expect, it } from 'vitest'
import { isLow } from './StoragePanel.tsx'
import { backup } from './testing/backup.ts'

it('calls space low when fewer than three more backups fit, or a twentieth is left', () => {
  const newest = backup({ bytes: 100, takenAt: 5 })
  const large = { path: '/b', totalBytes: 10_000, freeBytes: 5_000 }
  expect(isLow(large, [newest])).toBe(false)
  expect(isLow({ ...large, totalBytes: 1_000, freeBytes: 299 }, [newest])).toBe(true)
  expect(isLow({ ...large, freeBytes: 400 }, [newest])).toBe(true)
  expect(isLow({ path: '/b', totalBytes: 0, freeBytes: 500 }, [])).toBe(false)
})
