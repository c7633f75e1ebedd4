import { createHash } from 'node:crypto';
import { linkSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fileMode } from '../../../src/oci/build/steps/file-mode.ts';
import { BuildFixture } from './build-room.ts';

/** A tar with f and d/g, as xz, xz with a checksum that is rare, and bzip2 make it. */
const XZ_TAR = Buffer.from(
  '/Td6WFoAAATm1rRGAgAhARYAAAB0L+Wj4Cf/AIldADMAM1AYaImDAdziU6QNYCCEuMnYCskpoKs1KQx8jbCo8VRi1dOVDhGy5JwPlkp8FOUVhnnWttZC/RjSVUDNxkrr1sazwztQL9KoatD2FLruqB83z050FMZSW5pVrdBV+fKEaDFFdvHhqQHvHSEqU/m5PQQw8bJeSJv8SRETBUuMvNIdrK523AS1AAAAAIKRosZbIhn6AAGlAYBQAAC75QE2scRn+wIAAAAABFla',
  'base64',
);
const XZ_SHA256 = Buffer.from(
  '/Td6WFoAAArh+wyhAgAhARYAAAB0L+Wj4Cf/AIldADMAM1AYaImDAdziU6QNYCCEuMnYCskpoKs1KQx8jbCo8VRi1dOVDhGy5JwPlkp8FOUVhnnWttZC/RjSVUDNxkrr1sazwztQL9KoatD2FLruqB83z050FMZSW5pVrdBV+fKEaDFFdvHhqQHvHSEqU/m5PQQw8bJeSJv8SRETBUuMvNIdrK523AS1AAAAAJ5ANzuJbZXsGsJw2yXVgMO0/sqMi8jbLPMF6HS8KeLaAAG9AYBQAABNZYTZtunfHAIAAAAAClla',
  'base64',
);
const BZIP2_TAR = Buffer.from(
  'QlpoOTFBWSZTWVPSYqMAALt7hPGQADBAAP+AAAPl5t4AAACAGCAAkojUagNGgAHqAZNBFRCZGINGQYTQPUlq42Y8+Bo0lsBWG0QG6+/BwuhMV1oVDewRCIOmswTvpi+SY8NIhawFc8s6lbGh7sbVhSEo7CYVJ3iO5VTBQSCQwYHgcIQ75WT3hBOHM+rQyZMmlEP4u5IpwoSCnpMVGA==',
  'base64',
);

let room: BuildFixture;
beforeEach(() => {
  room = new BuildFixture();
});
afterEach(() => room[Symbol.dispose]());

/** Files of an image built from these instructions upon nothing. */
const built = async (...lines: string[]) => room.files(await room.build(['FROM scratch', ...lines].join('\n')));
const fails = (...lines: string[]) => expect(room.build(['FROM scratch', ...lines].join('\n'))).rejects;

