import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { OfflineSnapshots } from '../../../src/emulator/snapshots/offline.ts';
import { configMap, type Json, type TestCluster, testCluster } from '../server/cluster.ts';

const MAPS = '/api/v1/namespaces/default/configmaps';

let dir: string;
let data: string;
let cluster: TestCluster | undefined;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'kctl-snapshots-'));
  data = join(dir, 'data');
});
afterEach(async () => {
  await cluster?.stop();
  cluster = undefined;
  rmSync(dir, { recursive: true, force: true });
});

async function running(options: Parameters<typeof testCluster>[0] = {}): Promise<TestCluster> {
  cluster = await testCluster({ dataDir: data, ...options });
  return cluster;
}

async function stopped(): Promise<void> {
  await cluster?.stop();
  cluster = undefined;
}

const save = (name: string, more: object = {}) =>
  cluster!.call('POST', '/kctl/v1/snapshots/save', { body: { name, ...more } });
const restore = (name: string) => cluster!.call('POST', '/kctl/v1/snapshots/restore', { body: { name } });
const put = (name: string, text: string) => cluster!.call('POST', MAPS, { body: configMap(name, { data: { text } }) });
const change = (name: string, text: string) =>
  cluster!.call('PUT', `${MAPS}/${name}`, { body: configMap(name, { data: { text } }) });
const textOf = async (name: string) => (await cluster!.call('GET', `${MAPS}/${name}`)).body.data?.text;
const version = async () => Number((await cluster!.call('GET', MAPS)).body.metadata.resourceVersion);

