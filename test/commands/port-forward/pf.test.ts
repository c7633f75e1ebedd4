import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../src/api/meta.ts';
import { findBuiltinKind } from '../../../src/api/resources.ts';
import { findForwardObject } from '../../../src/store/forwards/find-object.ts';
import { knownPorts } from '../../../src/store/forwards/known-ports.ts';
import type { Listen } from '../../../src/store/forwards/local-listener.ts';
import { listenNear, localCandidates } from '../../../src/store/forwards/local-port.ts';
import { localUrl } from '../../../src/store/forwards/port-url.ts';
import { readForwardPort, targetOf } from '../../../src/store/forwards/target.ts';

const named = (kind: string, name: string, owner?: string): KubeObject => ({
  apiVersion: 'v1',
  kind,
  metadata: {
    name,
    ...(owner
      ? { ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: owner, uid: owner, controller: true }] }
      : {}),
  },
});

describe('which object a word means', () => {
  const shop = [
    named('Service', 'web'),
    named('Deployment', 'web'),
    named('Deployment', 'worker'),
    named('StatefulSet', 'database'),
    named('Service', 'database-headless'),
    named('Pod', 'web-7d9-a', 'web-7d9'),
    named('Pod', 'web-7d9-b', 'web-7d9'),
    named('Pod', 'debug'),
    named('Pod', 'job-1', 'j1'),
    named('Pod', 'job-2', 'j2'),
    named('Pod', 'twin-a', 't'),
    named('Pod', 'twin-b', 't'),
    named('ConfigMap', 'webby'),
  ];
  test.each([
    ['web', 'Service web'],
    ['worker', 'Deployment worker'],
    ['work', 'Deployment worker'],
    ['database', 'StatefulSet database'],
    ['web-7d9-b', 'Pod web-7d9-b'],
    ['we', 'Service web'],
    ['deb', 'Pod debug'],
    ['twin', 'Pod twin-a'],
    ['dat', 'ambiguous: service/database-headless, statefulset/database'],
    ['w', 'ambiguous: service/web, deployment/web, deployment/worker'],
    ['dhs', 'Service database-headless'],
    ['wkr', 'Deployment worker'],
    ['wb', 'Service web'],
    ['dbs', 'ambiguous: service/database-headless, statefulset/database'],
    ['job', 'ambiguous: pod/job-1, pod/job-2'],
    [
      'nope',
      'unknown: service/database-headless, service/web, deployment/web, deployment/worker, statefulset/database, pod/debug',
    ],
  ])('%s → %s', (word, expected) => {
    const answer = findForwardObject(word, shop);
    const text =
      answer.type === 'found'
        ? `${answer.object.kind} ${answer.object.metadata.name}`
        : `${answer.type}: ${answer.candidates.join(', ')}`;
    expect(text).toBe(expected);
  });
});

describe('which port', () => {
  const service = (...ports: object[]): KubeObject => ({
    ...named('Service', 's'),
    spec: { ports, selector: { a: 'b' } },
  });
  test.each([
    [service({ port: 9090, name: 'metrics' }, { port: 80, name: 'http' }), 80],
    [service({ port: 9090 }, { port: 8080 }), 8080],
    [service({ port: 5432 }), 5432],
    [service(), undefined],
    [
      {
        ...named('Deployment', 'd'),
        spec: { template: { spec: { containers: [{ ports: [{ containerPort: 3000 }] }] } } },
      },
      3000,
    ],
    [{ ...named('Pod', 'p'), spec: { containers: [{}, { ports: [{ containerPort: 6379 }] }] } }, 6379],
  ])('%#', (object, expected) => {
    expect(knownPorts(object)[0]?.remote).toBe(expected);
  });
  test('locally the same number, else one near', () => {
    expect(localCandidates(8080).slice(0, 3)).toEqual([8080, 8081, 8082]);
    expect(localCandidates(80).slice(0, 3)).toEqual([8080, 8081, 8082]);
    expect(localCandidates(65_535)).toEqual([65_535, 0]);
  });
  test('the URL speaks the port’s language', () => {
    expect(localUrl(8080, { remote: 80, name: '' })).toBe('http://localhost:8080');
    expect(localUrl(8443, { remote: 443, name: '' })).toBe('https://localhost:8443');
    expect(localUrl(5433, { remote: 5432, name: '' })).toBe('localhost:5433');
    expect(localUrl(9000, { remote: 9000, name: 'grpc' })).toBe('localhost:9000');
  });
  test('taken ports are passed over, and what was asked for is not', async () => {
    const taken = new Set([8080, 8081]);
    const asked: number[] = [];
    const listen: Listen = async (_address, port) => {
      asked.push(port);
      if (taken.has(port)) throw Object.assign(new Error('in use'), { code: 'EADDRINUSE' });
      return { port, close() {} };
    };
    const near = listenNear([8080, 8081, 8082], listen);
    expect((await near('127.0.0.1', 0, () => {})).port).toBe(8082);
    expect(asked).toEqual([8080, 8081, 8082]);
    await expect(near('127.0.0.1', 8080, () => {})).rejects.toThrow('in use');
  });
});

describe('ports of port-forward', () => {
  const pod: KubeObject = {
    ...named('Pod', 'p'),
    metadata: { name: 'p', namespace: 'shop' },
    spec: { containers: [{ ports: [{ name: 'http', containerPort: 3000 }] }] },
  };
  const service: KubeObject = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: 'shop' },
    spec: {
      selector: { app: 'web' },
      ports: [{ port: 80, targetPort: 8080 }, { port: 81, name: 'named', targetPort: 'http' }, { port: 82 }],
    },
  };
  const target = (object: KubeObject) => targetOf(findBuiltinKind(object.apiVersion, object.kind)!, object);
  const read = (text: string, object = service) => {
    const port = readForwardPort(text, target(object));
    return [port.local, port.remote(pod)];
  };
  test.each([
    ['80', [80, 8080]],
    ['9000:80', [9000, 8080]],
    ['9000:named', [9000, 3000]],
    ['named', [81, 3000]],
    [':80', [0, 8080]],
    ['0:82', [0, 82]],
  ])('service %s', (text, expected) => {
    expect(read(text)).toEqual(expected);
  });
  test('a headless service does not translate', () => {
    expect(read('80', { ...service, spec: { ...service.spec, clusterIP: 'None' } })).toEqual([80, 80]);
  });
  test('a pod takes numbers and names', () => {
    expect(read('8080:http', pod)).toEqual([8080, 3000]);
    expect(read('3000', pod)).toEqual([3000, 3000]);
  });
  test.each([
    ['83', 'Service web does not have a service port 83'],
    ['x', "Service 'web' does not have a named port 'x'"],
    ['a:80', "error parsing local port 'a': invalid syntax"],
    ['1:2:3', "invalid port format '1:2:3'"],
    ['99999:80', "error parsing local port '99999' of '99999:80': value out of range"],
  ])('%s is refused', (text, message) => {
    expect(() => read(text)).toThrow(message);
  });
  test('pods behind an object', () => {
    expect(target(service).pods).toEqual({ namespace: 'shop', labelSelector: 'app=web' });
    expect(target(pod)).toMatchObject({ pods: { namespace: 'shop', name: 'p' }, mayMove: false });
    expect(() => target({ ...service, spec: { ports: [] } })).toThrow('service "web" has no selector');
  });
});
