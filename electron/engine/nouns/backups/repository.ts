import type { Readable, Writable } from 'node:stream'
import type { Suite } from '#shared/contract/base.ts'

/** A backup that is being written: no list has it before it is committed. */
export interface PartialBackup {
  /** A member to be written once, from its beginning to its end; errors come through the stream. */
  openMember(name: string): Writable
  /** Makes every member last, then gives the backup its name: all of it is there, or none. @throws the repository's own errors */
  commit(): Promise<void>
  /** Removes all of it. */
  discard(): Promise<void>
}

/**
 * Where backups lie: members by suite, backup and name. It knows nothing of what is in them; manifests, signatures and hashes are the
 * catalogue's. Members are read and written as streams, from one end to the other: pg_restore gets its archive by stdin, so nothing here
 * needs a local path or random access.
 */
export interface Repository {
  /** Where a suite's backups, or one of them, lie: for people to read. */
  describe(suite: Suite, id?: string): string
  /** Names of the committed backups, in no order; empty only where there are none. @throws the repository's own errors */
  list(suite: Suite): Promise<string[]>
  /** Bytes of a member, and a text that changes with its contents; absent when it is not there. */
  stat(suite: Suite, id: string, member: string): Promise<{ bytes: number; version: string } | undefined>
  /** The bytes of a member; errors come through the stream. The abort of the signal ends it. */
  read(suite: Suite, id: string, member: string, signal?: AbortSignal): Readable
  /** Adds a small member to a committed backup, or replaces it: whole, or not at all. */
  put(suite: Suite, id: string, member: string, text: string): Promise<void>
  create(suite: Suite, id: string): Promise<PartialBackup>
  /** An interrupted deletion leaves no half backup in the list. @returns false when it was not there */
  delete(suite: Suite, id: string): Promise<boolean>
  /** Removes what was begun and never committed by an earlier session. @returns how many */
  sweep(suite: Suite): Promise<number>
  /** Bytes. */
  space(): Promise<{ freeBytes: number; totalBytes: number }>
}
