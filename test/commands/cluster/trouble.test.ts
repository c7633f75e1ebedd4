import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Sandbox, sandboxWithCluster } from '../../support/program.ts';

let box: Sandbox & { kubeconfig: string };
beforeAll(() => {
  box = sandboxWithCluster(['--empty', '--nodes', '2']);
});
afterAll(() => box?.dispose());

const fault = (line: string) => box.kctl(['cluster', 'fault', ...line.split(' ')]);
const snapshot = (line: string) => box.kctl(['cluster', 'snapshot', ...line.split(' ')]);
const good = ({ stdout, stderr, code }: { stdout: string; stderr: string; code: number | null }) => {
  expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
  return stdout;
};

describe('kctl cluster fault', () => {
  test('sets faults, lists them in words and as JSON, shows them in the status, and ends them', () => {
    expect(good(fault('status 429 --share 20% --retry-after 5s --resource cm -n default'))).toBe(
      'fault f1 set: answer 429, Retry-After 5 (cm; in default; 20% of them)\n',
    );
    expect(good(fault('slow --delay 2s --jitter 500ms --verb list,watch --by-agent helm --for 5m'))).toBe(
      'fault f2 set: wait 2s ± 500ms (list, watch; from helm)\n',
    );
    expect(good(fault('pull --image nginx:* --error slow --factor 3 --node n1'))).toBe(
      'fault f3 set: nginx:*: slow ×3 (on n1)\n',
    );
    const [head, ...rows] = good(fault('list')).trimEnd().split('\n');
    expect(head).toMatch(/^ID {3,}KIND {3,}STRIKES {3,}ENDS IN {3,}AGE {3,}WHAT$/);
    expect(rows).toEqual([
      expect.stringMatching(/^f1 +status +0 +<never> +\d+s +answer 429, /),
      expect.stringMatching(/^f2 +slow +0 +(5m|4m\d+s) +\d+s +wait 2s /),
      expect.stringMatching(/^f3 +pull +0 +<never> +\d+s +nginx/),
    ]);
    expect(JSON.parse(good(fault('list -o json'))).faults[0]).toMatchObject({
      id: 'f1',
      kind: 'status',
      code: 429,
      share: 0.2,
      retryAfterSeconds: 5,
      resources: ['cm'],
      namespaces: ['default'],
    });
    expect(good(box.kctl(['cluster', 'status']))).toMatch(/\nFaults: +3 \(see: kctl cluster fault list\)\n/);
    expect(good(fault('remove f2'))).toBe('fault f2 removed\n');
    expect(fault('rm f2')).toMatchObject({ code: 1, stderr: 'error: there is no fault "f2"\nthere are: f1, f3\n' });
    expect(good(fault('clear'))).toBe('fault f1 removed\nfault f3 removed\n');
    expect(good(fault('clear'))).toBe('no faults were set\n');
    expect(fault('list')).toEqual({ stdout: '', stderr: 'No faults are set.\n', code: 0 });
    expect(good(box.kctl(['cluster', 'status']))).not.toContain('Faults:');
  });

  test('strikes what asks, and lets the one through who clears it', () => {
    good(fault('status 503'));
    expect(box.kctl(['get', 'pods'])).toEqual({
      stdout: '',
      stderr: 'Error from server (ServiceUnavailable): the server is currently unable to handle the request\n',
      code: 1,
    });
    good(fault('clear'));
    expect(box.kctl(['get', 'pods']).code).toBe(0);
  });

  test('strikes at once and is over', () => {
    expect(good(fault('gone'))).toBe('the past is forgotten: watches and lists that go on from it get 410 Gone\n');
    expect(good(fault('watch-drop --resource events'))).toBe('0 watches ended\n');
    expect(fault('crash pod/none')).toMatchObject({
      code: 1,
      stderr: 'Error from server (NotFound): pods "none" not found\n',
    });
    expect(fault('list').stderr).toBe('No faults are set.\n');
  });

  test.each([
    ['slow', 'say how long, with --delay'],
    ['slow --delay 2', '--delay must be a duration such as 2s or 5m, not "2"'],
    ['status', 'say one status to answer: 401, 403, 404, 409, 429, 500, 503 or 504'],
    ['status 429 --share 120%', '--share must be a share such as 20%, not "120%"'],
    ['pull', 'say which images, with --image'],
    ['crash web', 'say what crashes: pod/NAME, deployment/NAME'],
    ['partition', 'say which nodes'],
    ['gone now', 'unexpected argument "now"'],
    ['remove', 'say which faults to remove, by their IDs'],
    ['list -o yaml', '--output must be json, not "yaml"'],
  ])('%s is refused', (line, message) => {
    expect(fault(line)).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining(`error: ${message}`) });
  });
});

