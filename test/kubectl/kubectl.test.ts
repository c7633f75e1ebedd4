import { spawn } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { withKubectl } from '../support/kubectl.ts';
import { eventually, type Ran, type Sandbox, sandboxWithCluster } from '../support/program.ts';

/** The stock client must find nothing strange: what it prints here is what it prints on a real cluster. */
withKubectl('the real kubectl drives the bundled cluster', (kubectl) => {
  let box: Sandbox;
  const k = (args: string[], input?: string): Ran => box.run(kubectl, args, input === undefined ? {} : { input });

  beforeAll(() => {
    box = sandboxWithCluster(['--empty']);
  });
  afterAll(() => box.dispose());

  const web = (image: string) => `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app: web}}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - {name: nginx, image: "${image}", ports: [{containerPort: 80, name: http}], env: [{name: MODE, value: demo}]}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80, targetPort: http}]}
`;

  test('version, nodes, api-resources', () => {
    expect(k(['version']).stdout).toMatch(/^Server Version: v1\.36\./m);
    const nodes = k(['get', 'nodes', '--no-headers']).stdout.trim().split('\n');
    expect(nodes).toHaveLength(3);
    for (const node of nodes) expect(node).toMatch(/^\S+ +Ready +\S+ +\d+\w* +v1\.36\.\d+$/);
    expect(k(['api-resources', '--api-group=apps', '-o', 'name', '--sort-by=name']).stdout).toBe(
      'controllerrevisions.apps\ndaemonsets.apps\ndeployments.apps\nreplicasets.apps\nstatefulsets.apps\n',
    );
  });

  test('apply creates, leaves alone and configures; the pods come up', async () => {
    expect(k(['apply', '-f', '-'], web('nginx:1.25')).stdout).toBe(
      'deployment.apps/web created\nservice/web created\n',
    );
    expect(k(['apply', '-f', '-'], web('nginx:1.25')).stdout).toBe(
      'deployment.apps/web unchanged\nservice/web unchanged\n',
    );
    const wait = k(['rollout', 'status', 'deploy/web', '--timeout=30s']);
    expect(wait.stdout).toContain('deployment "web" successfully rolled out\n');
    expect(k(['apply', '-f', '-'], web('nginx:1.26')).stdout).toBe(
      'deployment.apps/web configured\nservice/web unchanged\n',
    );
    expect(k(['rollout', 'status', 'deploy/web', '--timeout=30s']).code).toBe(0);
    // Old pods may still be ending; the new ones are both there.
    const images = k(['get', 'pods', '-l', 'app=web', '-o', 'jsonpath={.items[*].spec.containers[0].image}']).stdout;
    expect(images.split(' ').filter((image) => image === 'nginx:1.26')).toHaveLength(2);
    // The strategic merge kept what the patch did not name.
    expect(k(['get', 'deploy', 'web', '-o', 'jsonpath={.spec.template.spec.containers[0].env[0].value}']).stdout).toBe(
      'demo',
    );
    expect(k(['get', 'deploy', 'web']).stdout).toMatch(
      /^NAME +READY +UP-TO-DATE +AVAILABLE +AGE\nweb +2\/2 +2 +2 +\d+m?\d*s\n$/,
    );
    await eventually(
      () =>
        k([
          'get',
          'endpointslices',
          '-l',
          'kubernetes.io/service-name=web',
          '-o',
          'jsonpath={.items[0].endpoints[*].conditions.ready}',
        ]).stdout === 'true true',
      'two ready endpoints',
    );
  }, 90_000);

  test('events tell the story of a pod in the words of a real cluster', () => {
    const events = k([
      'events',
      '--for',
      `pod/${k(['get', 'pods', '-l', 'app=web', '-o', 'name']).stdout.split('\n')[0]!.slice(4)}`,
      '--no-headers',
    ]).stdout;
    for (const reason of ['Scheduled', 'Pulled', 'Created', 'Started']) expect(events).toContain(reason);
    expect(events).toContain('Successfully assigned default/web-');
  });

  test('server-side apply owns its fields and names who stands in the way', () => {
    const map = (value: string) =>
      JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'shared' }, data: { key: value } });
    expect(k(['apply', '--server-side', '--field-manager=one', '-f', '-'], map('1')).stdout).toBe(
      'configmap/shared serverside-applied\n',
    );
    const refused = k(['apply', '--server-side', '--field-manager=two', '-f', '-'], map('2'));
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('conflict with "one": .data.key');
    expect(k(['apply', '--server-side', '--field-manager=two', '--force-conflicts', '-f', '-'], map('2')).code).toBe(0);
    expect(k(['get', 'cm', 'shared', '-o', 'jsonpath={.data.key}']).stdout).toBe('2');
    expect(
      k(['get', 'cm', 'shared', '--show-managed-fields', '-o', 'jsonpath={.metadata.managedFields[*].manager}']).stdout,
    ).toBe('two');
  });

  test('label, patch, scale', () => {
    expect(k(['label', 'svc', 'web', 'tier=front']).stdout).toBe('service/web labeled\n');
    expect(k(['patch', 'svc', 'web', '-p', '{"metadata":{"labels":{"tier":null}}}']).stdout).toBe(
      'service/web patched\n',
    );
    expect(k(['scale', 'deploy', 'web', '--replicas=3']).stdout).toBe('deployment.apps/web scaled\n');
    expect(k(['rollout', 'status', 'deploy/web', '--timeout=30s']).code).toBe(0);
  });

  test('logs are those of the image, and agree with themselves', () => {
    const pod = k(['get', 'pods', '-l', 'app=web', '-o', 'name']).stdout.split('\n')[0]!;
    const logs = k(['logs', pod]);
    expect(logs.code).toBe(0);
    expect(logs.stdout.length).toBeGreaterThan(0);
    expect(k(['logs', pod, '--tail=1']).stdout.trim().split('\n')).toHaveLength(1);
    expect(k(['logs', 'pod/nobody']).stderr).toBe(
      'error: error from server (NotFound): pods "nobody" not found in namespace "default"\n',
    );
  });

  test('watch sees a pod come and go', async () => {
    const child = spawn(kubectl, ['get', 'cm', '-w', '--output-watch-events', '-o', 'name'], { env: box.env });
    let text = '';
    child.stdout.on('data', (data) => {
      text += data;
    });
    try {
      await eventually(() => text.includes('kube-root-ca.crt'), 'the first list');
      k(['create', '-f', '-'], '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"seen"}}');
      await eventually(() => text.includes('configmap/seen'), 'the new object');
    } finally {
      child.kill();
    }
  });

  test('delete takes the dependents along', async () => {
    expect(k(['delete', 'deploy', 'web']).stdout).toMatch(
      /^deployment\.apps "web" deleted( from default namespace)?\n$/,
    );
    await eventually(
      () => k(['get', 'rs,pods', '-l', 'app=web', '-o', 'name']).stdout === '',
      'replica sets and pods to go',
      45_000,
    );
    expect(k(['get', 'deploy', 'web']).stderr).toBe('Error from server (NotFound): deployments.apps "web" not found\n');
  });

  test('a namespace goes with everything in it', async () => {
    k(['apply', '-f', '-'], '{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"shortlived"}}');
    expect(
      k(['-n', 'shortlived', 'apply', '-f', '-'], '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"inside"}}')
        .code,
    ).toBe(0);
    expect(k(['delete', 'ns', 'shortlived', '--timeout=30s']).code).toBe(0);
    expect(k(['get', 'ns', 'shortlived']).stderr).toBe(
      'Error from server (NotFound): namespaces "shortlived" not found\n',
    );
  });

  test('a custom kind is served as soon as it is defined', async () => {
    const crd = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'gadgets.example.com' },
      spec: {
        group: 'example.com',
        scope: 'Namespaced',
        names: { plural: 'gadgets', singular: 'gadget', kind: 'Gadget', shortNames: ['gd'] },
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            schema: {
              openAPIV3Schema: {
                type: 'object',
                properties: { spec: { type: 'object', properties: { size: { type: 'integer', default: 3 } } } },
              },
            },
            additionalPrinterColumns: [{ name: 'Size', type: 'integer', jsonPath: '.spec.size' }],
          },
        ],
      },
    };
    expect(k(['apply', '-f', '-'], JSON.stringify(crd)).code).toBe(0);
    expect(k(['wait', '--for=condition=Established', 'crd/gadgets.example.com', '--timeout=10s']).code).toBe(0);
    expect(
      k(['apply', '-f', '-'], '{"apiVersion":"example.com/v1","kind":"Gadget","metadata":{"name":"one"},"spec":{}}')
        .stdout,
    ).toBe('gadget.example.com/one created\n');
    expect(k(['get', 'gd']).stdout).toBe('NAME   SIZE\none    3\n');
  });

  test('errors come with the server words that scripts look for', () => {
    expect(
      k(['create', '-f', '-'], '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"Bad_Name"}}').stderr,
    ).toContain('The ConfigMap "Bad_Name" is invalid: metadata.name: Invalid value: "Bad_Name"');
    expect(k(['get', 'pods', '--as=nobody']).stderr).toBe(
      'Error from server (Forbidden): pods is forbidden: User "nobody" cannot list resource "pods" in API group "" in the namespace "default"\n',
    );
    expect(k(['get', 'gadgetoids']).stderr).toContain('error: the server doesn\'t have a resource type "gadgetoids"');
  });
});
