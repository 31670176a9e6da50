/**
 * Splits a pod's name where people stop recognising it: the part shared with its siblings, dimmed, and its own ending.
 * `backend-7f6d4c9b5d-6nqvs` becomes `backend-7f6d4c9b5d-` and `6nqvs`; a name without a generated ending stays whole.
 */
export function splitPodName(name: string, owner: string | undefined): { stem: string; ending: string } {
  if (owner && name.startsWith(`${owner}-`)) {
    return { stem: name.slice(0, owner.length + 1), ending: name.slice(owner.length + 1) }
  }
  return { stem: '', ending: name }
}
