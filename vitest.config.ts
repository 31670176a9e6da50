import { defineConfig } from 'vitest/config'

// Real servers, processes and databases on two shared cores: a test that fails is tried once more and then counted and named as flaky (`scripts/test/`).
// Limits are for what hangs, not for what is slow: four busy loops beside a run must not fail it.
const shared = { testTimeout: 180_000, hookTimeout: 240_000, retry: 1, expect: { poll: { timeout: 60_000 } } }

const contractUse = 'electron/engine/rpc/contractUse.test.ts'
// What tests write of times must not hang on the clock of the computer that runs them; `kit/times.test.ts` covers the zones.
process.env['TZ'] = 'UTC'

export default defineConfig({
  test: {
    // Two cores: real servers and databases in every file leave no room for more workers.
    maxWorkers: 2,
    projects: [
      { test: { ...shared, name: 'shared', include: ['shared/**/*.test.ts', 'scripts/**/*.test.ts'] } },
      { test: { ...shared, name: 'engine', include: ['electron/{engine,main}/**/*.test.ts'], exclude: [contractUse] } },
      // Holds what the engine's other tests noted against the contract, so it comes after them.
      { test: { ...shared, name: 'contract', include: [contractUse], sequence: { groupOrder: 1 } } },
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
