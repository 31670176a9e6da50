import { electronRuntime } from './setup/electronRuntime.ts'
import { ensure } from './setup/ensure.ts'

// `npm run setup`: everything the app and its tests need on this machine. Running it twice changes nothing.
await ensure(['window', 'sandbox', 'tests'])
console.log((await electronRuntime(console.log)).description)
