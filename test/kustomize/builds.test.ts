import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { build } from '../../src/commands/kustomize/build.ts';
import { type BuildSettings, defaultSettings } from '../../src/kustomize/settings.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kctl-kustomize-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function write(files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

async function result(path: string, settings: Partial<BuildSettings> = {}, env: Record<string, string> = {}) {
  const io = { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough(), env, cwd: folder };
  const built = await build(path, io, new AbortController().signal, { ...defaultSettings, ...settings });
  return built;
}

const configMap = (name: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n`;

describe('security', () => {
  test('a link out of the folder is refused', async () => {
    write({ 'secret.yaml': configMap('secret'), 'app/kustomization.yaml': 'resources: [link.yaml]\n' });
    symlinkSync('../secret.yaml', join(folder, 'app/link.yaml'));
    await expect(result('app')).rejects.toThrow(/security; file '.*link\.yaml' is not in or below '.*app'/);
    expect((await result('app', { loadsAnywhere: true })).toYaml()).toContain('name: secret');
  });

  test('generators read no file outside of the folder', async () => {
    write({
      'secret.txt': 'x',
      'app/kustomization.yaml': 'configMapGenerator:\n- name: a\n  files: [../secret.txt]\n',
    });
    await expect(result('app')).rejects.toThrow('security; file');
  });

  test('plugins and charts run only when they are allowed', async () => {
    write({ 'kustomization.yaml': 'generators: ["{apiVersion: x/v1, kind: Y, metadata: {name: y}}"]\n' });
    await expect(result('.')).rejects.toThrow("external plugins disabled; unable to load external plugin 'Y'");
    write({ 'kustomization.yaml': 'helmCharts: [{name: c}]\n' });
    await expect(result('.')).rejects.toThrow('must specify --enable-helm');
  });
});

describe('resources behind URLs', () => {
  async function serving(
    answer: (path: string) => { status: number; body: string },
    run: (url: string) => Promise<void>,
  ) {
    const server = createServer((request, response) => {
      const { status, body } = answer(request.url ?? '');
      response.writeHead(status).end(body);
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    try {
      await run(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    } finally {
      server.close();
    }
  }

  test('are fetched', async () => {
    await serving(
      () => ({ status: 200, body: configMap('remote') }),
      async (url) => {
        write({ 'kustomization.yaml': `namePrefix: a-\nresources: ["${url}/x.yaml"]\n` });
        expect((await result('.')).toYaml()).toBe(configMap('a-remote'));
      },
    );
  });

  test('and their failures are told', async () => {
    await serving(
      () => ({ status: 404, body: 'no' }),
      async (url) => {
        write({ 'kustomization.yaml': `resources: ["${url}/x.yaml"]\n` });
        await expect(result('.')).rejects.toThrow(
          `accumulating resources: accumulating resources from '${url}/x.yaml': HTTP Error: status code 404 (Not Found)`,
        );
      },
    );
  });
});

describe('programs', () => {
  function program(name: string, script: string): string {
    write({ [name]: `#!/bin/sh\n${script}\n` });
    chmodSync(join(folder, name), 0o755);
    return join(folder, name);
  }

  test('helm gets the chart, the values and the flags', async () => {
    const helm = program(
      'helm',
      `echo "$@" >> ${folder}/calls\nif [ "$1" = version ]; then echo v3.14.0; exit; fi\nwhile [ "$1" != -f ]; do shift; done\ncat "$2" > ${folder}/values\nprintf 'apiVersion: v1\\nkind: ConfigMap\\nmetadata: {name: chart}\\n'`,
    );
    write({
      'charts/demo/values.yaml': 'a: 1\nb: {c: 2}\n',
      'kustomization.yaml':
        'namePrefix: x-\nhelmCharts:\n- name: demo\n  releaseName: r\n  namespace: ns\n  includeCRDs: true\n  valuesInline: {b: {c: 3}}\n',
    });
    const settings = { helm: { command: helm, apiVersions: ['v1/Foo'], kubeVersion: '1.32', debug: false } };
    expect((await result('.', settings, { PATH: process.env.PATH ?? '' })).toYaml()).toBe(configMap('x-chart'));
    const [, template = ''] = readFileSync(join(folder, 'calls'), 'utf8').split('\n');
    expect(template).toMatch(
      /^template r \S+\/charts\/demo --namespace ns -f \S+ --api-versions v1\/Foo --kube-version 1\.32 --include-crds$/,
    );
    expect(readFileSync(join(folder, 'values'), 'utf8')).toBe('a: 1\nb:\n  c: 3\n');
  });

  test('a plugin generates and transforms', async () => {
    program(
      'plugins/x/v1/tool/Tool',
      `if [ -n "$(head -c 1 "$1")" ] && grep -q "mode: make" "$1"; then printf 'apiVersion: v1\\nkind: ConfigMap\\nmetadata:\\n  name: made\\n  annotations: {kustomize.config.k8s.io/needs-hash: "true"}\\n'; else sed 's/name: made/name: changed/'; fi`,
    );
    const config = (mode: string) => `apiVersion: x/v1\n  kind: Tool\n  metadata: {name: t}\n  mode: ${mode}\n`;
    write({ 'kustomization.yaml': `generators:\n- |-\n  ${config('make')}transformers:\n- |-\n  ${config('change')}` });
    const functions = { network: false, mounts: [], env: [], asCurrentUser: false };
    const env = { PATH: process.env.PATH ?? '', KUSTOMIZE_PLUGIN_HOME: join(folder, 'plugins') };
    expect((await result('.', { functions }, env)).toYaml()).toMatch(
      /^apiVersion: v1\nkind: ConfigMap\nmetadata:\n {2}name: changed/,
    );
  });

  test('a function runs in a container without network, under nobody', async () => {
    program(
      'bin/docker',
      `echo "$@" > ${folder}/call\nprintf 'apiVersion: config.kubernetes.io/v1\\nkind: ResourceList\\nitems:\\n- apiVersion: v1\\n  kind: ConfigMap\\n  metadata: {name: from-function}\\n'`,
    );
    const annotation = '{config.kubernetes.io/function: "container: {image: example.com/fn:1}"}';
    write({
      'kustomization.yaml': `transformers:\n- |-\n  apiVersion: x/v1\n  kind: Fn\n  metadata: {name: f, annotations: ${annotation}}\nresources: [a.yaml]\n`,
      'a.yaml': configMap('gone'),
    });
    const functions = { network: false, mounts: [], env: ['A=b', 'C'], asCurrentUser: false };
    const env = { PATH: `${join(folder, 'bin')}:${process.env.PATH}` };
    expect((await result('.', { functions }, env)).toYaml()).toBe(configMap('from-function'));
    expect(readFileSync(join(folder, 'call'), 'utf8').trim()).toBe(
      'run --rm -i -a STDIN -a STDOUT -a STDERR --network none --user nobody --security-opt=no-new-privileges -e A=b -e LOG_TO_STDERR=true -e STRUCTURED_RESULTS=true -e C example.com/fn:1',
    );
  });
});