describe('snapshots of a running cluster', () => {
  test('bring back what was changed and removed, and take away what came', async () => {
    await running();
    await put('kept', 'as it is');
    await put('changed', 'before');
    await put('removed', 'here');
    const uid = (await cluster!.call('GET', `${MAPS}/removed`)).body.metadata.uid;
    const saved = await save('one');
    expect(saved.body.snapshot).toMatchObject({
      name: 'one',
      objects: expect.any(Number),
      revision: expect.any(Number),
    });
    await change('changed', 'after');
    await cluster!.call('DELETE', `${MAPS}/removed`);
    await put('removed', 'another');
    await put('new', 'new');
    const kept = (await cluster!.call('GET', `${MAPS}/kept`)).body;
    const before = await version();
    const done = await restore('one');
    expect([done.status, done.body.snapshot?.name]).toEqual([200, 'one']);
    expect(await textOf('changed')).toBe('before');
    expect(await textOf('removed')).toBe('here');
    expect((await cluster!.call('GET', `${MAPS}/removed`)).body.metadata.uid).toBe(uid);
    expect((await cluster!.call('GET', `${MAPS}/new`)).status).toBe(404);
    // What nobody touched is the same, its version too; what is put back has one that nobody has seen.
    expect((await cluster!.call('GET', `${MAPS}/kept`)).body).toEqual(kept);
    expect(Number((await cluster!.call('GET', `${MAPS}/changed`)).body.metadata.resourceVersion)).toBeGreaterThan(
      before,
    );
    expect(done.body.restored.same).toBeGreaterThan(10);
    await stopped();
    await running();
    expect(await textOf('changed')).toBe('before');
    expect((await cluster!.call('GET', `${MAPS}/new`)).status).toBe(404);
  });

  test('a watch that runs sees what the restore does, with rising versions and the end of what is another object', async () => {
    await running();
    await put('changed', 'before');
    await put('remade', 'first');
    await save('one');
    await change('changed', 'after');
    await cluster!.call('DELETE', `${MAPS}/remade`);
    await put('remade', 'second');
    await put('new', 'new');
    const from = await version();
    const lines = cluster!.lines(`${MAPS}?watch=1&resourceVersion=${from}`);
    const seen: Json[] = [];
    const reading = (async () => {
      for await (const line of lines) {
        seen.push(line);
        if (seen.length === 4) return;
      }
    })();
    await restore('one');
    await reading;
    expect(seen.map(({ type, object }) => `${type} ${object.metadata.name} ${object.data.text}`).sort()).toEqual([
      'ADDED remade first',
      'DELETED new new',
      'DELETED remade second',
      'MODIFIED changed before',
    ]);
    const versions = seen.map(({ object }) => Number(object.metadata.resourceVersion));
    expect(versions).toEqual([...versions].sort((a, b) => a - b));
    expect(versions[0]).toBeGreaterThan(from);
  });

  test('controllers go on from the restored state', async () => {
    await running({ nodes: 2 });
    const labels = { app: 'web' };
    const template = { metadata: { labels }, spec: { containers: [{ name: 'main', image: 'nginx:1.27' }] } };
    const deployment = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web' },
      spec: { replicas: 2, selector: { matchLabels: labels }, template },
    };
    const path = '/apis/apps/v1/namespaces/default/deployments';
    await cluster!.call('POST', path, { body: deployment });
    await expect.poll(async () => (await cluster!.call('GET', `${path}/web`)).body.status?.replicas).toBe(2);
    await save('two');
    await cluster!.call('DELETE', `${path}/web`);
    await expect
      .poll(async () => (await cluster!.call('GET', `/apis/apps/v1/namespaces/default/replicasets`)).body.items.length)
      .toBe(0);
    await restore('two');
    const scale = { headers: { 'content-type': 'application/merge-patch+json' }, body: { spec: { replicas: 3 } } };
    expect((await cluster!.call('PATCH', `${path}/web`, scale)).status).toBe(200);
    await expect.poll(async () => (await cluster!.call('GET', `${path}/web`)).body.status?.replicas).toBe(3);
    const pods = (await cluster!.call('GET', '/api/v1/namespaces/default/pods')).body.items;
    expect(pods.filter(({ metadata }: Json) => !metadata.deletionTimestamp)).toHaveLength(3);
  });

  test('custom kinds go and come with what the snapshot knows', async () => {
    await running();
    const definition = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'widgets.example.com' },
      spec: {
        group: 'example.com',
        scope: 'Namespaced',
        names: { plural: 'widgets', singular: 'widget', kind: 'Widget' },
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
          },
        ],
      },
    };
    const path = '/apis/example.com/v1/namespaces/default/widgets';
    await save('before');
    await cluster!.call('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', { body: definition });
    await expect.poll(async () => (await cluster!.call('GET', path)).status).toBe(200);
    await cluster!.call('POST', path, {
      body: { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'w' } },
    });
    await save('with');
    await restore('before');
    await expect.poll(async () => (await cluster!.call('GET', path)).status).toBe(404);
    await restore('with');
    await expect.poll(async () => (await cluster!.call('GET', `${path}/w`)).status).toBe(200);
  });

  test('the clock goes ahead where the snapshot is from later, and never back', async () => {
    await running();
    const clock = async () => Date.parse((await cluster!.call('GET', '/kctl/v1/clock')).body.now);
    await save('early');
    await cluster!.call('POST', '/kctl/v1/clock/jump', { body: { ms: 3_600_000 } });
    await save('late');
    const late = await clock();
    await restore('early');
    expect(await clock()).toBeGreaterThanOrEqual(late);
    await stopped();
    for (const part of ['', '-wal', '-shm']) rmSync(join(data, `cluster.db${part}`), { force: true });
    await running();
    expect(await clock()).toBeLessThan(late - 3_000_000);
    await restore('late');
    expect(await clock()).toBeGreaterThanOrEqual(late - 60_000);
  });

  test('what volumes hold goes with the objects, into other clusters too', async () => {
    await running({ nodes: 2 });
    const jump = () => cluster!.call('POST', '/kctl/v1/clock/jump', { body: { ms: 60_000 } });
    const said = async (name: string, script: string) => {
      const container = {
        name: 'main',
        image: 'busybox',
        command: ['sh', '-c', script],
        volumeMounts: [{ name: 'data', mountPath: '/data' }],
      };
      const volumes = [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }];
      const pods = '/api/v1/namespaces/default/pods';
      const spec = { restartPolicy: 'Never', containers: [container], volumes };
      await cluster!.call('POST', pods, { body: { metadata: { name }, spec } });
      await jump();
      return (await cluster!.call('GET', `${pods}/${name}/log`)).text;
    };
    const claim = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Mi' } } };
    const body = { metadata: { name: 'data' }, spec: claim };
    await cluster!.call('POST', '/api/v1/namespaces/default/persistentvolumeclaims', { body });
    expect(await said('first', 'echo one >/data/f; cat /data/f')).toBe('one\n');
    const { snapshot } = (await save('one')).body;
    expect(snapshot.volumes).toBe(1);
    expect(await said('second', 'echo two >/data/f; echo >/data/more; cat /data/f')).toBe('two\n');
    await save('two');
    expect((await restore('one')).status).toBe(200);
    expect(await said('third', 'ls /data; cat /data/f')).toBe('f\none\n');
    expect((await restore('two')).status).toBe(200);
    expect(await said('third', 'ls /data; cat /data/f')).toBe('f\nmore\ntwo\n');
    // Of a snapshot that an older kctl has taken, nothing is known about them: they stay as they are.
    const older = new DatabaseSync(join(data, 'snapshots', 'one.snapshot'));
    older.exec('DROP TABLE volumes');
    older.close();
    expect((await restore('one')).body.snapshot.volumes).toBeUndefined();
    expect(await said('fourth', 'cat /data/f')).toBe('two\n');
    await stopped();
    const folders = () => readdirSync(data).filter((name) => name.startsWith('volumes'));
    expect(folders()).toHaveLength(1);
    // Left by a restore that was killed before its transaction.
    mkdirSync(join(data, 'volumes-9'));
    await running();
    expect(await said('fifth', 'cat /data/f')).toBe('two\n');
    expect(folders()).toHaveLength(1);
    const file = join(dir, 'two.kctl');
    new OfflineSnapshots(data, Date.now).export('two', file);
    await stopped();
    data = join(dir, 'other');
    await running();
    await stopped();
    const offline = new OfflineSnapshots(data, Date.now);
    await offline.import('theirs', file);
    await offline.restoreStopped('theirs');
    await running();
    expect(await said('sixth', 'cat /data/f')).toBe('two\n');
  });

  test('which components are stopped is part of the state', async () => {
    await running();
    const isRunning = async () => {
      const { components } = (await cluster!.call('GET', '/kctl/v1/components')).body;
      return components.find(({ name }: Json) => name === 'job-controller').running;
    };
    const turn = (isOn: boolean) =>
      cluster!.call('POST', '/kctl/v1/components', { body: { names: ['job-controller'], running: isOn } });
    await turn(false);
    await save('without');
    await turn(true);
    await save('with');
    await restore('without');
    expect(await isRunning()).toBe(false);
    await restore('with');
    expect(await isRunning()).toBe(true);
  });

  test('is put back at any pace of time, and in its stillness', async () => {
    await running();
    await put('a', 'before');
    await save('x');
    for (const [what, body] of [
      ['speed', { speed: 100 }],
      ['pause', {}],
    ] as const) {
      await change('a', 'after');
      expect((await cluster!.call('POST', `/kctl/v1/clock/${what}`, { body })).status).toBe(200);
      expect((await restore('x')).status).toBe(200);
      expect(await textOf('a')).toBe('before');
    }
    expect((await cluster!.call('GET', '/kctl/v1/clock')).body).toMatchObject({ paused: true, speed: 100 });
  });

  test('what cannot be restored changes nothing', async () => {
    await running();
    await put('here', 'still');
    await save('good');
    const folder = join(data, 'snapshots');
    writeFileSync(join(folder, 'nonsense.snapshot'), 'nonsense');
    const damaged = readFileSync(join(folder, 'good.snapshot'));
    damaged.fill(0xa5, 8192, 60_000);
    writeFileSync(join(folder, 'damaged.snapshot'), damaged);
    copyFileSync(join(folder, 'good.snapshot'), join(folder, 'newer.snapshot'));
    const newer = new DatabaseSync(join(folder, 'newer.snapshot'));
    newer.exec("PRAGMA user_version = 99; UPDATE snapshot SET value = '9.9.9' WHERE name = 'version'");
    newer.close();
    const other = new DatabaseSync(join(folder, 'other.snapshot'));
    other.exec('CREATE TABLE x (y)');
    other.close();
    copyFileSync(join(folder, 'good.snapshot'), join(folder, 'spoilt.snapshot'));
    copyFileSync(join(folder, 'good.snapshot'), join(folder, 'escaping.snapshot'));
    for (const [name, volume] of [
      ['spoilt', 'v.volume.gz'],
      ['escaping', '../../v.volume.gz'],
    ] as const) {
      const odd = new DatabaseSync(join(folder, `${name}.snapshot`));
      odd
        .prepare('INSERT INTO volumes VALUES (?, ?)')
        .run(volume, name === 'spoilt' ? Buffer.from('x') : gzipSync('[]'));
      odd.close();
    }
    await change('here', 'changed');
    const before = (await cluster!.call('GET', `${MAPS}/here`)).body.metadata;
    for (const [name, status, message] of [
      ['none', 400, /^there is no snapshot "none"$/],
      ['../../x', 400, /cannot name a snapshot/],
      ['nonsense', 422, /^snapshot nonsense cannot be read: file is not a database$/],
      ['damaged', 422, /^snapshot damaged (cannot be read|is damaged)/],
      ['newer', 422, /^snapshot newer was taken by a newer version of kctl \(9\.9\.9\)$/],
      ['other', 422, /^other is not a snapshot of a cluster$/],
      ['spoilt', 422, /^snapshot spoilt is damaged: volume v\.volume\.gz: /],
      ['escaping', 422, /^snapshot escaping is damaged: volume \.\.\/\.\.\/v\.volume\.gz: it has no name/],
    ] as const) {
      const answer = await restore(name);
      expect([name, answer.status, answer.body.message]).toEqual([name, status, expect.stringMatching(message)]);
    }
    expect(await textOf('here')).toBe('changed');
    // The cluster goes on meanwhile: of the version of all it only is known that it does not go back.
    expect((await cluster!.call('GET', `${MAPS}/here`)).body.metadata).toEqual(before);
    expect(await version()).toBeGreaterThanOrEqual(Number(before.resourceVersion));
  });

  test('are files that only their owner may read, in the right folder, with one name each', async () => {
    await running();
    expect((await save('one')).status).toBe(200);
    const file = join(data, 'snapshots', 'one.snapshot');
    expect([statSync(file).mode & 0o777, statSync(join(data, 'snapshots')).mode & 0o777]).toEqual([0o600, 0o700]);
    const again = await save('one');
    expect([again.status, again.body.message]).toEqual([409, 'there is a snapshot "one" already']);
    const older = readFileSync(file);
    await put('more', 'more');
    expect((await save('one', { force: true })).status).toBe(200);
    expect(readFileSync(file).equals(older)).toBe(false);
    for (const name of ['', '..', '../x', 'a/b', 'A', 'a..b', '.a', 'x'.repeat(64), 'a\0']) {
      const refused = await save(name);
      expect([name, refused.status, refused.body.message]).toEqual([
        name,
        400,
        expect.stringContaining('cannot name a snapshot'),
      ]);
    }
    expect(readdirSync(join(data, 'snapshots'))).toEqual(['one.snapshot']);
    const keys = readFileSync(join(data, 'pki', 'ca.key'), 'utf8').split('\n')[1]!;
    expect(readFileSync(file).includes(keys)).toBe(false);
  });

  test('hold all that was answered while they were taken, whole', async () => {
    await running();
    let isOver = false;
    let written = 0;
    const writing = (async () => {
      while (!isOver) {
        await put(`w${written}`, 'x'.repeat(2000));
        written++;
      }
    })();
    await expect.poll(() => written).toBeGreaterThan(20);
    const before = written;
    const { body } = await save('busy');
    isOver = true;
    await writing;
    const { objects } = new OfflineSnapshots(data, Date.now).read('busy');
    const there = [...objects.get('configmaps')!.keys()].filter((key) => key.startsWith('default/w'));
    expect(there.length).toBeGreaterThanOrEqual(before);
    // No gaps: it is one moment.
    for (let at = 0; at < there.length; at++) expect(there).toContain(`default/w${at}`);
    expect(body.snapshot.objects).toBe([...objects.values()].reduce((sum, one) => sum + one.size, 0));
  });

  test('a cluster in memory has none', async () => {
    cluster = await testCluster();
    expect((await save('x')).body.message).toBe('this cluster keeps nothing on disk');
  });
});

