export { checkValues } from './checkValues.ts'
export { loadBundle } from './load.ts'
export { isClusterScoped, render, secretNames, type RenderedStage, type Rendering } from './render.ts'
export type { Bundle, BundleMigration } from './types.ts'
