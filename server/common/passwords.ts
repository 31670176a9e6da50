import { hash, verify } from '@node-rs/argon2'

/** Argon2id with OWASP's figures (2024): 19 MiB, two passes, one lane. */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

export function hashPassword(password: string): Promise<string> {
  return hash(password, cost)
}

const nobody = hashPassword('the password of nobody')

/** Compares in the same time for a known and an unknown user: without a hash it works on one that nothing matches. */
export async function isPassword(passwordHash: string | undefined, password: string): Promise<boolean> {
  const matches = await verify(passwordHash ?? (await nobody), password)
  return matches && passwordHash !== undefined
}
