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
