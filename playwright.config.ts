import { defineConfig } from '@playwright/test'

// One window at a time: each test file starts a real app, a real sandbox and real databases on two cores.
export default defineConfig({
  testDir: 'electron/e2e',
  testMatch: '**/*.test.ts',
  timeout: 600_000,
  expect: { timeout: 60_000 },
  workers: 1,
  // Tried once more in a new window, then counted and named as flaky.
  retries: 1,
  outputDir: 'out/test/e2e',
  reporter: [['list'], ['json']],
})
