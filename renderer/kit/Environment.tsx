import './Environment.css'

/** Same words as the contract's environments; the kit does not import the contract's validator. */
export type EnvironmentKind = 'production' | 'staging' | 'edge' | 'sandbox' | 'other'

/** The environment as a chip that differs by form too: solid, outline, pill, dashes. */
export function EnvironmentChip({ environment }: { environment: EnvironmentKind }) {
  return <span className={`k-environment k-environment-${environment}`}>{environment}</span>
}

/** The small square, ring or dashes that stands for the environment beside a cluster's name. */
export function EnvironmentMark({ environment }: { environment: EnvironmentKind }) {
  return <span className={`k-environment-mark k-environment-mark-${environment}`} role="img" aria-label={environment} />
}
