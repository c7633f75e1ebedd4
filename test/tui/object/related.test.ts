import { afterEach, expect, test } from 'vitest';
import { groupResource } from '../../../src/api/resource.ts';
import { KctlError } from '../../../src/lib/errors.ts';
import type { TestScreen } from '../render-test.ts';
import { noneIsWider, type ObjectCluster, objectCluster, objectOf, sizes, type } from './object-cluster.ts';

let screen: TestScreen | undefined;

afterEach(() => screen?.close());

/** Opens the table of `kind` with one row, `object`, and presses `key` on it. */
async function from(
  cluster: ObjectCluster,
  kind: string,
  object: ReturnType<typeof objectOf>,
  key: string,
  cols = 140,
) {
  const s = await cluster.open(cols, 30);
  screen = s;
  await type(s, `:${kind}`);
  cluster.tables.get(kind)!.change('ADDED', { cells: [object.metadata.name, '1h'], object });
  await s.settle();
  await s.press(key);
  return s;
}

const podUsing = (name: string, config: string) =>
  objectOf('Pod', name, { spec: { containers: [{ name: 'app', envFrom: [{ configMapRef: { name: config } }] }] } });

test.each(sizes)('at %i×%i: who uses a config map is told as it changes', async (cols) => {
  const cluster = objectCluster();
  const settings = objectOf('ConfigMap', 'settings');
  cluster.put('pods', podUsing('one', 'settings'));
  const s = await from(cluster, 'configmaps', settings, 'u', cols);
  await s.waitFor('uses(configmap/settings)[1]');
  cluster.put('pods', podUsing('설정-🙂', 'settings'));
  cluster.put('pods', podUsing('other', 'another'));
  await s.waitFor('uses(configmap/settings)[2]');
  expect(s.text()).toMatch(/설정-🙂 +pods/);
  noneIsWider(s, cols);
  cluster.put('pods', podUsing('one', 'another'));
  await s.waitFor('uses(configmap/settings)[1]');
  expect(s.text()).not.toMatch(/ one +pods/);
});

test('what may not be read may use it all the same, and is told', async () => {
  const cluster = objectCluster();
  const { objectSource } = cluster.services;
  cluster.services.objectSource = (resource, scope) =>
    groupResource(resource) === 'jobs.batch'
      ? {
          start: (sink) => sink.state({ phase: 'failed', since: 0, error: new KctlError('api', 'jobs is forbidden') }),
          stop: () => undefined,
        }
      : objectSource(resource, scope);
  const s = await from(cluster, 'configmaps', objectOf('ConfigMap', 'settings'), 'u');
  await s.waitFor(/\? +jobs\.batch +not readable: jobs is forbidden/);
});

test('backends follow the ingress, until it goes', async () => {
  const cluster = objectCluster();
  const paths = (name: string) => [{ path: '/', backend: { service: { name } } }];
  const ingress = (name: string) =>
    objectOf('Ingress', 'front', { spec: { rules: [{ host: 'a.b', http: { paths: paths(name) } }] } });
  cluster.put('ingresses.networking.k8s.io', ingress('web'));
  const s = await from(cluster, 'ingresses.networking.k8s.io', ingress('web'), 'enter');
  await s.waitFor(/web +services +a\.b\//);
  cluster.put('ingresses.networking.k8s.io', ingress('결제'));
  await s.waitFor(/결제 +services +a\.b\//);
  expect(s.text()).not.toMatch(/ web +services/);
  expect(cluster.watched).toEqual(['ingresses.networking.k8s.io front']);
  cluster.drop('ingresses.networking.k8s.io', ingress('결제'));
  await s.waitFor('deleted meanwhile');
});

test('what an account may do follows its bindings and their roles', async () => {
  const cluster = objectCluster();
  const role = (verb: string) =>
    objectOf('Role', 'reader', { rules: [{ apiGroups: [''], resources: ['pods'], verbs: [verb] }] });
  const binding = objectOf('RoleBinding', 'b', {
    roleRef: { kind: 'Role', name: 'reader' },
    subjects: [{ kind: 'ServiceAccount', name: 'robot', namespace: 'shop' }],
  });
  cluster.put('rolebindings.rbac.authorization.k8s.io', binding);
  const s = await from(cluster, 'serviceaccounts', objectOf('ServiceAccount', 'robot'), 'enter');
  await s.waitFor('there is no Role reader');
  cluster.put('roles.rbac.authorization.k8s.io', role('get'));
  await s.waitFor(/pods +yes +- +-/);
  expect(s.text()).not.toContain('there is no Role');
  cluster.put('roles.rbac.authorization.k8s.io', role('list'));
  await s.waitFor(/pods +- +yes +-/);
  cluster.drop('rolebindings.rbac.authorization.k8s.io', binding);
  await s.waitFor('rules(serviceaccount/robot)[0]');
});

test('in a text about another kind, u is not offered, and says why', async () => {
  const cluster = objectCluster();
  cluster.put('services', objectOf('Service', 'web', { spec: {} }));
  const s = await from(cluster, 'services', objectOf('Service', 'web'), 'y');
  expect(s.text()).toContain('u Used by');
  await type(s, ':pods');
  await s.press('y');
  expect(s.text()).not.toContain('u Used by');
  await s.press('u');
  await s.waitFor('u Used by: not for pods');
});
