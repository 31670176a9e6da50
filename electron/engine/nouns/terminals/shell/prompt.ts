/** What the start-up lines of a shell bind it to. */
export interface Binding {
  kubeconfig: string
  /** Folder of the wrapper, first in PATH. */
  bin: string
  label: string
  environment: string
}

/** Shells expand prompts: of the label only what no shell gives a meaning is left. */
export const promptText = (label: string): string => `[${label.replaceAll(/[^\w.:@/ -]/g, '?')}]`

/** The terminal's colour of an environment, as its tab wears it: numbers of the ANSI palette. */
export const promptColour = (environment: string): number =>
  ({ production: 31, staging: 33, edge: 36, sandbox: 35 })[environment] ?? 34
