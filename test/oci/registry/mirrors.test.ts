import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Route } from '../../../src/oci/registry/mirrors/route.ts';
import { routeFiles } from '../../../src/oci/registry/mirrors/user-routes.ts';
import { openImageStore } from '../../../src/oci/store/open-store.ts';
import { pullImage } from '../../../src/oci/transfer/pull-image.ts';
import { pushImage } from '../../../src/oci/transfer/push-image.ts';
import { makeImage, storeImage } from '../store/images.ts';
import { impatient, servedStore } from '../transfer/served.ts';

let folder: string;
let broken: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kctl-mirrors-'));
  broken = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function put(path: string, content: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
}

const files = (env: Record<string, string> = {}) =>
  routeFiles(
    { HOME: join(folder, 'home'), ...env },
    (path, reason) => broken.push(`${path.slice(folder.length + 1)}: ${reason}`),
    join(folder, 'etc'),
  );

function routeOf(name: string, env: Record<string, string> = {}): Route | undefined {
  const [registry = '', ...rest] = name.split('/');
  for (const file of files(env)) {
    const found = file.route(registry, rest.join('/'));
    if (found) return found;
  }
  return undefined;
}

/** Addresses with what the repository is called there. */
const shown = (name: string, env: Record<string, string> = {}): string[] | undefined => {
  const route = routeOf(name, env);
  return (
    route && [
      ...route.mirrors.map(
        ({ address, repository, isWhole, digestOnly }) =>
          `${address.href}${repository ?? ''}${isWhole ? ' whole' : ''}${digestOnly ? ' digests' : ''}`,
      ),
      ...(route.isOnly ? ['only'] : []),
    ]
  );
};

describe('hosts.toml of containerd', () => {
  const hosts = (registry: string, content: string) => put(`etc/containerd/certs.d/${registry}/hosts.toml`, content);

  test('names mirrors in their order, for what they can, with what they need', () => {
    hosts(
      'docker.io',
      `server = "https://registry-1.docker.io"
[host."https://one.example"]
  capabilities = ["pull", "resolve"]
  [host."https://one.example".header]
    x-team = ["a", "b"]
[host."https://two.example/v2/hub"]
  capabilities = ["pull"]
  override_path = true
  skip_verify = true
  ca = ["ca.pem", "/abs.pem"]
  client = [["me.pem", "me.key"]]
[host."https://push.example"]
  capabilities = ["push"]
`,
    );
    expect(shown('docker.io/library/nginx')).toEqual([
      'https://one.example/',
      'https://two.example/v2/hub whole digests',
    ]);
    expect(routeOf('docker.io/library/nginx')!.mirrors[0]!.headers).toEqual({ 'x-team': 'a, b' });
    const [containerd] = files();
    containerd!.route('docker.io', 'library/nginx');
    const certs = join(folder, 'etc/containerd/certs.d/docker.io');
    expect(containerd!.trust('two.example')).toEqual({
      insecure: true,
      authorities: [join(certs, 'ca.pem'), '/abs.pem'],
      client: { cert: join(certs, 'me.pem'), key: join(certs, 'me.key') },
    });
    expect(shown('ghcr.io/a/b')).toBeUndefined();
  });

  test('of _default is for who has none; a server of another name stands for the registry', () => {
    hosts('_default', 'server = "https://all.example"\n');
    hosts('here.example_5000_', '[host."http://near.example:81"]\n');
    expect(shown('ghcr.io/a/b')).toEqual(['https://all.example/', 'only']);
    expect(shown('here.example:5000/a')).toEqual(['http://near.example:81/']);
  });
});

