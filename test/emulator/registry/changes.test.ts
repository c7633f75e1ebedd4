import type { IncomingHttpHeaders } from 'node:http';
import { request } from 'node:https';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../src/api/meta.ts';
import { type BareServer, bareServer } from '../server/bare.ts';

let server: BareServer;
beforeAll(async () => {
  server = await bareServer();
  for (const name of ['plain', 'admin']) {
    const labels = name === 'admin' ? { 'resource.kubernetes.io/admin-access': 'true' } : {};
    await call('POST', '/api/v1/namespaces', { metadata: { name, labels } });
  }
});
afterAll(() => server.stop());

// biome-ignore lint/suspicious/noExplicitAny: answers of any kind.
type Answer = { status: number; body: any; headers: IncomingHttpHeaders };

function call(method: string, path: string, body?: object): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = body
      ? { 'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json' }
      : {};
    const sent = request(server.url + path, { method, agent: server.agent, headers }, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part) => parts.push(part));
      answer.on('end', () => {
        const text = Buffer.concat(parts).toString();
        resolve({ status: answer.statusCode!, body: JSON.parse(text), headers: answer.headers });
      });
    });
    sent.on('error', reject);
    sent.end(body && JSON.stringify(body));
  });
}

const template = { metadata: { labels: { app: 'a' } }, spec: { containers: [{ name: 'c', image: 'i:1' }] } };

