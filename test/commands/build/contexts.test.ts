import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { GitServer, hasGitServer } from '../../oci/build/git-server.ts';
import { type Home, inHome } from '../image/in-home.ts';

let home: Home;
beforeEach(() => {
  home = inHome();
});
afterEach(() => {
  vi.unstubAllEnvs();
  home.dispose();
});

const dockerfile = 'FROM scratch\nCOPY . /all/\n';
const tarOf = (files: Readonly<Record<string, string>>): Promise<Buffer> => {
  const tar = pack();
  for (const [name, content] of Object.entries(files)) {
    if (content.startsWith('-> ')) tar.entry({ name, type: 'symlink', linkname: content.slice(3) });
    else tar.entry({ name, mode: 0o640, uid: 5, gid: 5 }, content);
  }
  tar.finalize();
  return buffer(tar);
};

describe('tars', () => {
  test('on standard input, whatever they are compressed with', async () => {
    const tar = await tarOf({ Dockerfile: dockerfile, f: 'F', '.dockerignore': 'g', g: 'G' });
    for (const bytes of [tar, gzipSync(tar)]) {
      const { code, stderr } = await home.run(['build', '-t', 'x', '-'], { stdin: bytes });
      expect([code, stderr]).toEqual([0, expect.stringContaining('[1/1] COPY . /all/')]);
      expect((await home.run(['image', 'cat', 'x', '/all/f'])).stdout).toBe('F');
      expect((await home.run(['image', 'cat', 'x', '/all/g'])).code).toBe(1);
    }
  });

  test('-f is within it, and leads to nothing of this machine', async () => {
    const outside = join(home.path, 'outside');
    writeFileSync(outside, dockerfile);
    const tar = await tarOf({ 'sub/other': 'FROM scratch\nCOPY sub /s/\n', Dockerfile: `-> ${outside}` });
    expect(await home.run(['build', '-t', 'x', '-f', 'sub/other', '-'], { stdin: tar })).toMatchObject({ code: 0 });
    for (const flags of [[], ['-f', '../outside'], ['-f', outside]]) {
      const { code, stderr } = await home.run(['build', ...flags, '-'], { stdin: tar });
      expect([code, stderr]).toEqual([1, expect.stringMatching(/outside of the context|no such file/)]);
    }
    const both = await home.run(['build', '-f', '-', '-'], { stdin: tar });
    expect(both.stderr).toContain("can't use stdin for both build context and dockerfile");
  });

  test('one that leads out of itself is refused, and nothing is left', async () => {
    vi.stubEnv('TMPDIR', home.path);
    const before = readdirSync(home.path).length;
    const evil = await home.run(['build', '-'], { stdin: await tarOf({ '../evil': 'x', Dockerfile: dockerfile }) });
    expect([evil.code, evil.stderr]).toEqual([1, expect.stringContaining('leads out of')]);
    const cut = await home.run(['build', '-'], {
      stdin: (await tarOf({ Dockerfile: dockerfile, f: 'F' })).subarray(0, 1100),
    });
    expect(cut.code).toBe(1);
    const neither = await home.run(['build', '-'], { stdin: Buffer.from([1, 0, 2]) });
    expect(neither.stderr).toContain('standard input is neither a Dockerfile nor a tar');
    expect(readdirSync(home.path)).toHaveLength(before);
  });
});

