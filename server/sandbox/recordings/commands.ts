import { claim, configMap, deployment, job, namespace, pod, service } from './manifests.ts'

/** One recorded call of kubectl. Words are separated by single spaces; `input` is what it reads on standard input. */
export interface Command {
  words: string
  input?: object
}

const run = (...words: string[]): Command[] => words.map((each) => ({ words: each }))
const fed = (words: string, ...inputs: object[]): Command[] => inputs.map((input) => ({ words, input }))
const raw = `/api/v1/namespaces/${namespace}`
const apps = `/apis/apps/v1/namespaces/${namespace}`
const jsonOf = (...names: string[]): Command[] =>
  run(...names.map((name) => `get ${name} -o json --show-managed-fields`))

const tables = run(
  'get configmaps',
  'get cm settings -o wide',
  'get cm -l tier=front --show-labels',
  'get cm -L tier',
  'get cm -l tier!=front',
  'get cm -l tier=none',
  'get secrets',
  'get svc headless',
  'get deploy web idle',
  'get deploy -o wide',
  'get rs -o custom-columns=WANTED:.spec.replicas,READY:.status.readyReplicas',
  'get sts -o wide',
  'get ds',
  'get jobs',
  'get cj',
  'get pods waiting',
  'get pods waiting -o wide',
  'get pvc',
  'get ing',
  'get netpol',
  'get pdb',
  'get roles',
  'get rolebindings -o wide',
  'get sa robot',
  'get quota',
  'get limits',
  'get endpointslices by-hand',
  'get cm,svc,role -o name',
  'get cm --sort-by=.metadata.name -o name',
  'get cm settings -o jsonpath={.data.color}',
  'get cm settings -o go-template={{.data.size}}',
  'get pods --field-selector status.phase=Running',
  'get pods --field-selector spec.nothing=1',
  'get cm nothing',
  'get cm nothing --ignore-not-found',
  'get unknowns',
  'get cm settings nothing',
)

const whole = [
  ...jsonOf('cm settings', 'cm empty', 'secret keys', 'sa robot', 'svc headless', 'deploy web', 'deploy idle', 'sts db', 'ds agent'), // prettier-ignore
  ...jsonOf('job once', 'cj nightly', 'pod waiting', 'pvc unbound', 'ing web', 'netpol closed', 'pdb none-match'),
  ...jsonOf('role reader', 'role powerless', 'rolebinding reader', 'limits bounds', 'quota objects', 'endpointslice by-hand'), // prettier-ignore
  ...jsonOf(`namespace ${namespace}`),
  ...run('get deploy idle -o yaml', 'get cm settings -o yaml', 'get pods -l app=nothing -o json'),
]

const described = run(
  'describe cm settings',
  'describe secret keys',
  'describe svc headless',
  'describe sa robot',
  'describe role reader',
  'describe rolebinding reader',
  'describe netpol closed',
  'describe pdb none-match',
  'describe quota objects',
  'describe limits bounds',
  'describe pvc unbound',
  'describe cj nightly',
  'describe deploy idle',
)

const written = [
  ...fed('create --dry-run=server -o json -f -', pod('draft'), deployment('draft'), service('draft'), job('draft'), claim('draft'), configMap('draft')), // prettier-ignore
  ...run(
    'create configmap made --from-literal=a=1',
    'create configmap made --from-literal=a=1',
    'create secret generic made --from-literal=a=1',
    'create serviceaccount made',
    'create role made --verb=get --resource=pods',
    'create deployment made --image=registry.example/app:1 --replicas=0',
    'create namespace Bad_Name',
    'create token robot --duration=30s',
    'create token nobody',
  ),
  ...fed('apply -f -', configMap('applied', { a: '1', b: '1' }), configMap('applied', { a: '1', b: '1' }), configMap('applied', { a: '2' })), // prettier-ignore
  ...run('get cm applied -o json --show-managed-fields'),
  ...fed('apply --server-side -f -', configMap('applied', { a: '3' })),
  ...run('get cm applied -o json --show-managed-fields'),
  ...fed('apply --server-side --field-manager=other -f -', configMap('applied', { a: '4' })),
  ...fed('apply --server-side --field-manager=other --force-conflicts -f -', configMap('applied', { a: '4' })),
  ...run('get cm applied -o json --show-managed-fields'),
  ...fed('apply -f -', deployment('rolled')),
  ...fed('apply --server-side -f -', deployment('rolled', { replicas: 0 }, { image: 'registry.example/app:2' })),
  ...run('get deploy rolled -o json --show-managed-fields'),
  ...fed('apply --server-side --field-manager=other -f -', deployment('rolled', {}, { image: 'registry.example/app:3' })), // prettier-ignore
  ...fed('replace -f -', configMap('made', { a: '2' }), configMap('nothing')),
  ...fed('diff -f -', configMap('made', { a: '2' })),
]

