import { z } from 'zod'
import { permissionLevels } from '../common/permissions.ts'
import { line, paragraph } from '../common/texts.ts'

export const permission = z.enum(permissionLevels)

export const userName = line(100).regex(
  /^(?!key:)/,
  'must not begin with "key:", as API keys are called in the audit log',
)

/** As it is checked: any text, because rules for new passwords may change. */
export const password = paragraph(200)

/** NIST SP 800-63B: length matters, kinds of characters do not. */
export const newPassword = password.min(12)

export const tokenDelivery = z
  .enum(['body', 'cookie'])
  .default('body')
  .describe('How the refresh token travels: in the JSON, or for pages as a cookie that no script can read.')

export const refreshToken = z.string().regex(/^[\w-]{43}$/, 'is not a refresh token')

export const signedIn = z.object({
  token: z.string().describe('The access token, for `Authorization: Bearer`.'),
  expiresAt: z.iso.datetime(),
  sessionId: z.uuid(),
  userId: z.uuid(),
  name: z.string(),
  permission,
  refreshToken: refreshToken.optional().describe('Absent when it travels as a cookie.'),
  refreshExpiresAt: z.iso.datetime(),
})

export const user = z.object({
  id: z.uuid(),
  name: z.string(),
  permission,
  tenant: z.string(),
  isDisabled: z.boolean(),
  lockedUntil: z.iso.datetime().nullable(),
  createdAt: z.iso.datetime(),
})

export const byId = z.object({ id: z.uuid() })
