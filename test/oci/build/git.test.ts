import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type GitRoom, git } from '../../../src/oci/build/sources/git.ts';
import { isGitAddress, parseGitAddress, withoutPassword } from '../../../src/oci/build/sources/git-address.ts';
import { BuildFixture } from './build-room.ts';
import { GitServer, hasGitServer } from './git-server.ts';

describe('addresses', () => {
  test.each([
    ['https://host/r.git', true],
    ['https://host/r.git#main:docs', true],
    ['https://host/r.git?branch=x', true],
    ['https://host/r.gitx', false],
    ['https://host/r', false],
    ['http://host/x?y=r.git', false],
    ['git@host:me/r', true],
    ['git://host/r', true],
    ['ssh://git@host/r', true],
    ['./git@host', false],
    ['dir/r.git', false],
    ['ext::sh -c id', false],
    ['file:///srv/r.git', false],
  ])('%s', (text, isOne) => expect(isGitAddress(text)).toBe(isOne));

  const rest = { checksum: undefined, keepGitDir: undefined, submodules: true, hasCommitTime: false };
  test.each([
    ['https://h/r.git', { ref: undefined, folder: '' }],
    ['https://h/r.git#v1', { ref: 'v1', folder: '' }],
    ['https://h/r.git#v1:a/b/', { ref: 'v1', folder: 'a/b' }],
    ['https://h/r.git#:/a', { ref: undefined, folder: 'a' }],
    ['https://h/r.git?ref=v1&subdir=a', { ref: 'v1', folder: 'a' }],
    ['https://h/r.git?tag=v1', { ref: 'refs/tags/v1', folder: '' }],
    ['https://h/r.git?branch=refs/heads/x', { ref: 'refs/heads/x', folder: '' }],
    ['https://h/r.git?commit=abc', { ref: 'abc', folder: '', checksum: 'abc' }],
    ['https://h/r.git?tag=1&checksum=abc', { ref: 'refs/tags/1', folder: '', checksum: 'abc' }],
    ['https://h/r.git?keep-git-dir&submodules=0', { ref: undefined, folder: '', keepGitDir: true, submodules: false }],
  ])('%s is understood', (text, expected) => {
    expect(parseGitAddress(text)).toEqual({ ...rest, remote: 'https://h/r.git', ...expected });
  });

  test.each([
    ['?ref=a#b', 'ref conflicts: "b" vs "a"'],
    ['?tag=a&branch=b', 'branch conflicts with tag'],
    ['?ref=', 'query "ref" has no value'],
    ['?ref=a&ref=b', 'query "ref" has multiple values'],
    ['?keep-git-dir=maybe', 'invalid keep-git-dir value: "maybe"'],
    ['?x=1', 'unexpected query "x"'],
    ['#main:../..', 'leads out of the repository'],
    ['#--upload-pack=x', 'invalid Git address'],
  ])('%s is refused', (end, message) => expect(() => parseGitAddress(`https://h/r.git${end}`)).toThrow(message));

  test('passwords are not shown', () => {
    expect(withoutPassword('https://me:pw@h/r.git')).toBe('https://me:xxxxx@h/r.git');
    expect(withoutPassword('https://me@h/r.git')).toBe('https://me@h/r.git');
    expect(withoutPassword('https://h/a:b@c')).toBe('https://h/a:b@c');
  });
});

