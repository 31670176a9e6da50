/**
 * Splits a pod's name where people stop recognising it: the part shared with its siblings, dimmed, and its own ending.
 * `backend-7f6d4c9b5d-6nqvs` becomes `backend-7f6d4c9b5d-` and `6nqvs`; a name without a generated ending stays whole.
 */
export function splitPodName(name: string, owner: string | undefined): { stem: string; ending: string } {
  if (owner && name.startsWith(`${owner}-`)) {
    const cut = name.lastIndexOf('-') + 1
    return { stem: name.slice(0, cut), ending: name.slice(cut) }
  }
  return { stem: '', ending: name }
}