const patches = run(
  'patch cm made --type=merge -p {"data":{"b":"2"}}',
  'patch cm made --type=merge -p {"data":{"b":null}}',
  'patch cm made --type=merge -p {"data":{"b":2}}',
  'patch cm made --type=merge -p {"data":"text"}',
  'patch cm made --type=json -p [{"op":"add","path":"/data/c","value":"3"}]',
  'patch cm made --type=json -p [{"op":"remove","path":"/data/none"}]',
  'patch cm made --type=json -p [{"op":"test","path":"/data/c","value":"4"}]',
  'patch cm made --type=json -p [{"op":"replace","path":"/data/none","value":"4"}]',
  'patch cm made --type=json -p {"op":"add"}',
  'patch deploy idle --type=merge -p {"spec":{"replicas":"many"}}',
  'patch deploy idle -p {"spec":{"replicas":"many"}}',
  'patch deploy idle -p {"spec":{"template":{"spec":{"containers":[{"image":"x"}]}}}}',
  'patch deploy idle -p {"spec":{"unknown":1}}',
  'patch deploy idle -p {"spec":{"selector":{"matchLabels":{"app":"x"}}}}',
  'patch pvc unbound -p {"spec":{"resources":{"requests":{"storage":"1Gi"}}}}',
  'patch pvc unbound -p {"spec":{"resources":{"requests":{"storage":"3Gi"}}}}',
  'patch svc headless -p {"spec":{"clusterIP":"10.0.0.1"}}',
  'patch job once -p {"spec":{"completions":3}}',
  'patch sts db -p {"spec":{"serviceName":"x"}}',
  'patch rolebinding reader -p {"roleRef":{"name":"other"}}',
  'label cm made tier=back',
  'label cm made tier=front',
  'label cm made tier=front --overwrite',
  'label cm made tier-',
  'label cm made bad/label/key=1',
  'annotate cm made note=hello',
  'scale deploy idle --replicas=0',
  'scale deploy idle --replicas=1 --current-replicas=5',
  'scale deploy nothing --replicas=1',
  'scale cm made --replicas=1',
  'set image deploy/idle main=registry.example/app:2',
  'set env deploy/idle A=1',
  'set resources deploy/idle --limits=cpu=100m',
  'set image deploy/idle other=x',
  'rollout pause deploy/idle',
  'rollout pause deploy/idle',
  'rollout resume deploy/idle',
  'rollout undo deploy/idle --to-revision=99',
  'rollout status deploy/nothing',
  'autoscale deploy idle --min=1 --max=3',
)

