/** Parts of an image reference: `registry:5000/team/name`, and `:tag` or `@sha256:…` or both. */
function parts(image: string): { repository: string; rest: string } {
  const digest = image.indexOf('@')
  const beforeDigest = digest < 0 ? image : image.slice(0, digest)
  // A colon before the last slash is the registry's port.
  const colon = beforeDigest.indexOf(':', beforeDigest.lastIndexOf('/') + 1)
  const end = colon >= 0 ? colon : beforeDigest.length
  return { repository: image.slice(0, end), rest: image.slice(end) }
}

/** The same repository with another tag; an old digest goes, since it would win over the tag. */
export function withTag(image: string, tag: string): string {
  return `${parts(image).repository}:${tag}`
}

export function repositoryOf(image: string): string {
  return parts(image).repository
}

/** Whether an image is one of the suite's own services, and not the database or the cache. */
export function isOfSuite(image: string): boolean {
  const name = repositoryOf(image)
  return /(^|[/-])agency-swarm/.test(name) && !/(postgres|pgvector|redis)[^/]*$/.test(name)
}
