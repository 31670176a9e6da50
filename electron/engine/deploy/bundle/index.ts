export { checkValues, type CheckedValues } from './checkValues.ts'
export { loadBundle } from './load.ts'
export { isClusterScoped, render, secretNames, type RenderedStage, type Rendering } from './render.ts'
export type { Bundle, BundleMigration, Values } from './types.ts'
