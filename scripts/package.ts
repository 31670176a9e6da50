import { join } from 'node:path'
import { build } from './build/build.ts'
import { archiveLinuxFolder } from './package/archive.ts'
import { packageApp } from './package/packageApp.ts'
import { projectRoot } from './setup/projectRoot.ts'

// `npm run package`: installers or an archive for this platform under dist/. `npm run package -- dir` makes only the unpacked folder.
const onlyFolder = process.argv.includes('dir')

await build()
await packageApp({ onlyFolder })
if (process.platform === 'linux' && !onlyFolder) {
  console.log(await archiveLinuxFolder(join(projectRoot, 'dist')))
}
