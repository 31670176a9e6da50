import type { Store } from '../../store/types.ts'
import { badRequest } from '../errors.ts'
import type { User } from '../podEndpoints.ts'
import { findGrant, grantsOf, type Attempt } from './authorize.ts'

interface AccessSpec {
  user?: string
  groups?: string[]
  resourceAttributes?: Partial<Record<'verb' | 'group' | 'resource' | 'subresource' | 'namespace' | 'name', string>>
  nonResourceAttributes?: { verb?: string; path?: string }
}

export interface Review {
  apiVersion: string
  kind: string
  metadata?: Record<string, unknown>
  spec?: Record<string, unknown>
}

function attemptOf(spec: AccessSpec): Attempt {
  const { resourceAttributes: wanted, nonResourceAttributes: path } = spec
  if (path !== undefined) return { verb: path.verb ?? '', path: path.path ?? '' }
  if (wanted === undefined) throw badRequest('spec.resourceAttributes or spec.nonResourceAttributes is required')
  return {
    verb: wanted.verb ?? '',
    group: wanted.group ?? '',
    resource: wanted.resource ?? '',
    subresource: wanted.subresource ?? '',
    namespace: wanted.namespace ?? '',
    name: wanted.name ?? '',
  }
}

/** SelfSubjectAccessReview; SubjectAccessReview and LocalSubjectAccessReview name the user in their spec. */
export function reviewAccess(store: Store, review: Review, asker: User): Review & { status: object } {
  const spec: AccessSpec = review.spec ?? {}
  const named = { name: spec.user ?? '', groups: spec.groups ?? [] }
  const user = review.kind === 'SelfSubjectAccessReview' ? asker : named
  const grant = findGrant(store, user, attemptOf(spec))
  const status = grant === undefined ? { allowed: false } : { allowed: true, reason: grant.source }
  return { ...review, metadata: review.metadata ?? {}, status }
}

/** SelfSubjectRulesReview: every rule that applies to the asker in a namespace. */
export function reviewRules(store: Store, review: Review, asker: User): Review & { status: object } {
  const namespace = review.spec?.namespace
  if (typeof namespace !== 'string' || namespace === '') throw badRequest('no namespace on request')
  const rules = grantsOf(store, asker, namespace).flatMap((grant) => grant.rules)
  const status = {
    resourceRules: rules.filter((rule) => rule.resources !== undefined).map(({ nonResourceURLs: _, ...rule }) => rule),
    nonResourceRules: rules
      .filter((rule) => rule.nonResourceURLs !== undefined)
      .map(({ verbs, nonResourceURLs }) => ({ verbs, nonResourceURLs })),
    incomplete: false,
  }
  return { ...review, metadata: review.metadata ?? {}, status }
}

/** SelfSubjectReview: who the asker is. */
export function reviewSelf(review: Review, asker: User): Review & { status: object } {
  const status = { userInfo: { username: asker.name, groups: asker.groups } }
  return { ...review, metadata: { ...review.metadata, creationTimestamp: null }, status }
}
