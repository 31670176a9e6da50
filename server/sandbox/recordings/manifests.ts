/**
 * What the recorded commands are about. No pod of it can be scheduled, so that a cluster answers the same with nodes and without; and
 * nothing of it needs an image.
 */
export const namespace = 'kubectl-recordings'

const metadata = (name: string, more: object = {}) => ({ name, ...more })
const nowhere = { 'recordings.example/node': 'none' }
const podSpec = (container: object = {}, more: object = {}) => ({
  nodeSelector: nowhere,
  containers: [{ name: 'main', image: 'registry.example/app:1', ...container }],
  ...more,
})
const template = (name: string, container: object = {}, more: object = {}) => ({
  metadata: { labels: { app: name } },
  spec: podSpec(container, more),
})

export const configMap = (name: string, data: Record<string, string> = { color: 'blue' }, labels?: object) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: metadata(name, labels === undefined ? {} : { labels }),
  data,
})

export const deployment = (name: string, spec: object = {}, container: object = {}) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: metadata(name, { labels: { app: name } }),
  spec: { replicas: 0, selector: { matchLabels: { app: name } }, template: template(name, container), ...spec },
})

export const service = (name: string, spec: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: metadata(name),
  spec: { selector: { app: name }, ports: [{ name: 'http', port: 80, targetPort: 8080 }], ...spec },
})

export const pod = (name: string, container: object = {}, spec: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: metadata(name, { labels: { app: name } }),
  spec: podSpec(container, spec),
})

export const claim = (name: string, spec: object = {}) => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: metadata(name),
  spec: {
    accessModes: ['ReadWriteOnce'],
    storageClassName: 'recordings-none',
    resources: { requests: { storage: '2Gi' } },
    ...spec,
  },
})

export const job = (name: string, spec: object = {}) => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: metadata(name),
  spec: { template: { spec: podSpec({}, { restartPolicy: 'Never' }) }, ...spec },
})

const rbac = 'rbac.authorization.k8s.io/v1'

/** All that is there before the first command. */
export const fixture: readonly object[] = [
  configMap('settings', { color: 'blue', size: 'large' }, { tier: 'front' }),
  configMap('empty', {}),
  { apiVersion: 'v1', kind: 'Secret', metadata: metadata('keys'), stringData: { password: 'secret' } },
  { apiVersion: 'v1', kind: 'ServiceAccount', metadata: metadata('robot') },
  deployment('web', { replicas: 2 }, { resources: { requests: { cpu: '10m' } }, ports: [{ containerPort: 8080 }] }),
  deployment('idle'),
  service('web'),
  service('headless', { clusterIP: 'None', ports: undefined }),
  {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: metadata('db'),
    spec: { replicas: 0, serviceName: 'headless', selector: { matchLabels: { app: 'db' } }, template: template('db') },
  },
  {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: metadata('agent'),
    spec: { selector: { matchLabels: { app: 'agent' } }, template: template('agent') },
  },
  job('once', { suspend: true }),
  {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: metadata('nightly'),
    spec: { schedule: '0 3 * * *', suspend: true, jobTemplate: { spec: job('nightly').spec } },
  },
  pod('waiting'),
  claim('unbound'),
  {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: metadata('web'),
    spec: {
      ingressClassName: 'none',
      rules: [
        {
          host: 'web.example',
          http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'web', port: { number: 80 } } } }] }, // prettier-ignore
        },
      ],
    },
  },
  {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: metadata('closed'),
    spec: { podSelector: {}, policyTypes: ['Ingress'], ingress: [] },
  },
  {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: metadata('none-match'),
    spec: { minAvailable: 1, selector: { matchLabels: { app: 'nothing' } } },
  },
  {
    apiVersion: rbac,
    kind: 'Role',
    metadata: metadata('reader'),
    rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] }],
  },
  { apiVersion: rbac, kind: 'Role', metadata: metadata('powerless'), rules: [] },
  {
    apiVersion: rbac,
    kind: 'RoleBinding',
    metadata: metadata('reader'),
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'reader' },
    subjects: [{ kind: 'ServiceAccount', name: 'robot', namespace }],
  },
  { apiVersion: 'v1', kind: 'LimitRange', metadata: metadata('bounds'), spec: { limits: [{ type: 'PersistentVolumeClaim', max: { storage: '1Ti' } }] } }, // prettier-ignore
  { apiVersion: 'v1', kind: 'ResourceQuota', metadata: metadata('objects'), spec: { hard: { 'count/roles.rbac.authorization.k8s.io': '20' } } }, // prettier-ignore
  {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: metadata('by-hand'),
    addressType: 'IPv4',
    endpoints: [],
    ports: [],
  },
]