describe('snapshots of a stopped cluster', () => {
  test('are saved and restored, and seen after the next start', async () => {
    await running();
    await put('a', 'before');
    await stopped();
    const offline = new OfflineSnapshots(data, Date.now);
    const saved = await offline.saveStopped('cold', false);
    expect(offline.list()).toEqual([saved]);
    await running();
    await change('a', 'after');
    const newest = await version();
    await expect(offline.restoreStopped('cold')).rejects.toThrow(/in use by another process/);
    await stopped();
    const { restored } = await offline.restoreStopped('cold');
    expect(restored.written).toBeGreaterThan(0);
    await running();
    expect(await textOf('a')).toBe('before');
    expect(await version()).toBeGreaterThan(newest);
    offline.delete('cold');
    expect(offline.list()).toEqual([]);
    expect(() => offline.delete('cold')).toThrow('there is no snapshot "cold"');
  });

  test('a list tells of what cannot be read', async () => {
    mkdirSync(join(data, 'snapshots'), { recursive: true });
    writeFileSync(join(data, 'snapshots', 'odd.snapshot'), 'odd');
    expect(new OfflineSnapshots(data, Date.now).list()).toEqual([
      { name: 'odd', problem: expect.stringContaining('cannot be read') },
    ]);
  });

  test('leftovers of a process that was killed go with the next one', async () => {
    await running();
    await stopped();
    mkdirSync(join(data, 'snapshots'), { recursive: true });
    const leftover = join(data, 'snapshots', '.unfinished-999999999-1');
    writeFileSync(leftover, 'part');
    await new OfflineSnapshots(data, Date.now).saveStopped('x', false);
    expect(existsSync(leftover)).toBe(false);
  });
});

