import { join } from 'node:path'
import { Catalogue } from './catalogue.ts'
import { FolderRepository } from './folderRepository.ts'
import { Seal } from './seal.ts'

/** The backups in `<data>/backups`, signed with the key that lies there. @param isSameCluster as of `Catalogue` */
export function folderCatalogue(dataDirectory: string, isSameCluster = (a: string, b: string) => a === b): Catalogue {
  const root = join(dataDirectory, 'backups')
  return new Catalogue(new FolderRepository(root), new Seal(root), isSameCluster)
}