describe('registries.conf of podman', () => {
  test('the longest prefix counts, and locations stand for it', () => {
    put(
      'etc/containers/registries.conf',
      `unqualified-search-registries = ["quay.io"]
[[registry]]
prefix = "docker.io"
[[registry.mirror]]
location = "mirror.example/hub"
[[registry.mirror]]
location = "digests.example"
pull-from-mirror = "digest-only"
[[registry]]
prefix = "docker.io/team"
location = "intern.example:5000/our"
insecure = true
[[registry]]
location = "bad.example"
blocked = true
[[registry]]
prefix = "*.wild.example"
location = "wild.intern.example"
`,
    );
    expect(shown('docker.io/library/nginx')).toEqual([
      'https://mirror.example/hub/library/nginx',
      'https://digests.example/library/nginx digests',
    ]);
    expect(shown('docker.io/team/app')).toEqual(['https://intern.example:5000/our/app', 'only']);
    expect(shown('docker.io/teamwork/app')).toHaveLength(2);
    expect(shown('a.wild.example/x/y')).toEqual(['https://wild.intern.example/x/y', 'only']);
    expect(routeOf('bad.example/x')).toEqual({
      mirrors: [],
      blockedBy: join(folder, 'etc/containers/registries.conf'),
    });
    expect(files()[1]!.trust('intern.example:5000')).toEqual({ insecure: true });
  });

  test("the user's file is in place of the system's, pieces come on top, and a named one is alone", () => {
    const one = (location: string) =>
      `[[registry]]\nprefix = "x.example"\n[[registry.mirror]]\nlocation = "${location}"\n`;
    put('etc/containers/registries.conf', one('system.example'));
    expect(shown('x.example/a')).toEqual(['https://system.example/a']);
    put('home/.config/containers/registries.conf', one('user.example'));
    expect(shown('x.example/a')).toEqual(['https://user.example/a']);
    put('etc/containers/registries.conf.d/10.conf', one('piece.example'));
    expect(shown('x.example/a')).toEqual(['https://piece.example/a']);
    put('named.conf', one('named.example'));
    const named = { CONTAINERS_REGISTRIES_CONF: join(folder, 'named.conf') };
    expect(shown('x.example/a', named)).toEqual(['https://named.example/a']);
  });
});

test("daemon.json of docker has mirrors of docker.io; containerd's and podman's files come first", () => {
  put(
    'etc/docker/daemon.json',
    '{"registry-mirrors": ["https://hub.example", "https://"], "insecure-registries": ["lab:5000", "10.0.0.0/8"]}',
  );
  expect(shown('docker.io/library/nginx')).toEqual(['https://hub.example/']);
  expect(broken).toEqual(['etc/docker/daemon.json: registry-mirrors: "https://" is no address']);
  expect(shown('quay.io/a')).toBeUndefined();
  expect(files()[2]!.trust('lab:5000')).toEqual({ insecure: true });
  put('etc/containers/registries.conf', '[[registry]]\nlocation = "docker.io"\n');
  expect(shown('docker.io/library/nginx')).toEqual([]);
  put('etc/containerd/certs.d/docker.io/hosts.toml', '[host."https://c.example"]\n');
  expect(shown('docker.io/library/nginx')).toEqual(['https://c.example/']);
});

test('broken files are told with their reason, and passed over', () => {
  put('etc/containerd/certs.d/docker.io/hosts.toml', 'server = "https://');
  put('etc/containers/registries.conf', '[[registry]\n');
  put('etc/docker/daemon.json', '["x"]');
  expect(shown('docker.io/library/nginx')).toBeUndefined();
  expect(broken).toHaveLength(3);
  for (const [at, path] of ['etc/containers/registries', 'etc/docker/daemon', 'etc/containerd/certs.d'].entries()) {
    expect(broken[at]).toMatch(new RegExp(`^${path}.*: .{10,}$`));
  }
});

test('a pull takes the way that the files say, and a blocked registry is not asked', async () => {
  const [here, there] = [openImageStore(join(folder, 'here')), openImageStore(join(folder, 'there'))];
  const seen: (string | undefined)[] = [];
  const registry = await servedStore(there, {}, (request) => {
    seen.push(request.headers['x-team'] as string | undefined);
    return false;
  });
  try {
    const image = await makeImage([{ a: '1' }]);
    await storeImage(there, image, `${registry.host}/our/web:1`);
    await pushImage(there, image, `${registry.host}/our/web:1`, { registries: impatient() });
    put(
      'etc/containers/registries.conf',
      `[[registry]]\nprefix = "away.example/team"\nlocation = "${registry.host}/our"\n[[registry]]\nlocation = "bad.example"\nblocked = true\n`,
    );
    const registries = impatient({
      route: (host, repository) => routeOf(`${host}/${repository}`) ?? { mirrors: [] },
    });
    const pulled = await pullImage(here, 'away.example/team/web:1', { registries });
    expect(pulled.digest).toBe(image.target.digest);
    const blocked = `registry bad.example is blocked in ${join(folder, 'etc/containers/registries.conf')}`;
    await expect(pullImage(here, 'bad.example/x', { registries })).rejects.toThrow(blocked);
    await expect(pushImage(here, image, 'bad.example/x', { registries })).rejects.toThrow(blocked);
    put(
      'etc/containerd/certs.d/away.example/hosts.toml',
      `[host."http://${registry.host}/v2/our"]\noverride_path = true\n[host."http://${registry.host}/v2/our".header]\nx-team = "blue"\n`,
    );
    seen.length = 0;
    expect((await pullImage(here, 'away.example/web:1', { registries })).digest).toBe(image.target.digest);
    expect(new Set(seen)).toEqual(new Set(['blue']));
  } finally {
    await registry.close();
    here.close();
    there.close();
  }
});
