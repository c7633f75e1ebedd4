import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Emulated, emulated } from '../emulated.ts';

let cluster: Emulated;
beforeAll(async () => {
  // The first node pulls for the control plane, and one pull at a time.
  cluster = await emulated({ nodes: 2 });
});
afterAll(() => cluster.stop());

const manifest = (name: string, image: string) => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
  labels: {team: shop}
spec:
  replicas: 1
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata:
      labels: {app: ${name}}
    spec:
      containers:
      - name: app
        image: ${image}
        env: [{name: PASSWORD, value: hunter2}]
`;

async function apply(...deployments: [name: string, image: string][]): Promise<void> {
  const file = join(cluster.folder, 'web.yaml');
  writeFileSync(file, deployments.map(([name, image]) => manifest(name, image)).join('---\n'));
  expect(await cluster.run(['apply', '-f', file])).toMatchObject({ code: 0, stderr: '' });
}

const withoutChance = (text: string) => text.replaceAll(/-[0-9a-f]{8,10}-[a-z0-9]{5}/g, '-POD');

test('several at once: each line says whose it is, and the exit code is that of the worst', async () => {
  await apply(['good', 'registry.k8s.io/pause:3.10'], ['bad', 'nginx:1.270']);
  const file = join(cluster.folder, 'watch.jsonl');
  const ran = await cluster.run(['rollout', 'watch', 'deployment', '-l', 'team=shop', '--record', file]);
  expect(ran.code).toBe(1);
  const pod =
    /^error: deployment\/bad: pod "bad-\S+": image "nginx:1.270" cannot be pulled: docker.io\/library\/nginx:1.270: not found\n$/;
  expect(ran.stderr).toMatch(pod);
  const lines = ran.stdout.trimEnd().split('\n');
  expect(lines.every((line) => /^deployment\/(good|bad): /.test(line))).toBe(true);
  expect(lines).toContain('deployment/good: deployment "good" successfully rolled out');

  // Recorded without secrets, for its owner only; replayed, it says the same and ends the same.
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readFileSync(file, 'utf8')).not.toContain('hunter2');
  // No cluster is looked for, nor is one started.
  const before = readdirSync(cluster.folder);
  const again = await cluster.run(['rollout', 'watch', '--replay', file], { env: { KUBECONFIG: '' } });
  expect(again.code).toBe(1);
  expect(readdirSync(cluster.folder)).toEqual(before);
  expect(again.stderr).toBe(ran.stderr);
  const said = (text: string) =>
    new Set(
      withoutChance(text)
        .split('\n')
        .filter((line) => /rolled out$|warning/.test(line)),
    );
  expect(said(again.stdout)).toEqual(said(ran.stdout));
  // What is there is not written over.
  const twice = await cluster.run(['rollout', 'watch', 'deployment/good', '--record', file]);
  expect(twice.stderr).toMatch(/^error: cannot record to .*: EEXIST/);
});

test('rollout status --live is the same watch, and a pull is told with what it brought', async () => {
  await apply(['web', 'nginx:1.26-alpine']);
  const ran = await cluster.run(['rollout', 'status', 'deployment/web', '--live']);
  expect(ran).toMatchObject({ code: 0, stderr: '' });
  expect(withoutChance(ran.stdout)).toMatch(
    /^pod\/web-POD pulled image nginx:1.26-alpine in [\d.]+s \((an image of )?[\d.]+MB/m,
  );
  expect(ran.stdout.trimEnd().split('\n').at(-1)).toBe('deployment "web" successfully rolled out');
});

test('on a terminal it is drawn in place, and ends with a mark', async () => {
  const ran = await cluster.run(['rollout', 'watch', 'deployment/web'], { terminal: true, env: { NO_COLOR: '1' } });
  expect(ran.code).toBe(0);
  expect(ran.stdout).toContain('\x1b[?2026h');
  expect(ran.stdout).toContain('✔ deployment "web" successfully rolled out');
});

test.each([
  [['--replay', '/nowhere.jsonl'], /^error: cannot read \/nowhere.jsonl: ENOENT/],
  [['--replay', 'FILE'], /^error: .* is not a recorded rollout/],
  [['--replay', 'FILE', '--speed', '0'], /^error: --speed must be a number above 0/],
  [['pod/x'], /^Error from server \(NotFound\)/],
])('%j', async (args, expected) => {
  const file = join(cluster.folder, 'other.json');
  writeFileSync(file, '{"a": 1}\n');
  const ran = await cluster.run(['rollout', 'watch', ...args.map((arg) => (arg === 'FILE' ? file : arg))]);
  expect(ran.code).toBe(1);
  expect(ran.stderr).toMatch(expected);
});

const head =
  '{"kctl":"rollout","version":1,"start":"2026-03-01T10:00:00Z","workloads":[{"kind":"Deployment","name":"web"}]}';
test.each([
  ['{"t":"1","of":2}', /is damaged: line 2 is no line of a recorded rollout/],
  ['null', /is damaged: line 2 is no line of a recorded rollout/],
  ['{"t":1,"of":0,"event":{"type":"put","kind":"pod","object":{}}}', /is damaged: Cannot read/],
  ['{"t":1,"of":0,"event":{"type":"later"}}', /is damaged: /],
  // A hundred years in which nothing happened pass in a moment.
  ['{"t":3155760000000,"of":0,"event":{"type":"image","reference":"a","facts":null}}', /ends before the rollout was/],
])('a recording that somebody wrote in: %s', async (line, expected) => {
  const file = join(cluster.folder, 'damaged.jsonl');
  writeFileSync(file, `${head}\n${line}\n`);
  const ran = await cluster.run(['rollout', 'watch', '--replay', file]);
  expect([ran.code, ran.stdout]).toEqual([1, '']);
  expect(ran.stderr).toMatch(expected);
});
