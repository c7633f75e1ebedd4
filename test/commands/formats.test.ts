import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Emulated, emulated } from './emulated.ts';

let cluster: Emulated;
const kctl = (line: string, options = {}) => cluster.run(line.split(' '), options);

beforeAll(async () => {
  cluster = await emulated();
  await kctl('create configmap plain --from-literal=a=1');
  await kctl('label configmap plain note=a.b');
  await cluster.run(['annotate', 'configmap', 'plain', 'note==HYPERLINK("x"),y']);
  await kctl('create secret generic token --from-literal=user=admin');
  await kctl('create deployment web --image=nginx --replicas=0 --port=80');
  await kctl('expose deployment web --port=80 --type=NodePort');
}, 60_000);

afterAll(() => cluster.stop());

describe('tables', () => {
  test('Markdown', async () => {
    const { stdout } = await kctl('get deployments,secrets -o md');
    expect(stdout.replaceAll(/\d+s/g, '5s')).toBe(
      [
        '| NAME | READY | UP-TO-DATE | AVAILABLE | AGE |',
        '| --- | --- | --- | --- | --- |',
        '| deployment.apps/web | 0/0 | 0 | 0 | 5s |',
        '',
        '| NAME | TYPE | DATA | AGE |',
        '| --- | --- | --- | --- |',
        '| secret/token | Opaque | 1 | 5s |',
        '',
      ].join('\n'),
    );
  });

  test('wide columns, escapes and no headers', async () => {
    const { stdout } = await kctl('get services web -o md=wide --no-headers');
    expect(stdout).toMatch(/^\| web \| NodePort \| [\d.]+ \| \\<none\\> \| 80:\d+\/TCP \| \d+s \| app=web \|\n$/);
  });

  test('comma separated values, in pages, with labels', async () => {
    const { stdout } = await kctl('get configmaps -o csv -L note --chunk-size=1');
    expect(stdout.replaceAll(/\d+s/g, '5s')).toBe('NAME,DATA,AGE,NOTE\nkube-root-ca.crt,1,5s,\nplain,1,5s,a.b\n');
  });

  test('are plain on a terminal', async () => {
    const { stdout } = await kctl('get deployments -o csv', { terminal: true, env: { FORCE_COLOR: '1' } });
    expect(stdout).not.toContain('\u001b');
  });

  test('are not kubectl’s', async () => {
    for (const format of ['md', 'csv', 'neat', 'decoded', 'tree']) {
      const { stderr, code } = await kctl(`get pods -o ${format}`, { tool: 'kubectl' });
      expect(stderr).toContain(`unable to match a printer suitable for the output format "${format}"`);
      expect(code).toBe(1);
    }
  });

  test('an argument that is none is refused', async () => {
    expect((await kctl('get pods -o csv=big')).stderr).toContain('output format "csv=big"');
    expect((await kctl('get pods -o neat=wide')).stderr).toContain('output format "neat=wide"');
  });
});

describe('objects', () => {
  test('neat', async () => {
    const { stdout } = await kctl('get deployment,service web -o neat');
    expect(stdout).toBe(`apiVersion: apps/v1
kind: Deployment
metadata:
  labels:
    app: web
  name: web
  namespace: default
spec:
  replicas: 0
  selector:
    matchLabels:
      app: web
  template:
    metadata:
      labels:
        app: web
    spec:
      containers:
      - image: nginx
        name: nginx
        ports:
        - containerPort: 80
---
apiVersion: v1
kind: Service
metadata:
  labels:
    app: web
  name: web
  namespace: default
spec:
  ports:
  - port: 80
  selector:
    app: web
  type: NodePort
`);
  });

  test('are painted on a terminal, and say the same', async () => {
    for (const format of ['neat', 'decoded']) {
      const plain = await kctl(`get secret token -o ${format}`);
      const painted = await kctl(`get secret token -o ${format}`, { terminal: true, env: { TERM: 'xterm-256color' } });
      expect(painted.stdout).toContain('\u001b[');
      expect(stripVTControlCharacters(painted.stdout)).toBe(plain.stdout);
    }
  });

  test('decoded', async () => {
    const { stdout } = await kctl('get secret token -o decoded');
    expect(stdout).toMatch(/^apiVersion: v1\nkind: Secret\n[\s\S]*\nstringData:\n {2}user: admin\ntype: Opaque\n$/);
  });

  test('of other verbs', async () => {
    const { stdout } = await kctl('create deployment x --image=nginx --dry-run=server -o neat');
    expect(stdout).toContain('kind: Deployment');
    expect(stdout).not.toMatch(/uid|status|terminationMessagePath/);
  });
});
