/** Pods as a Deployment makes them: 7 KB of JSON each, a third of it managed fields, as on a real API server. */
export function generatedPods(count: number, namespace: string): object[] {
  return Array.from({ length: count }, (_, index) => pod(index, namespace))
}

const created = '2026-11-20T08:00:00Z'

function pod(index: number, namespace: string): object {
  const name = `worker-7f578d78c9-${String(index).padStart(5, '0')}`
  const template = {
    app: `service-${index % 20}`,
    'pod-template-hash': '7f578d78c9',
    'app.kubernetes.io/name': `service-${index % 20}`,
    'app.kubernetes.io/version': '1.4.2',
  }
  return {
    metadata: {
      name,
      generateName: 'worker-7f578d78c9-',
      namespace,
      uid: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
      resourceVersion: String(1_000 + index),
      creationTimestamp: created,
      labels: template,
      annotations: { 'prometheus.io/scrape': 'true', 'prometheus.io/port': '9090', checksum: 'c'.repeat(64) },
      ownerReferences: [
        { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'worker-7f578d78c9', uid: 'rs', controller: true },
      ],
      managedFields: ['kube-controller-manager', 'kubelet'].map((manager) => ({
        manager,
        operation: 'Update',
        apiVersion: 'v1',
        time: created,
        fieldsType: 'FieldsV1',
        fieldsV1: managedFields(),
      })),
    },
    spec: {
      nodeName: `node-${index % 50}`,
      serviceAccountName: 'default',
      restartPolicy: 'Always',
      terminationGracePeriodSeconds: 30,
      tolerations: ['not-ready', 'unreachable'].map((key) => ({
        key: `node.kubernetes.io/${key}`,
        operator: 'Exists',
        effect: 'NoExecute',
        tolerationSeconds: 300,
      })),
      volumes: [
        { name: 'kube-api-access-x7k2p', projected: { defaultMode: 420, sources: [{ serviceAccountToken: {} }] } },
      ],
      containers: [
        {
          name: 'app',
          image: 'registry.example.com/agency/worker:1.4.2',
          imagePullPolicy: 'IfNotPresent',
          ports: [{ containerPort: 8080, name: 'http', protocol: 'TCP' }],
          env: Array.from({ length: 12 }, (_, each) => ({
            name: `SETTING_${each}`,
            value: `value of setting ${each}`,
          })),
          resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { cpu: '500m', memory: '512Mi' } },
          livenessProbe: { httpGet: { path: '/healthz', port: 8080, scheme: 'HTTP' }, periodSeconds: 10 },
          volumeMounts: [{ name: 'kube-api-access-x7k2p', readOnly: true, mountPath: '/var/run/secrets' }],
        },
      ],
    },
    status: {
      phase: 'Running',
      hostIP: `10.1.0.${index % 50}`,
      podIP: `10.2.${index >> 8}.${index & 255}`,
      podIPs: [{ ip: `10.2.${index >> 8}.${index & 255}` }],
      qosClass: 'Burstable',
      startTime: created,
      conditions: ['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled'].map(
        (type) => ({
          type,
          status: 'True',
          lastProbeTime: null,
          lastTransitionTime: created,
        }),
      ),
      containerStatuses: [
        {
          name: 'app',
          image: 'registry.example.com/agency/worker:1.4.2',
          imageID: `registry.example.com/agency/worker@sha256:${'a'.repeat(64)}`,
          containerID: `containerd://${String(index).padStart(64, '0')}`,
          ready: true,
          started: true,
          restartCount: index % 7 === 0 ? 1 : 0,
          state: { running: { startedAt: created } },
          lastState: {},
        },
      ],
    },
  }
}

function managedFields(): object {
  const leaf = (names: readonly string[]) => Object.fromEntries(names.map((name) => [`f:${name}`, {}]))
  const settings = Array.from({ length: 12 }, (_, index) => [`k:{"name":"SETTING_${index}"}`, leaf(['name', 'value'])])
  return {
    'f:metadata': { 'f:labels': leaf(['app', 'pod-template-hash', 'app.kubernetes.io/name']) },
    'f:spec': {
      'f:containers': {
        'k:{"name":"app"}': { 'f:env': Object.fromEntries(settings) as object, ...leaf(['image', 'name']) },
      },
      ...leaf(['dnsPolicy', 'restartPolicy', 'schedulerName']),
    },
  }
}
