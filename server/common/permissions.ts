/** The guide's levels, weakest first; each includes the ones before it. */
export const permissionLevels = ['read_only', 'operator', 'administrator'] as const

export type PermissionLevel = (typeof permissionLevels)[number]

export function isPermitted(held: PermissionLevel, required: PermissionLevel): boolean {
  return permissionLevels.indexOf(held) >= permissionLevels.indexOf(required)
}