test('addresses of tars and of Dockerfiles', async () => {
  const files: Record<string, string | Buffer> = {
    '/ctx.tar.gz': gzipSync(await tarOf({ Dockerfile: dockerfile, f: 'F' })),
    '/Dockerfile': 'FROM scratch\nCOPY <<E /e\nhi\nE\n',
  };
  const server: Server = createServer((request, response) => {
    const content = files[request.url!];
    response.statusCode = content === undefined ? 404 : 200;
    response.end(content);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    expect(await home.run(['build', '-t', 'x', `${url}/ctx.tar.gz`])).toMatchObject({ code: 0 });
    expect((await home.run(['image', 'cat', 'x', '/all/f'])).stdout).toBe('F');
    expect((await home.run(['build', '-t', 'x', `${url}/ctx.tar.gz`])).stderr).toContain('CACHED');
    expect(await home.run(['build', '-t', 'x', `${url}/Dockerfile`])).toMatchObject({ code: 0 });
    expect((await home.run(['image', 'cat', 'x', '/e'])).stdout).toBe('hi\n');
    mkdirSync(join(home.path, 'app'));
    expect(await home.run(['build', '-t', 'x', '-f', `${url}/Dockerfile`, 'app'])).toMatchObject({ code: 0 });
    const none = await home.run(['build', `${url}/none`]);
    expect(none.stderr).toContain(`ERROR: failed to solve: failed to load ${url}/none: invalid response status 404`);
  } finally {
    server.close();
  }
});

describe.skipIf(!hasGitServer)('repositories', () => {
  test('a branch and a folder of one', async () => {
    await using server = await GitServer.start();
    server.commit('r.git', { 'web/Dockerfile': dockerfile, 'web/f': 'F', 'web/other/Dockerfile': 'FROM scratch\n' });
    symlinkSync('/etc/passwd', join(server.folder, 'r.git', 'web', 'passwd'));
    server.commit('r.git', { top: 'T' });
    const { code, stderr } = await home.run(['build', '-t', 'x', `${server.url}/r.git#main:web`]);
    expect(stderr).toMatch(/^#1 \[internal\] load git source http:.*r\.git#main:web\n#1 DONE/);
    expect([code, stderr]).toEqual([0, expect.stringContaining('COPY . /all/')]);
    expect((await home.run(['image', 'cat', 'x', '/all/f'])).stdout).toBe('F');
    expect((await home.run(['image', 'cat', 'x', '/all/.git/HEAD'])).code).toBe(1);
    expect((await home.run(['image', 'cat', 'x', '/all/passwd'])).code).toBe(1);
    const kept = ['--build-arg', 'BUILDKIT_CONTEXT_KEEP_GIT_DIR=1', '-f', 'web/Dockerfile'];
    expect(await home.run(['build', '-t', 'x', ...kept, `${server.url}/r.git`])).toMatchObject({ code: 0 });
    expect((await home.run(['image', 'cat', 'x', '/all/.git/HEAD'])).stdout).toMatch(/^[0-9a-f]{40}\n$/);
    const wrong = await home.run(['build', `${server.url}/r.git#nowhere`]);
    expect(wrong.stderr).toContain('does not contain ref nowhere');
  });
});

describe('--build-context', () => {
  const write = (files: Readonly<Record<string, string>>) => {
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(join(home.path, name, '..'), { recursive: true });
      writeFileSync(join(home.path, name), content);
    }
  };
  const build = (text: string, ...contexts: string[]) => {
    write({ 'app/Dockerfile': text });
    return home.run(['build', '-t', 'x', ...contexts.map((one) => `--build-context=${one}`), 'app']);
  };
  const cat = async (path: string) => (await home.run(['image', 'cat', 'x', path])).stdout;

  test('a folder: for COPY --from and FROM, with its .dockerignore, and reused', async () => {
    write({ 'lib/f': 'F', 'lib/g': 'G', 'lib/.dockerignore': 'g\n' });
    const text = 'FROM lib\nCOPY --from=other / /o/\n';
    const { code, stderr } = await build(text, 'lib=lib', 'other=lib');
    expect([code, stderr]).toEqual([0, expect.stringContaining('[context other] load files')]);
    expect([await cat('/f'), await cat('/o/f')]).toEqual(['F', 'F']);
    expect((await home.run(['image', 'cat', 'x', '/o/g'])).code).toBe(1);
    expect((await build(text, 'lib=lib', 'other=lib')).stderr.match(/CACHED/g)).toHaveLength(2);
    write({ 'lib/f': 'F2' });
    expect((await build(text, 'lib=lib', 'other=lib')).stderr).toContain('not reused: f changed');
  });

  test('it wins over stages and images of the same name', async () => {
    write({ 'lib/f': 'F' });
    const text = 'FROM nowhere.example/x AS build\nRUN never\nFROM scratch\nCOPY --from=build f /\n';
    expect(await build(text, 'build=lib')).toMatchObject({ code: 0 });
    expect(await cat('/f')).toBe('F');
    expect(await build('FROM alpine:latest\nCMD ["/f"]', 'docker.io/library/alpine=lib')).toMatchObject({ code: 0 });
    expect(await cat('/f')).toBe('F');
  });

  test('images: of the store, and of an OCI layout', async () => {
    write({ 'app/f': 'F' });
    await home.run(['image', 'ls']);
    write({ 'app/Dockerfile': 'FROM scratch\nCOPY f /f\n' });
    expect(await home.run(['build', '-t', 'kept:1', 'app'])).toMatchObject({ code: 0 });
    expect(await home.run(['build', '-o', 'type=oci,dest=lay.tar', '-t', 'lay:2', 'app'])).toMatchObject({ code: 0 });
    mkdirSync(join(home.path, 'lay'));
    execFileSync('tar', ['-xf', join(home.path, 'lay.tar'), '-C', join(home.path, 'lay')]);
    const text = 'FROM a\nCOPY --from=b /f /g\n';
    for (const layout of ['lay:2', 'lay']) {
      const done = await build(text, 'a=docker-image://kept:1', `b=oci-layout://${layout}`);
      expect([done.code, done.stderr]).toEqual([0, expect.any(String)]);
      expect([await cat('/f'), await cat('/g')]).toEqual(['F', 'F']);
    }
    const wrong = await build(text, 'a=docker-image://kept:1', 'b=oci-layout://lay:3');
    expect(wrong.stderr).toMatch(/the layout .*lay has no image :3/);
  });

  test('mistakes', async () => {
    expect((await build('FROM scratch', 'x')).stderr).toContain('invalid context value: x, expected key=value');
    expect((await build('FROM scratch', 'x=nowhere')).stderr).toContain('failed to get build context x: nowhere');
    expect((await build('FROM scratch', 'x=target:y')).stderr).toContain('COPY --from=STAGE');
  });
});
