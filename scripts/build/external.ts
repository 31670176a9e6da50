/** What no bundle contains: native parts, and packages that find their own files beside them. Packaged apps carry them as they are. */
export const external = ['@node-rs/argon2', '@lydell/node-pty', 'graphile-worker', 'node-pg-migrate']

/** Faster variants that their users ask for and do without: never installed here. */
export const absent = ['pg-native', 'bufferutil', 'utf-8-validate']