describe('kctl cluster snapshot', () => {
  const create = (name: string, x: string) => {
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { x } };
    good(box.kctl(['create', '-f', '-'], { input: JSON.stringify(object) }));
  };
  const texts = () => box.kctl(['get', 'cm', '-o', 'jsonpath={.items[*].data.x}']).stdout.trim();

  test('saves, restores, lists and deletes, with the cluster running and stopped, under the same address', () => {
    create('a', 'before');
    expect(good(snapshot('save first'))).toMatch(
      /^snapshot "first" of cluster "kctl" saved: \d+ objects, [\d.]+ [KM]iB\n$/,
    );
    good(box.kctl(['delete', 'cm', 'a']));
    create('b', 'after');
    expect(texts()).toBe('after');
    expect(good(snapshot('restore first'))).toMatch(
      /^cluster "kctl" restored from snapshot "first": \d+ objects? put back, \d+ removed, \d+ as they were\n$/,
    );
    expect(texts()).toBe('before');
    const file = join(box.home, 'shop.kctl');
    good(snapshot(`save --to shop.kctl`));
    expect([existsSync(file), statSync(file).mode & 0o077]).toEqual([true, 0]);
    expect(snapshot('save other --to shop.kctl')).toMatchObject({
      code: 1,
      stderr: `error: ${file} is there already\n`,
    });
    expect(snapshot('delete other').stderr).toMatch(/^error: there is no snapshot "other"\nthere are: first, /);

    const record = readFileSync(join(box.home, 'kctl', 'clusters', 'kctl', 'kubeconfig'), 'utf8');
    good(box.kctl(['delete', 'cm', 'a']));
    good(box.kctl(['cluster', 'stop']));
    expect(good(snapshot('restore --from shop.kctl'))).toContain(`restored from ${file}: `);
    expect(good(snapshot('save cold'))).toContain('snapshot "cold" of cluster "kctl" saved');
    good(box.kctl(['cluster', 'start']));
    expect(texts()).toBe('before');
    expect(readFileSync(join(box.home, 'kctl', 'clusters', 'kctl', 'kubeconfig'), 'utf8')).toBe(record);

    const [head, ...rows] = good(snapshot('list')).trimEnd().split('\n');
    expect(head).toMatch(/^NAME +OBJECTS +SIZE +CLUSTER TIME +AGE +KCTL$/);
    expect(rows.map((row) => row.split(' ')[0])).toEqual([
      'first',
      expect.stringMatching(/^\d{4}-\d\d-\d\d-\d{6}$/),
      'cold',
    ]);
    expect(JSON.parse(good(snapshot('list -o json'))).snapshots[0]).toMatchObject({
      name: 'first',
      objects: expect.any(Number),
    });
    expect(good(snapshot('delete first cold'))).toBe('snapshot "first" deleted\nsnapshot "cold" deleted\n');
  });

  test.each([
    ['restore nix', 'error: there is no snapshot "nix"\n'],
    ['restore', 'error: say which snapshot: its name, or a file with --from\n'],
    ['restore --from nix.kctl', /^error: there is no file .*nix\.kctl\n$/],
    ['restore --from kubeconfig', /^error: snapshot .*kubeconfig cannot be read: file is not a database\n$/],
    ['save ../x', /^error: "\.\.\/x" cannot name a snapshot: /],
    ['delete', 'error: say which snapshots to delete\n'],
    ['save x --name none', /^error: there is no cluster "none"\n/],
  ])('%s is refused', (line, stderr) => {
    const ran = snapshot(line);
    expect(ran.code).toBe(1);
    if (typeof stderr === 'string') expect(ran.stderr).toContain(stderr);
    else expect(ran.stderr).toMatch(stderr);
  });
});
