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

/** The label's colour by environment, as its tab wears it: number for ANSI, number for zsh, name for fish. */
export interface PromptColour {
  ansi: number
  zsh: number
  fish: string
}

const colours: Readonly<Record<string, PromptColour>> = {
  production: { ansi: 95, zsh: 13, fish: 'brmagenta' },
  staging: { ansi: 35, zsh: 5, fish: 'magenta' },
  edge: { ansi: 36, zsh: 6, fish: 'cyan' },
  sandbox: { ansi: 90, zsh: 8, fish: 'brblack' },
}

export const promptColour = (environment: string): PromptColour =>
  colours[environment] ?? { ansi: 34, zsh: 4, fish: 'blue' }
