import { build } from './build/build.ts'

// `npm run build`: everything in out/.
await build()
