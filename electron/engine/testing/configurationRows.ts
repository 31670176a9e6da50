import type { ConfigurationList, ConfigurationRow } from '#shared/contract/configuration.ts'

/** Every row that could be read. */
export const rowsOf = (list: ConfigurationList): ConfigurationRow[] =>
  Object.values(list).flatMap((kind) => (kind.state === 'known' ? kind.value : []))
