import type { AccessAnswer, AccessCheck, ClusterConnection } from './types.ts'

interface Review {
  status?: { allowed?: boolean; reason?: string }
}

/** What the connection's user may do, asked of the cluster itself: one answer per check, in order. */
export function accessReview(
  connection: ClusterConnection,
  checks: readonly AccessCheck[],
  options: { signal?: AbortSignal } = {},
): Promise<AccessAnswer[]> {
  return Promise.all(
    checks.map(async (check) => {
      const body = {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectAccessReview',
        spec: { resourceAttributes: check },
      }
      const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews'
      const { status } = await connection.request<Review>('POST', path, { body, ...options })
      return { ...check, allowed: status?.allowed === true, ...(status?.reason ? { reason: status.reason } : {}) }
    }),
  )
}