describe('what git is run with', () => {
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'kctl-git-test-'));
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  /** A `git` that does what a script says. */
  const run = (script: string, rest: Partial<GitRoom> = {}) => {
    writeFileSync(join(home, 'git'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    const env = { PATH: `${home}:${process.env.PATH}`, SSH_AUTH_SOCK: '/of/the/user' };
    return git([], { home, env, signal: AbortSignal.timeout(20_000), ...rest });
  };

  test('the agent of the environment, or the one that the build was given', async () => {
    expect(await run('printf %s "$SSH_AUTH_SOCK"')).toBe('/of/the/user');
    const agent = (client: Socket) => void client.end();
    const socket = await run('test -S "$SSH_AUTH_SOCK" && printf %s "$SSH_AUTH_SOCK"', { agent });
    // As much as ssh takes, however deep the folder is.
    expect(socket.length).toBeLessThan(50);
    expect(existsSync(socket)).toBe(false);
  });

  test.each([
    ['Host key verification failed.', 'Host key verification failed; Could not read', 'known_hosts'],
    ['a@b: Permission denied (publickey).', 'a@b: Permission denied (publickey); Could not read', '--ssh default'],
  ])('ssh says: %s', async (said, message, hint) => {
    await expect(run(`printf '%s\\n' '${said}' 'fatal: Could not read' >&2; exit 128`)).rejects.toMatchObject({
      ...{ message, hint: expect.stringContaining(hint) },
    });
  });
});

