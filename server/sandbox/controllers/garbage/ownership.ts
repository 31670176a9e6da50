import type { KubeObject, ResourceName } from '../../store/types.ts'

/** Where an object is, by its uid. */
export interface Location {
  resource: ResourceName
  namespace: string | undefined
  name: string
}

/** Who depends on whom, kept up to date from watches so that no deletion has to search the whole store. */
export class Ownership {
  readonly #locations = new Map<string, Location>()
  readonly #owners = new Map<string, string[]>()
  readonly #dependents = new Map<string, Set<string>>()

  locate(uid: string): Location | undefined {
    return this.#locations.get(uid)
  }

  dependentsOf(uid: string): string[] {
    return [...(this.#dependents.get(uid) ?? [])]
  }

  ownersOf(uid: string): string[] {
    return this.#owners.get(uid) ?? []
  }

  /** Takes note of an object as it is now. */
  note(resource: ResourceName, object: KubeObject): void {
    const { uid, namespace, name } = object.metadata
    this.#unlink(uid)
    const owners = (object.metadata.ownerReferences ?? []).map((reference) => reference.uid)
    this.#locations.set(uid, { resource, namespace, name })
    if (owners.length === 0) return
    this.#owners.set(uid, owners)
    for (const owner of owners) {
      const known = this.#dependents.get(owner) ?? new Set()
      this.#dependents.set(owner, known.add(uid))
    }
  }

  forget(uid: string): void {
    this.#unlink(uid)
    this.#locations.delete(uid)
  }

  #unlink(uid: string): void {
    for (const owner of this.ownersOf(uid)) {
      const known = this.#dependents.get(owner)
      known?.delete(uid)
      if (known?.size === 0) this.#dependents.delete(owner)
    }
    this.#owners.delete(uid)
  }
}
