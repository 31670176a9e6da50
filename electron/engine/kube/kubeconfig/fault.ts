/** Why a kubeconfig is refused, with the line it is about. */
export class KubeconfigFault extends Error {
  /** 1-based. */
  readonly line: number

  constructor(message: string, line: number) {
    super(message)
    this.line = line
  }
}