describe('what a server of 1.36 does besides', () => {
  const claim = (adminAccess: boolean): object => ({
    metadata: { name: 'c' },
    spec: { devices: { requests: [{ name: 'r', exactly: { deviceClassName: 'x', adminAccess } }] } },
  });
  const claims = (namespace: string): string =>
    `/apis/resource.k8s.io/v1/namespaces/${namespace}/resourceclaims?dryRun=All`;

  test('only namespaces with the label may ask for devices that others use', async () => {
    const refused = await call('POST', claims('plain'), claim(true));
    expect(refused.body.details.causes).toEqual([
      {
        reason: 'FieldValueForbidden',
        message:
          'Forbidden: admin access to devices requires the `resource.kubernetes.io/admin-access: true` label on the containing namespace',
        field: 'spec.devices.requests[0].adminAccess',
      },
    ]);
    expect((await call('POST', claims('plain'), claim(false))).status).toBe(201);
    expect((await call('POST', claims('admin'), claim(true))).status).toBe(201);
  });

  test('taints of devices get their time, and a selector that does not compile is refused', async () => {
    const slice = {
      metadata: { name: 's' },
      spec: {
        driver: 'd.example.com',
        nodeName: 'n',
        pool: { name: 'p', generation: 1, resourceSliceCount: 1 },
        devices: [{ name: 'd', taints: [{ key: 'a', effect: 'NoSchedule' }] }],
      },
    };
    const made = await call('POST', '/apis/resource.k8s.io/v1/resourceslices', slice);
    expect(made.body.spec.devices[0].taints[0].timeAdded).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    const kind = { metadata: { name: 'k' }, spec: { selectors: [{ cel: { expression: 'device.foo' } }] } };
    const refused = await call('POST', '/apis/resource.k8s.io/v1/deviceclasses', kind);
    expect(refused.body.details.causes[0].message).toContain("undefined field 'foo'");
  });

  test('a job that is deleted without a word on its pods is spoken of, and no other', async () => {
    const spec = { template: { spec: { restartPolicy: 'Never', containers: template.spec.containers } } };
    const jobs = '/apis/batch/v1/namespaces/plain/jobs';
    const warning =
      '299 - "child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning"';
    await call('POST', jobs, { metadata: { name: 'j' }, spec });
    expect((await call('DELETE', `${jobs}/j?dryRun=All`)).headers.warning).toBe(warning);
    expect((await call('DELETE', jobs)).headers.warning).toBe(warning);
    for (const said of ['propagationPolicy=Background', 'propagationPolicy=Orphan', 'orphanDependents=false']) {
      expect((await call('DELETE', `${jobs}/j?dryRun=All&${said}`)).headers.warning).toBeUndefined();
    }
    expect((await call('DELETE', '/apis/batch/v1/namespaces/plain/cronjobs')).headers.warning).toBeUndefined();
  });

  test('a daemon set counts its templates, whatever clients say', async () => {
    const path = '/apis/apps/v1/namespaces/plain/daemonsets';
    const key = 'deprecated.daemonset.template.generation';
    const spec = { selector: { matchLabels: { app: 'a' } }, template };
    const countOf = ({ body }: Answer): string => (body as KubeObject).metadata.annotations![key]!;
    const made = await call('POST', path, { metadata: { name: 'd' }, spec });
    expect(countOf(made)).toBe('1');
    const patch = { metadata: { annotations: { [key]: '9' } }, spec: { minReadySeconds: 3 } };
    expect(countOf(await call('PATCH', `${path}/d`, patch))).toBe('1');
    const other = { spec: { template: { metadata: { labels: { b: 'c' } } } } };
    expect(countOf(await call('PATCH', `${path}/d`, other))).toBe('2');
    const wrong = { metadata: { name: 'e', annotations: { [key]: 'x' } }, spec };
    const refused = await call('POST', path, wrong);
    expect([refused.status, refused.body.message]).toEqual([
      400,
      'DaemonSet in version "v1" cannot be handled as a DaemonSet: strconv.ParseInt: parsing "x": invalid syntax',
    ]);
  });

  test('the generation of drivers comes with their first change, and that of priorities stays', async () => {
    const drivers = '/apis/storage.k8s.io/v1/csidrivers';
    const driver = await call('POST', drivers, { metadata: { name: 'd' }, spec: {} });
    expect(driver.body.metadata.generation).toBeUndefined();
    const changed = await call('PATCH', `${drivers}/d`, { spec: { podInfoOnMount: true } });
    expect(changed.body.metadata.generation).toBe(1);
    const classes = '/apis/scheduling.k8s.io/v1/priorityclasses';
    await call('POST', classes, { metadata: { name: 'p' }, value: 1 });
    const told = await call('PATCH', `${classes}/p`, { description: 'x' });
    expect(told.body.metadata.generation).toBe(1);
  });

  test('an address is named by nobody but its client', async () => {
    const path = '/apis/networking.k8s.io/v1/ipaddresses?dryRun=All';
    const spec = { parentRef: { resource: 'services', name: 'x' } };
    const refused = await call('POST', path, { metadata: { generateName: 'g-' }, spec });
    expect(refused.body.message).toMatch(/^IPAddress\.networking\.k8s\.io "g-" is invalid: \[metadata\.generateName: /);
  });

  test('times of leases have six digits behind the second', async () => {
    const path = '/apis/coordination.k8s.io/v1/namespaces/plain/leases?dryRun=All';
    const lease = (renewTime: string): Promise<Answer> =>
      call('POST', path, { metadata: { name: 'l' }, spec: { renewTime } });
    expect((await lease('2024-01-01T00:00:00.123456Z')).status).toBe(201);
    const says = async (time: string): Promise<string> =>
      (await lease(time)).body.message.replace('Lease in version "v1" cannot be handled as a Lease: ', '');
    expect(await says('2024-01-01T00:00:00Z')).toBe(
      'parsing time "2024-01-01T00:00:00Z" as "2006-01-02T15:04:05.000000Z07:00": cannot parse "Z" as ".000000"',
    );
    expect(await says('2024-13-01T00:00:00.123456Z')).toBe(
      'parsing time "2024-13-01T00:00:00.123456Z": month out of range',
    );
    expect(await says('2024-02-31T00:00:00.123456Z')).toBe(
      'parsing time "2024-02-31T00:00:00.123456Z": day out of range',
    );
  });
});
