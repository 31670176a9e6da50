/** What the error channel carries at the end of exec and attach: a Kubernetes Status (k8s.io/apimachinery, remotecommand v4). */
export interface CommandStatus {
  metadata: Record<string, never>
  status: 'Success' | 'Failure'
  message?: string
  reason?: string
  details?: { causes: { reason: string; message: string }[] }
  code?: number
}

export const succeeded: CommandStatus = { metadata: {}, status: 'Success' }

export function exitStatus(code: number): CommandStatus {
  if (code === 0) return succeeded
  return {
    metadata: {},
    status: 'Failure',
    message: `command terminated with non-zero exit code: exit status ${code}`,
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: String(code) }] },
  }
}

export function failed(message: string): CommandStatus {
  const shown = `Internal error occurred: ${message}`
  return { metadata: {}, status: 'Failure', message: shown, reason: 'InternalError', code: 500 }
}
