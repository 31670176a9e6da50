import type { ApiRequest, Reply } from '../request.ts'
import { catalogue, groupVersions, type Described } from './catalogue.ts'

const aggregated = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList'

const apiVersionOf = (group: string, version: string): string => (group === '' ? version : `${group}/${version}`)

function aggregatedResource(each: Described): object {
  return {
    resource: each.plural,
    responseKind: { group: each.group, version: each.version, kind: each.kind },
    scope: each.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: each.singular,
    verbs: each.verbs,
    ...(each.shortNames.length === 0 ? {} : { shortNames: each.shortNames }),
    ...(each.categories.length === 0 ? {} : { categories: each.categories }),
    ...(each.subresources.length === 0
      ? {}
      : {
          subresources: each.subresources.map(({ name, group, version, kind, verbs }) => ({
            subresource: name,
            responseKind: { group, version, kind },
            verbs,
          })),
        }),
  }
}

function aggregatedList(all: readonly Described[]): object {
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: 'apidiscovery.k8s.io/v2',
    metadata: {},
    items: groupVersions(all).map(({ group, version }) => ({
      metadata: { name: group, creationTimestamp: null },
      versions: [
        {
          version,
          resources: all.filter((each) => each.group === group).map(aggregatedResource),
          freshness: 'Current',
        },
      ],
    })),
  }
}

function legacyGroup({ group, version }: { group: string; version: string }): object {
  const groupVersion = { groupVersion: apiVersionOf(group, version), version }
  return { kind: 'APIGroup', apiVersion: 'v1', name: group, versions: [groupVersion], preferredVersion: groupVersion }
}

function legacyResources(all: readonly Described[], group: string, version: string): object {
  const found = all.filter((each) => each.group === group && each.version === version)
  const list = found.flatMap(({ plural, singular, kind, namespaced, verbs, shortNames, categories, subresources }) => [
    { name: plural, singularName: singular, namespaced, kind, verbs, shortNames, categories },
    ...subresources.map((each) => ({
      name: `${plural}/${each.name}`,
      singularName: '',
      namespaced,
      kind: each.kind,
      verbs: each.verbs,
      group: each.group,
      version: each.version,
    })),
  ])
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion: apiVersionOf(group, version), resources: list }
}

/** Answers `/api`, `/apis` and below, aggregated for clients that ask for it; undefined where there is nothing. */
export function discover({ path, incoming }: ApiRequest, withMetrics: boolean): Reply | undefined {
  const all = catalogue(withMetrics)
  const wantsAll = (incoming.headers.accept ?? '').includes('as=APIGroupDiscoveryList') && (incoming.headers.accept ?? '').includes('v=v2;') // prettier-ignore
  const parts = path.split('/').filter((part) => part !== '')
  const [root, group, version] = parts
  const headers = { 'content-type': aggregated, vary: 'Accept' }
  if (root === 'api' && parts.length === 1) {
    if (wantsAll) return { code: 200, body: aggregatedList(all.filter((each) => each.group === '')), headers }
    const serverAddressByClientCIDRs = [{ clientCIDR: '0.0.0.0/0', serverAddress: incoming.headers.host ?? '' }]
    return { code: 200, body: { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs } }
  }
  if (root === 'api' && group === 'v1' && parts.length === 2) return { code: 200, body: legacyResources(all, '', 'v1') }
  if (root !== 'apis') return undefined
  const named = all.filter((each) => each.group !== '')
  if (group === undefined) {
    if (wantsAll) return { code: 200, body: aggregatedList(named), headers }
    return {
      code: 200,
      body: { kind: 'APIGroupList', apiVersion: 'v1', groups: groupVersions(named).map(legacyGroup) },
    }
  }
  const known = groupVersions(named).find((each) => each.group === group)
  if (known === undefined || parts.length > 3) return undefined
  if (version === undefined) return { code: 200, body: legacyGroup(known) }
  return version === known.version ? { code: 200, body: legacyResources(all, group, version) } : undefined
}
