// An API server with nothing but pods in it, for dashboard-tables: as many as asked for, as large as real ones, and
// changed as often as asked for. Counts what it is asked.
import http from 'node:http';

const columns = ['Name', 'Ready', 'Status', 'Restarts', 'Age', 'IP', 'Node', 'Nominated Node', 'Readiness Gates'].map(
  (name, index) => ({ name, type: 'string', format: '', description: '', priority: index > 4 ? 1 : 0 }),
);
const managed = (manager, time, fields) => ({
  manager,
  operation: 'Update',
  apiVersion: 'v1',
  time,
  fieldsType: 'FieldsV1',
  fieldsV1: Object.fromEntries(fields.map((field) => [`f:${field}`, { '.': {}, 'f:name': {}, 'f:value': {} }])),
});
const specFields = ['containers', 'dnsPolicy', 'enableServiceLinks', 'restartPolicy', 'schedulerName', 'tolerations'];
const statusFields = ['conditions', 'containerStatuses', 'hostIP', 'phase', 'podIP', 'podIPs', 'startTime', 'qosClass'];

let version = 1_000_000;
const nameOf = (i) => `web-${String(i).padStart(6, '0')}-7d9f8b6c5d-${((i * 7919) % 1_679_616).toString(36)}`;

/** Old pods: none of their ages changes from second to second. */
function rowOf(i, restarts = 0) {
  const deployment = `web-${i % 5000}`;
  const created = new Date(Date.UTC(2026, 0, 1) + (i % 100_000) * 1000).toISOString().replace('.000Z', 'Z');
  const name = nameOf(i);
  return {
    cells: [
      ...[name, '1/1', i % 50 ? 'Running' : 'CrashLoopBackOff', String(restarts), '300d'],
      ...[`10.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}`, `node-${i % 1000}`, '<none>', '<none>'],
    ],
    object: {
      kind: 'PartialObjectMetadata',
      apiVersion: 'meta.k8s.io/v1',
      metadata: {
        name,
        generateName: `${deployment}-7d9f8b6c5d-`,
        namespace: `team-${i % 200}`,
        uid: `${i.toString(16).padStart(8, '0')}-3c1a-4a0e-9d55-0123456789ab`,
        resourceVersion: String(version++),
        creationTimestamp: created,
        labels: { app: deployment, 'pod-template-hash': '7d9f8b6c5d', tier: i % 3 ? 'front' : 'back' },
        annotations: { 'prometheus.io/scrape': 'true', 'kubernetes.io/config.seen': created, note: 'x'.repeat(120) },
        ownerReferences: [
          {
            apiVersion: 'apps/v1',
            kind: 'ReplicaSet',
            name: `${deployment}-7d9f8b6c5d`,
            uid: `${(i % 5000).toString(16).padStart(8, '0')}-77aa-4a0e-9d55-0123456789ab`,
            controller: true,
            blockOwnerDeletion: true,
          },
        ],
        managedFields: [
          managed('kube-controller-manager', created, specFields),
          managed('kubelet', created, statusFields),
        ],
      },
    },
  };
}

const resource = (name, kind, namespaced, shortNames) => ({
  ...{ name, singularName: kind.toLowerCase(), namespaced, kind, shortNames },
  verbs: ['get', 'list', 'watch', 'delete'],
});
const fixed = {
  '/version': { major: '1', minor: '36', gitVersion: 'v1.36.0' },
  '/api': { kind: 'APIVersions', versions: ['v1'] },
  '/apis': { kind: 'APIGroupList', apiVersion: 'v1', groups: [] },
  '/api/v1': {
    ...{ kind: 'APIResourceList', groupVersion: 'v1' },
    resources: [resource('pods', 'Pod', true, ['po']), resource('namespaces', 'Namespace', false, ['ns'])],
  },
  '/api/v1/namespaces': { kind: 'NamespaceList', apiVersion: 'v1', metadata: {}, items: [] },
};
const notFound = {
  kind: 'Status',
  apiVersion: 'v1',
  status: 'Failure',
  reason: 'NotFound',
  code: 404,
  message: 'none',
};

process.once('message', ({ pods, rate }) => {
  const watches = new Set();
  const asked = { lists: 0, watches: 0, others: 0 };
  const table = (rows, metadata) => ({
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata,
    columnDefinitions: columns,
    rows,
  });
  const server = http.createServer((request, response) => {
    const url = new URL(request.url, 'http://localhost');
    const answer = (value, code = 200) => {
      response.writeHead(code, { 'content-type': 'application/json' });
      response.end(JSON.stringify(value));
    };
    if (url.pathname !== '/api/v1/pods') {
      asked.others++;
      return answer(fixed[url.pathname] ?? notFound, fixed[url.pathname] ? 200 : 404);
    }
    if (url.searchParams.has('watch')) {
      asked.watches++;
      response.writeHead(200, { 'content-type': 'application/json' });
      response.flushHeaders();
      watches.add(response);
      response.on('close', () => watches.delete(response));
      return undefined;
    }
    asked.lists++;
    const from = Number(url.searchParams.get('continue') ?? 0);
    const to = Math.min(pods, from + Number(url.searchParams.get('limit') ?? pods));
    const rows = Array.from({ length: to - from }, (_, index) => rowOf(from + index));
    return answer(table(rows, { resourceVersion: String(version), ...(to < pods && { continue: String(to) }) }));
  });
  let changes = 0;
  if (rate > 0) {
    // Fifty times a second, each with its share.
    setInterval(() => {
      for (let count = 0; count < rate / 50; count++) {
        changes++;
        const row = rowOf((changes * 7919) % pods, changes);
        const line = `${JSON.stringify({ type: 'MODIFIED', object: table([row], {}) })}\n`;
        for (const watch of watches) watch.write(line);
      }
    }, 20);
  }
  process.on('message', () => process.send({ asked }));
  server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
});
