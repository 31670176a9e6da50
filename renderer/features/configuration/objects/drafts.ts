import { create } from 'zustand'
import type { Scope } from '#shared/contract/base.ts'
import type { EditableKind } from '#shared/contract/configuration.ts'

/** Names one object everywhere. */
export interface ObjectName {
  scope: Scope
  kind: EditableKind
  name: string
}

/** What somebody typed and has not saved. It outlives drawer and page, and is never written to the disk. */
export type Draft = KeysDraft | SpecDraft

export interface KeysDraft {
  of: 'keys'
  /** The resourceVersion it was begun on. */
  base: string
  set: ReadonlyMap<string, string>
  remove: readonly string[]
  /** The values that the touched keys had when the draft was begun; absent for those that are new and for Secrets. */
  seen: ReadonlyMap<string, string>
  /** The text of the YAML view as typed, where it was typed there. */
  yaml: string | null
}

export interface SpecDraft {
  of: 'spec'
  base: string
  yaml: string
}

export const useDrafts = create<{ drafts: ReadonlyMap<string, Draft> }>(() => ({ drafts: new Map() }))

export function draftKey({ scope, kind, name }: ObjectName): string {
  return JSON.stringify([scope.context, scope.namespace, kind, name])
}

/** @param draft null forgets it */
export function keepDraft(object: ObjectName, draft: Draft | null): void {
  useDrafts.setState(({ drafts }) => {
    const next = new Map(drafts)
    if (draft) next.set(draftKey(object), draft)
    else next.delete(draftKey(object))
    return { drafts: next }
  })
}

export function useDraft(object: ObjectName): Draft | undefined {
  const key = draftKey(object)
  return useDrafts(({ drafts }) => drafts.get(key))
}