const refused = fed(
  'create -f -',
  pod('Bad_Name', { image: '' }),
  pod('bad', { ports: [{ containerPort: 70_000, protocol: 'HTTP' }], resources: { requests: { cpu: '2' }, limits: { cpu: '1' } } }), // prettier-ignore
  pod('bad', { volumeMounts: [{ name: 'none', mountPath: '' }], env: [{ name: '' }] }),
  pod('bad', {}, { restartPolicy: 'Sometimes', terminationGracePeriodSeconds: -1, dnsPolicy: 'None' }),
  pod('bad', { imagePullPolicy: 'Often', resources: { requests: { memory: '-1' } } }),
  pod('bad', {}, { containers: [] }),
  deployment('bad', { selector: { matchLabels: { app: 'x' } }, replicas: -1 }),
  deployment('bad', { selector: undefined }),
  deployment('bad', { replicas: 'three' }),
  deployment('bad', { replica: 3 }, { imagee: 'x' }),
  deployment('bad', { strategy: { type: 'Never' }, minReadySeconds: -1 }),
  service('Bad', { ports: [{ port: 0 }, { port: 80 }], type: 'Mail' }),
  service('bad', { ports: [{ port: 80 }, { port: 80 }] }),
  claim('bad', { accessModes: ['Often'], resources: { requests: { storage: '0' } } }),
  claim('bad', { accessModes: [], resources: {} }),
  configMap('bad', { 'not valid': 'x' }, { 'bad key': 'x', good: 'not valid!' }),
  job('bad', { completions: -1, backoffLimit: -1, parallelism: -2 }),
  { apiVersion: 'batch/v1', kind: 'CronJob', metadata: { name: 'bad' }, spec: { schedule: 'sometimes', concurrencyPolicy: 'Perhaps', jobTemplate: { spec: job('x').spec } } }, // prettier-ignore
  { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata: { name: 'bad' }, rules: [{ verbs: [] }] },
  { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding', metadata: { name: 'bad' }, roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Thing', name: '' } }, // prettier-ignore
  { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: { name: 'bad' }, spec: { minAvailable: 1, maxUnavailable: 1 } }, // prettier-ignore
  { apiVersion: 'v1', kind: 'Thing', metadata: { name: 'bad' } },
)

const asked = run(
  `get --raw ${raw}/configmaps?resourceVersion=abc`,
  `get --raw ${raw}/configmaps?resourceVersionMatch=Exact`,
  `get --raw ${raw}/configmaps?resourceVersion=0&resourceVersionMatch=Exact`,
  `get --raw ${raw}/configmaps?resourceVersion=1&resourceVersionMatch=Sometimes`,
  `get --raw ${raw}/configmaps?limit=x`,
  `get --raw ${raw}/configmaps?continue=x`,
  `get --raw ${raw}/configmaps?labelSelector=a%20b%20c`,
  `get --raw ${raw}/configmaps?watch=true&resourceVersion=abc`,
  `get --raw ${raw}/configmaps?sendInitialEvents=true`,
  `get --raw ${raw}/configmaps/settings?resourceVersion=abc`,
  `get --raw ${raw}/nothings`,
  `get --raw ${apps}/deployments/idle/scale`,
  `get --raw ${apps}/deployments/nothing/scale`,
  `delete --raw ${raw}/configmaps/nothing`,
  'get --raw /readyz',
  'get --raw /nothing',
)

const rights = run(
  'auth can-i get pods',
  'auth can-i get unknowns',
  `auth can-i list pods --as=system:serviceaccount:${namespace}:robot`,
  `auth can-i delete pods --as=system:serviceaccount:${namespace}:robot`,
  `auth can-i --list --as=system:serviceaccount:${namespace}:robot`,
  `get cm --as=system:serviceaccount:${namespace}:robot`,
  `get nodes --as=system:serviceaccount:${namespace}:robot`,
  `auth whoami --as=system:serviceaccount:${namespace}:robot`,
)

const gone = run(
  'wait cm/settings --for=jsonpath={.data.color}=blue --timeout=5s',
  'wait cm/nothing --for=delete --timeout=5s',
  'delete cm nothing',
  'delete cm made --dry-run=server',
  'delete cm made',
  'delete cm made --ignore-not-found',
  'delete cm -l tier=none',
  'delete pod waiting --grace-period=0',
  'delete deploy,svc nothing',
)

/** In this order, each on what those before it left. */
export const commands: readonly Command[] = [
  ...tables,
  ...whole,
  ...described,
  ...written,
  ...patches,
  ...refused,
  ...asked,
  ...rights,
  ...gone,
]