describe('where files go', () => {
  beforeEach(() => room.write({ a: 'A', b: 'B', 'dir/x': 'X', 'dir/sub/y': 'Y', 'dir/link': '-> x' }));

  test('a file: by its name into a folder, else under the name of the destination', async () => {
    expect(await built('COPY a /x/', 'COPY a /y', 'COPY a /x', 'WORKDIR /w', 'COPY a .', 'COPY b sub/c')).toEqual({
      ...{ 'x/a': 'A', y: 'A', 'w/a': 'A', 'w/sub/c': 'B' },
    });
  });

  test('a folder stands for what is in it, links stay links', async () => {
    const all = { 'd/x': 'X', 'd/sub/y': 'Y', 'd/link': 'x' };
    expect(await built('COPY dir /d')).toEqual(all);
    expect(await built('COPY dir/ /d/')).toEqual(all);
    expect(Object.keys(await built('COPY . /d'))).toEqual(['d/a', 'd/b', 'd/dir/link', 'd/dir/sub/y', 'd/dir/x']);
  });

  test('patterns, and several sources', async () => {
    expect(await built('COPY [ab] dir/*/y /d/')).toEqual({ 'd/a': 'A', 'd/b': 'B', 'd/y': 'Y' });
    expect(await room.tree(await room.build('FROM scratch\nCOPY no*thing /d/'))).toEqual({});
    // As Go's filepath.Match has it: ** is a * like others, and what it stands for is one part of the path.
    expect(await built('COPY **/x dir/** /d/')).toEqual({ 'd/x': 'X', 'd/y': 'Y', 'd/link': 'X' });
    await fails('COPY a b /d').toThrow(
      'When using COPY with more than one source file, the destination must be a directory and end with a /',
    );
    await fails('COPY [ab] /d').toThrow('the destination must be a directory and end with a /');
  });

  test('nothing is had from outside of the context', async () => {
    expect(await built('COPY ../../a /x/', 'COPY /b /x/')).toEqual({ 'x/a': 'A', 'x/b': 'B' });
    await fails('COPY ../../../etc/hostname /x').toThrow('failed to compute cache key: "/etc/hostname": not found');
  });

  test('links that are named are followed, within the context', async () => {
    room.write({ 'to-dir': '-> dir', 'to-file': '-> dir/sub/y', 'to-out': '-> /etc/passwd' });
    expect(await built('COPY to-file /f', 'COPY to-dir /d')).toMatchObject({ f: 'Y', 'd/x': 'X', 'd/sub/y': 'Y' });
    expect(await built('COPY to-dir/x* to-di?/sub/y /d/')).toEqual({ 'd/x': 'X' });
    await fails('COPY to-out /x').toThrow('"/to-out": not found');
  });

  test('what is not there, and what was perhaps meant', async () => {
    room.write({ '.dockerignore': 'b\n', 'package.json': '{}' });
    const failure = (line: string) => room.build(`FROM scratch\n${line}`).catch((error: unknown) => error);
    expect(await failure('COPY pakage.json /')).toMatchObject({
      ...{ message: 'failed to compute cache key: "/pakage.json": not found', hint: 'Did you mean package.json?' },
      range: { first: 2, last: 2 },
    });
    expect(await failure('COPY b /')).toMatchObject({ hint: 'The .dockerignore file leaves it out.' });
  });

  test('a file does not become a folder, nor a folder a file', async () => {
    await fails('COPY a /x', 'COPY dir /x').toThrow('cannot copy to non-directory: /x');
    await fails('COPY a /x', 'COPY b /x/y').toThrow('mkdir /x: not a directory');
    await fails('COPY dir /x/a', 'COPY a /x/').toThrow('cannot replace to directory /x/a with file');
  });

  test('links of the image are followed within the image', async () => {
    await room.base('base', {
      ...{ 'real/': '', 'real/old': 'old', abs: '-> /real', 'up/': '', 'up/out': '-> ../../../real', loop: '-> loop' },
    });
    const image = await room.build('FROM base\nCOPY a /abs/\nCOPY b /up/out/sub/\nCOPY a /real/old');
    expect(await room.files(image)).toMatchObject({ 'real/a': 'A', 'real/sub/b': 'B', 'real/old': 'A', abs: '/real' });
    await expect(room.build('FROM base\nCOPY a /loop/')).rejects.toThrow('too many levels of symbolic links');
  });

  test('--parents, with and without a place from which they count', async () => {
    expect(await built('COPY --parents dir/sub/y a /p/')).toEqual({ 'p/a': 'A', 'p/dir/sub/y': 'Y' });
    expect(await built('COPY --parents dir/./sub/y dir/./x /p/')).toEqual({ 'p/sub/y': 'Y', 'p/x': 'X' });
    expect(await built('COPY --parents **/y /p/')).toEqual({ 'p/dir/sub/y': 'Y' });
    expect(await built('COPY --parents d*/./sub/* /p/')).toEqual({ 'p/sub/y': 'Y' });
  });

  test('--parents leaves links as they are, but where it counts from', async () => {
    room.write({ 'to-dir': '-> dir', 'to-nothing': '-> nothing' });
    expect(await built('COPY --parents dir/link to-dir to-nothing /p/')).toEqual({
      ...{ 'p/dir/link': 'x', 'p/to-dir': 'dir', 'p/to-nothing': 'nothing' },
    });
    expect(await built('COPY --parents to-dir/./sub/y /p/')).toEqual({ 'p/sub/y': 'Y' });
    await fails('COPY --parents to-dir/x /p/').toThrow('"/to-dir/x": not found');
  });

  test('names that look like patterns', async () => {
    room.write({ 'a[b]c': '1', 'back\\slash': '2', '이름 x': '3' });
    expect(await built('COPY a[[]b]c /1', 'COPY ["back\\\\\\\\slash", "/2"]', 'COPY ["이름 x", "/3"]')).toEqual({
      ...{ 1: '1', 2: '2', 3: '3' },
    });
  });

  test('hard links stay within what is copied by one name, and are files of their own else', async () => {
    linkSync(join(room.context, 'dir/x'), join(room.context, 'dir/sub/same'));
    const first = 'FROM scratch AS first\nCOPY dir /d\nCOPY dir/x dir/sub/same /e/\n';
    const image = await room.build(`${first}FROM scratch\nCOPY --from=first / /\nCOPY --from=first /d/sub/s* /d/x /f/`);
    expect(await room.tree(image)).toMatchObject({
      ...{ 'd/sub/same': { type: 'file', content: 'X' }, 'd/x': { type: 'link', content: 'd/sub/same' } },
      ...{ 'e/x': { type: 'file', content: 'X' }, 'e/same': { type: 'file', content: 'X' } },
      ...{ 'f/x': { type: 'file', content: 'X' }, 'f/same': { type: 'file', content: 'X' } },
    });
  });

  test('--exclude', async () => {
    expect(await built('COPY --exclude=x --exclude=link dir /d')).toEqual({ 'd/sub/y': 'Y' });
    expect(await built('COPY --exclude=**/y --exclude=b . /d/')).toEqual({
      'd/a': 'A',
      'd/dir/x': 'X',
      'd/dir/link': 'x',
    });
    expect(await built('COPY --exclude=b [ab] /d/')).toEqual({ 'd/a': 'A' });
  });

  test('files that stand in the Dockerfile', async () => {
    const lines = [
      'ARG N=1',
      'COPY <<one <<"two" /etc/',
      'v=$N',
      'one',
      'v=$N',
      'two',
      'COPY <<EOF /etc/three',
      'x',
      'EOF',
    ];
    expect(await built(...lines)).toEqual({ 'etc/one': 'v=1\n', 'etc/two': 'v=$N\n', 'etc/three': 'x\n' });
  });
});