describe.skipIf(!hasGitServer)('ADD of a repository', () => {
  let server: GitServer;
  let room: BuildFixture;
  let first: string;
  let tagged: string;
  beforeAll(async () => {
    server = await GitServer.start();
    server.commit('sub.git', { 'in-sub': 'S' });
    first = server.commit('r.git', { 'a.txt': 'A', 'docs/b.txt': 'B', 'run.sh': '#!x', link: '-> /etc/passwd' });
    server.git('r.git', 'tag', '-m', 'one', 'v1');
    server.git('r.git', 'checkout', '-q', '-b', 'other');
    tagged = server.commit('r.git', { 'a.txt': 'other', 'docs/out': '-> ../../../etc' });
    server.git('r.git', 'checkout', '-q', 'main');
    const modules = `[submodule "sub"]\n\tpath = sub\n\turl = ../sub.git\n`;
    server.commit('with-sub.git', { '.gitmodules': modules, own: 'O' });
    const sub = server.git('sub.git', 'rev-parse', 'HEAD');
    server.git('with-sub.git', 'update-index', '--add', '--cacheinfo', `160000,${sub},sub`);
    server.git('with-sub.git', 'commit', '-q', '-m', 'sub');
    server.commit('evil.git', {
      '.gitmodules': `[submodule "x"]\n\tpath = x\n\turl = file://${server.folder}/sub.git\n`,
    });
    server.git('evil.git', 'update-index', '--add', '--cacheinfo', `160000,${sub},x`);
    server.git('evil.git', 'commit', '-q', '-m', 'evil');
  });
  afterAll(() => server[Symbol.asyncDispose]());
  beforeEach(() => {
    room = new BuildFixture();
  });
  afterEach(() => {
    server.authorization = undefined;
    room[Symbol.dispose]();
  });

  const add = (rest: string, options = {}) =>
    room.build(`FROM scratch\nADD ${rest.replaceAll('@@', server.url)}`, { context: undefined, ...options });
  const built = async (rest: string) => room.files(await add(rest));
  const whole = { 'a.txt': 'A', 'docs/b.txt': 'B', 'run.sh': '#!x', link: '/etc/passwd' };
  const below = (folder: string, files: Record<string, string>) =>
    Object.fromEntries(Object.entries(files).map(([name, content]) => [`${folder}/${name}`, content]));

  test('its files, of root, with the permissions that Git knows', async () => {
    const image = await add('@@/r.git /src');
    expect(await room.files(image)).toEqual(below('src', whole));
    const tree = await room.tree(image);
    expect(tree['src/a.txt']).toMatchObject({ mode: '644', owner: '0:0' });
    expect(tree['src/run.sh']).toMatchObject({ mode: '755' });
    expect(tree['src/docs']).toMatchObject({ mode: '755' });
  });

  test('branches, tags, commits, folders', async () => {
    expect(await built('@@/r.git#other /s')).toMatchObject({ 's/a.txt': 'other' });
    expect(await built('@@/r.git#v1:docs /s/')).toEqual({ 's/b.txt': 'B' });
    expect(await built(`@@/r.git#${tagged}:docs /s/`)).toEqual({ 's/b.txt': 'B', 's/out': '../../../etc' });
    expect(await built('@@/r.git?branch=other&subdir=docs /s')).toHaveProperty('s/out');
    await expect(add('@@/r.git?tag=other /s')).rejects.toThrow('does not contain ref refs/tags/other');
    await expect(add('@@/r.git#nowhere /s')).rejects.toThrow('does not contain ref nowhere');
    await expect(add(`@@/r.git#${first.slice(0, 7)} /s`)).rejects.toMatchObject({
      hint: expect.stringContaining('40'),
    });
    await expect(add('@@/r.git#:nowhere /s')).rejects.toThrow('failed to open subdir nowhere: no such file');
    await expect(add('@@/r.git#other:docs/out /s')).rejects.toThrow('failed to open subdir docs/out: not a directory');
    await expect(add('@@/r.git#:.git /s')).rejects.toThrow('failed to open subdir .git');
  });

  test('its commit may be known before', async () => {
    expect(await built(`--checksum=${first} @@/r.git /s`)).toEqual(below('s', whole));
    expect(await built(`--checksum=${first.slice(0, 8)} @@/r.git#v1 /s`)).toEqual(below('s', whole));
    const wrong = add(`--checksum=${tagged} @@/r.git#main /s`);
    await expect(wrong).rejects.toThrow(`expected checksum to match ${tagged}, got ${first}`);
    await expect(add('--checksum=foobar @@/r.git /s')).rejects.toThrow('expected hex commit hash');
  });

  test('.git is kept where that is wanted, without a password', async () => {
    const kept = await built(
      `--keep-git-dir=true ${'@@'.replace('@@', server.url).replace('//', '//me:secret@')}/r.git /s`,
    );
    expect(kept['s/.git/HEAD']).toBe(`${first}\n`);
    expect(kept['s/.git/config']).toContain('me:xxxxx@');
    expect(JSON.stringify(kept)).not.toContain('secret');
    expect(Object.keys(await built('@@/r.git?keep-git-dir=1 /s'))).toContain('s/.git/HEAD');
  });

  test('submodules come with it; those that name files of this machine do not', async () => {
    expect(await built('@@/with-sub.git /s')).toMatchObject({ 's/own': 'O', 's/sub/in-sub': 'S' });
    expect(Object.keys(await built('@@/with-sub.git?submodules=false /s'))).not.toContain('s/sub/in-sub');
    await expect(add('@@/evil.git /s')).rejects.toThrow(
      /failed to update submodules for .*transport 'file' not allowed/,
    );
  });

  test('a repository that wants to know who asks: an error and no question, but for a secret', async () => {
    server.authorization = `basic ${Buffer.from('x-access-token:tok').toString('base64')}`;
    await expect(add('@@/r.git /s')).rejects.toThrow(/^failed to fetch remote http.*could not read Username/);
    const secret = async ({ id }: { id: string }) => (id === 'GIT_AUTH_TOKEN' ? Buffer.from('tok\n') : undefined);
    expect(await room.files(await add('@@/r.git /s', { secret }))).toEqual(below('s', whole));
  });

  test('it is fetched again only where its commit is another one', async () => {
    server.commit('moves.git', { f: '1' });
    await add('@@/moves.git /s');
    server.asked.length = 0;
    expect((await add('@@/moves.git /s')).steps).toEqual([expect.stringMatching(/^CACHED/)]);
    expect(server.asked.filter((one) => one.startsWith('POST'))).toHaveLength(1);
    server.commit('moves.git', { f: '2' });
    const moved = await add('@@/moves.git /s');
    expect(moved.steps).toEqual([expect.stringMatching(/\(the repository is at another commit\)/)]);
    expect(await room.files(moved)).toEqual({ 's/f': '2' });
  });

  test('nothing of it is left on this machine', async () => {
    const image = await add('--exclude=docs --chown=3:4 @@/r.git /s');
    expect(Object.keys(await room.files(image))).not.toContain('s/docs/b.txt');
    expect((await room.tree(image))['s/a.txt']).toMatchObject({ owner: '3:4' });
    expect(existsSync(join(room.path, 'git-home'))).toBe(false);
  });
});
