import { fileURLToPath } from 'node:url'

/** The folder with package.json. Absolute. */
export const projectRoot = fileURLToPath(new URL('../..', import.meta.url)).replace(/[/\\]$/, '')
