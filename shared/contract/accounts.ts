import { z } from 'zod'
import { confirmation, destructive, kubeName, read, scope, time } from './base.ts'
import { on, type RightsOf } from './right.ts'

export const accounts = {
  list: read.input(scope).output(
    z.array(
      z.object({
        name: z.string(),
        /** Roles bound to it in this namespace: "Role agency-swarm-admin". */
        roles: z.array(z.string()),
        /** Pods that run as it. */
        pods: z.number(),
        createdAt: time,
      }),
    ),
  ),
  /** A token of limited life, shown once. It cannot be taken back before it ends, other than by deleting the account. */
  createToken: destructive({ audit: 'created a service account token', level: 2 })
    .input(
      scope.extend({
        name: kubeName,
        /** Seconds; the server may shorten it. */
        seconds: z
          .number()
          .int()
          .min(600)
          .max(365 * 86_400),
        confirmation,
      }),
    )
    .output(z.object({ token: z.string(), expiresAt: time })),
}

export const accountsRights = {
  list: [on('serviceaccounts', 'list'), on('rolebindings.rbac.authorization.k8s.io', 'list'), on('pods', 'list')],
  createToken: [on('serviceaccounts/token', 'create')],
} satisfies RightsOf<typeof accounts>
