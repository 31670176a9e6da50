import { build } from './build/build.ts'
import { packageApp } from './package/packageApp.ts'

// `npm run package`: installers of this platform under dist/. `npm run package -- dir` makes only the unpacked folder.
await build()
await packageApp({ onlyFolder: process.argv.includes('dir') })