describe('a snapshot of another cluster', () => {
  test('gets the authority and the tokens of this one', async () => {
    await running();
    const secret = {
      apiVersion: 'v1',
      kind: 'Secret',
      type: 'kubernetes.io/service-account-token',
      metadata: { name: 't', annotations: { 'kubernetes.io/service-account.name': 'default' } },
    };
    const path = '/api/v1/namespaces/default/secrets';
    await cluster!.call('POST', path, { body: secret });
    const dataOf = async () => (await cluster!.call('GET', `${path}/t`)).body.data ?? {};
    await expect.poll(async () => (await dataOf()).token).toBeDefined();
    const foreign = await dataOf();
    await save('mine');
    const file = join(dir, 'mine.kctl');
    new OfflineSnapshots(data, Date.now).export('mine', file);
    expect(() => new OfflineSnapshots(data, Date.now).export('mine', file)).toThrow('is there already');
    await stopped();
    data = join(dir, 'other');
    await running();
    const offline = new OfflineSnapshots(data, Date.now);
    await offline.import('theirs', file);
    expect((await restore('theirs')).status).toBe(200);
    await expect.poll(async () => (await dataOf()).token).toBeDefined();
    const own = await dataOf();
    expect(own.token).not.toBe(foreign.token);
    expect(own['ca.crt']).not.toBe(foreign['ca.crt']);
    const authority = Buffer.from(own['ca.crt'], 'base64').toString();
    await expect
      .poll(async () => (await cluster!.call('GET', `${MAPS}/kube-root-ca.crt`)).body.data['ca.crt'])
      .toBe(authority);
    const token = Buffer.from(own.token, 'base64').toString();
    const asked = await cluster!.call('GET', '/api/v1', {
      anonymous: true,
      headers: { authorization: `Bearer ${token}` },
    });
    expect(asked.status).toBe(200);
  });
});
