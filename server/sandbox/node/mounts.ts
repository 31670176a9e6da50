/**
 * There is no container file system. What a manifest calls `/var/lib/data` is a folder on this machine, and the mount path is
 * replaced by that folder in commands, arguments, values of variables and exec arguments.
 */
export class Mounts {
  readonly #byPath: [string, string][]

  /** @param byPath mount path in the manifest -> local path */
  constructor(byPath: ReadonlyMap<string, string>) {
    // Longest first, so that /data/wal is not taken for a file below /data.
    this.#byPath = [...byPath]
      .map(([path, local]): [string, string] => [path.replace(/\/+$/, ''), local])
      .filter(([path]) => path !== '')
      .sort(([a], [b]) => b.length - a.length)
  }

  /**
   * The text with every mounted path in it made local. A path counts where it begins (after a blank, `=`, `:`, a quote ...) and
   * ends at a separator: `/data` is not found in `postgres://db/data` nor in `/database`.
   */
  translate(text: string): string {
    if (this.#byPath.length === 0 || !text.includes('/')) return text
    const alternatives = this.#byPath.map(([path]) => path.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|')
    const pattern = new RegExp(`(?<![\\w./-])(${alternatives})(?![\\w.-])`, 'g')
    const local = new Map(this.#byPath)
    return text.replace(pattern, (match) => local.get(match) ?? match)
  }

  /** The local path of a path in the manifest's terms, when it lies in a mounted volume. */
  locate(path: string): string | undefined {
    for (const [mount, local] of this.#byPath) {
      if (path === mount || path.startsWith(`${mount}/`)) return local + path.slice(mount.length)
    }
    return undefined
  }

  /** Whether a local path lies in one of the volumes. */
  owns(local: string): boolean {
    return this.#byPath.some(([, folder]) => local === folder || local.startsWith(`${folder}/`))
  }

  isMountPath(path: string): boolean {
    return this.#byPath.some(([mount]) => mount === path)
  }
}
