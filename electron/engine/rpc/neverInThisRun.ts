/** Optional fields and values of the contract that the runs of `contractUse.test.ts` never fill, by the reason why. */
export const neverInThisRun: Record<string, string[]> = {}
