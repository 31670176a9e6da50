import { defineConfig } from 'vitest/config'

// Real servers, processes and databases on two shared cores: a test that fails is tried once more and then counted and named as flaky (`scripts/test/`).
// Limits are for what hangs, not for what is slow: four busy loops beside a run must not fail it.
const shared = { testTimeout: 180_000, hookTimeout: 240_000, retry: 1, expect: { poll: { timeout: 60_000 } } }

export default defineConfig({
  test: {
    // Two cores: real servers and databases in every file leave no room for more workers.
    maxWorkers: 2,
    projects: [
      { test: { ...shared, name: 'shared', include: ['shared/**/*.test.ts', 'scripts/**/*.test.ts'] } },
      { test: { ...shared, name: 'engine', include: ['electron/{engine,main}/**/*.test.ts'] } },
      { test: { ...shared, name: 'server', include: ['server/**/*.test.ts'] } },
      {
        test: {
          ...shared,
          name: 'renderer',
          include: ['renderer/**/*.test.{ts,tsx}'],
          environment: 'happy-dom',
          setupFiles: ['renderer/testing/patience.ts'],
        },
      },
    ],
  },
})