describe('permissions and owners', () => {
  test('all of the context belongs to root; modes are kept; new folders are 755', async () => {
    room.write({ 'bin/run': 'x', 'bin/sub/f': 'y' });
    (await import('node:fs')).chmodSync(`${room.context}/bin/run`, 0o750);
    const tree = await room.tree(await room.build('FROM scratch\nCOPY bin /opt/app/bin/'));
    expect(tree['opt']).toMatchObject({ mode: '755', owner: '0:0' });
    expect(tree['opt/app/bin/run']).toMatchObject({ mode: '750', owner: '0:0' });
  });

  test('--chown by names of the image and by numbers, --chmod in digits and letters', async () => {
    room.write({ f: 'x', 'd/g': 'y' });
    await room.base('base', {
      'etc/passwd': 'root:x:0:0::/:/bin/sh\nnode:x:1000:1001::/:/bin/sh\n',
      'etc/group': 'web:x:33:\n',
    });
    const lines = [
      'COPY --chown=node f /a',
      'COPY --chown=node:web --chmod=u=rwX,go= d /d/',
      'COPY --chown=5 --chmod=4711 f /c',
    ];
    const tree = await room.tree(await room.build(['FROM base', ...lines].join('\n')));
    expect(tree['a']).toMatchObject({ owner: '1000:1001', mode: '644' });
    expect(tree['d']).toMatchObject({ owner: '1000:33', mode: '755' });
    expect(tree['d/g']).toMatchObject({ owner: '1000:33', mode: '600' });
    expect(tree['c']).toMatchObject({ owner: '5:5', mode: '4711' });
    await expect(room.build('FROM base\nCOPY --chown=nobody2 f /')).rejects.toThrow(
      'unable to find user nobody2: no matching entries in passwd file',
    );
    await expect(room.build('FROM base\nCOPY --chmod=rwx f /')).rejects.toThrow("invalid chmod parameter: 'rwx'");
  });

  test('modes in letters', () => {
    const changed = (text: string, mode: number, isFolder = false) => fileMode(text)!(mode, isFolder).toString(8);
    expect(changed('a+x', 0o644)).toBe('755');
    expect(changed('go-w,u+s', 0o666)).toBe('4644');
    expect(changed('u=rwX,g=rX,o=', 0o644)).toBe('640');
    expect(changed('u=rwX,g=rX,o=', 0o644, true)).toBe('750');
    expect(changed('+t', 0o755)).toBe('1755');
    expect(changed('0', 0o755)).toBe('0');
    expect([changed('g=u', 0o750), changed('o=g,u-x', 0o751), changed('go+u', 0o700)]).toEqual(['770', '655', '777']);
    expect([fileMode('9'), fileMode('u+q'), fileMode('17777'), fileMode('')]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  test('--from keeps owners and hard links', async () => {
    room.write({ f: 'x' });
    const text =
      'FROM scratch AS a\nCOPY --chown=7:8 f /d/f\nFROM scratch\nCOPY --from=a /d /e\nCOPY --from=a --chown=1:2 /d/f /g';
    const tree = await room.tree(await room.build(text));
    expect(tree['e/f']).toMatchObject({ owner: '7:8', content: 'x' });
    expect(tree['g']).toMatchObject({ owner: '1:2' });
  });

  test('--from an image, a number, and a name in any case', async () => {
    await room.base('other', { 'x/y': 'from image' });
    const text =
      'FROM scratch AS Build\nCOPY <<a /a\n1\na\nFROM scratch\nCOPY --from=other /x /\nCOPY --from=BUILD /a /b\nCOPY --from=0 /a /c';
    expect(await room.files(await room.build(text))).toEqual({ y: 'from image', b: '1\n', c: '1\n' });
  });

  test('--link does not ask what is below', async () => {
    room.write({ f: 'x' });
    await room.base('base', { 'real/': '', link: '-> real' });
    const image = await room.build('FROM base\nCOPY --link f /link/f');
    expect(await room.files(image)).toEqual({ 'link/f': 'x' });
  });
});

describe('ADD', () => {
  const archive = async () => {
    const tar = pack();
    tar.entry({ name: 'd/', type: 'directory', mode: 0o700, uid: 3, gid: 4, mtime: new Date(0) });
    tar.entry({ name: 'd/f', mode: 0o640, uid: 1, gid: 2, mtime: new Date(0) }, 'content');
    tar.entry({ name: 'd/same', type: 'link', linkname: 'd/f', mtime: new Date(0) });
    tar.entry({ name: 'd/s', type: 'symlink', linkname: '/etc', mtime: new Date(0) });
    tar.finalize();
    return buffer(tar);
  };

  test('unpacks archives, whatever they are called, with their owners', async () => {
    const tar = await archive();
    room.write({
      'a.tar': tar,
      'b.tgz': gzipSync(tar),
      'c.bin': zstdCompressSync(tar),
      'not.tar.gz': gzipSync('no tar'),
    });
    const tree = await room.tree(
      await room.build(
        'FROM scratch\nADD a.tar /a\nADD b.tgz /b/\nADD c.bin /c/\nADD not.tar.gz /n/\nADD --unpack=false a.tar /p/',
      ),
    );
    for (const top of ['a', 'b', 'c']) {
      expect(tree[`${top}/d`]).toMatchObject({ mode: '700', owner: '3:4' });
      expect(tree[`${top}/d/f`]).toMatchObject({ content: 'content', mode: '640', owner: '1:2' });
      expect(tree[`${top}/d/same`]).toBeDefined();
      expect(tree[`${top}/d/s`]).toMatchObject({ type: 'symlink', content: '/etc' });
    }
    expect(tree['n/not.tar.gz']).toBeDefined();
    expect(tree['p/a.tar']).toMatchObject({ type: 'file' });
    expect((await built('COPY a.tar /x/'))['x/a.tar']).toBeDefined();
  });

  test('unpacks archives of xz and bzip2', async () => {
    room.write({ 'x.tar.xz': XZ_TAR, 'b.tar.bz2': BZIP2_TAR, 'rare.tar.xz': XZ_SHA256 });
    const tree = await room.tree(await room.build('FROM scratch\nADD x.tar.xz /x/\nADD b.tar.bz2 /b/'));
    for (const top of ['x', 'b']) {
      expect(tree[`${top}/f`]).toMatchObject({ content: 'hi\n', owner: '7:8' });
      expect(tree[`${top}/d/g`]).toMatchObject({ content: 'ho\n' });
    }
    await fails('ADD rare.tar.xz /x/').toThrow('rare.tar.xz: cannot be read: it has a filter or a kind of checksum');
    expect(await built('ADD --unpack=false rare.tar.xz /x/')).toHaveProperty('x/rare.tar.xz');
  });

  test('refuses archives that lead out of the image, and those that are cut short', async () => {
    const tar = pack();
    tar.entry({ name: '../evil' }, 'x');
    tar.finalize();
    room.write({
      'evil.tar': await buffer(tar),
      'x.tar.xz': XZ_TAR.subarray(0, -12),
      'cut.tar': (await archive()).subarray(0, 700),
    });
    await fails('ADD evil.tar /x/').toThrow('leads out of the image');
    await fails('ADD x.tar.xz /x/').toThrow('x.tar.xz: cannot be read: it is cut short');
    await fails('ADD cut.tar /x/').toThrow('cut.tar cannot be unpacked');
  });

  test('fetches files, and compares their checksum', async () => {
    const server = createServer((request, response) => {
      response.statusCode = request.url === '/no' ? 404 : 200;
      response.end('fetched');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      const sum = `sha256:${createHash('sha256').update('fetched').digest('hex')}`;
      const tree = await room.tree(
        await room.build(`FROM scratch\nADD ${url}/dir/file.txt /x/\nADD ${url}/a /y`, { context: undefined }),
      );
      expect(tree['x/file.txt']).toMatchObject({ content: 'fetched', mode: '600', owner: '0:0' });
      expect(tree['y']).toMatchObject({ content: 'fetched' });
      const wrong = `sha256:${'0'.repeat(64)}`;
      expect(await built(`ADD --checksum=${sum} ${url}/a /x`)).toEqual({ x: 'fetched' });
      await fails(`ADD --checksum=${wrong} ${url}/a /x`).toThrow(`digest mismatch ${sum}: ${wrong}`);
      await fails(`ADD ${url}/no /x`).toThrow('invalid response status 404');
      await fails(`ADD ${url} /x/`).toThrow('cannot determine filename');
      await fails(`COPY ${url}/a /x`).toThrow("source can't be a URL for COPY");
    } finally {
      server.close();
    }
    await fails(`ADD ${url}/gone /x`).toThrow('failed to load');
  });

  test('what was fetched before and is the same is not sent again', async () => {
    let content = 'one';
    const asked: [string, number][] = [];
    const server = createServer((request, response) => {
      const etag = `"${content}"`;
      response.statusCode = request.headers['if-none-match'] === etag ? 304 : 200;
      asked.push([String(request.headers.authorization ?? ''), response.statusCode]);
      response.setHeader('etag', etag).setHeader('last-modified', 'Thu, 01 Jan 2015 00:00:00 GMT');
      response.end(response.statusCode === 200 ? content : undefined);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const text = `FROM scratch\nADD http://me:secret@127.0.0.1:${port}/f /f`;
    try {
      const first = await room.build(text);
      expect(first.output).not.toContain('secret');
      expect(JSON.stringify(first.config)).not.toContain('secret');
      expect((await room.build(text)).steps[0]).toMatch(/^CACHED/);
      content = 'two';
      const third = await room.build(text);
      expect(await room.files(third)).toEqual({ f: 'two' });
      expect(third.steps[0]).toMatch(/^DONE.*\(f changed\)$/);
      const login = `Basic ${Buffer.from('me:secret').toString('base64')}`;
      expect(asked).toEqual([
        [login, 200],
        [login, 304],
        [login, 200],
      ]);
    } finally {
      server.close();
    }
    await fails(`ADD http://me:secret@127.0.0.1:${port}/f /f`).toThrow(/failed to load http:\/\/me:xxxxx@127/);
  });

  test.each([
    ['ADD --checksum=sha256:12 http://h/f /f', 'invalid checksum digest length'],
    ['ADD --checksum=12 http://h/f /f', 'invalid checksum digest format'],
    ['ADD --checksum=md5:12 http://h/f /f', 'unsupported digest algorithm'],
    ['ADD --checksum=sha256:12 f /f', 'checksum requires HTTP(S) or Git sources'],
    ['ADD --checksum=sha256:12 http://h/f http://h/g /f/', "checksum can't be specified for multiple sources"],
    ['COPY git@host:repo /f', "source can't be a git ref for COPY"],
    ['ADD https://host/r.git?nothing=1 /f', 'unexpected query "nothing"'],
  ])('%s: refused', (line, message) => fails(line).toThrow(message));

  test('files that would be whiteouts are refused', async () => {
    room.write({ '.wh.x': '' });
    await fails('COPY . /').toThrow('names that begin with .wh. mean removed files in layers');
  });
});
