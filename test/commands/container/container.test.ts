import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hostAbility } from '../../../src/oci/rootfs/ability.ts';
import { readImage } from '../../../src/oci/store/read-image.ts';
import { baseFiles, busybox, tarOf } from '../../oci/rootfs/images.ts';
import { type Home, inHome } from '../image/in-home.ts';

let home: Home;
beforeEach(() => {
  home = inHome();
});
afterEach(() => home.dispose());

const ok = async (...words: string[]) => {
  const { stdout, stderr, code } = await home.run(words);
  expect([stderr, code]).toEqual(['', 0]);
  return stdout;
};

async function cannot(): Promise<string | undefined> {
  if (busybox === undefined) return 'this machine has no static busybox (apt-get install busybox-static)';
  const { runtime, reason } = (await hostAbility(join(home.store.path, 'live'))).public;
  return runtime === undefined ? reason : undefined;
}

describe('containers', () => {
  test('are an image and one writable layer, which becomes a layer of a new image', async ({ skip }) => {
    const why = await cannot();
    if (why !== undefined) skip(why);
    await home.run(
      ['image', 'import', '-', 'base:1', '-c', 'ENV WHO=world', '-c', 'CMD ["sh","-c","echo hello $WHO"]'],
      {
        stdin: await tarOf({ ...baseFiles(), 'etc/motd': 'welcome' }),
      },
    );
    const before = (await home.store.images.find('base:1')).target.digest;
    expect(await ok('container', 'run', '--rm', 'base:1')).toBe('hello world\n');
    expect(await ok('container', 'run', '--rm', '-e', 'WHO=you', 'base:1')).toBe('hello you\n');
    expect(await ok('container', 'ls', '-q')).toBe('');

    const script = 'rm /etc/motd; echo one > /one; echo $HOME; exit 3';
    const ran = await home.run(['container', 'run', '--name', 'try', 'base:1', '--', 'sh', '-c', script]);
    expect([ran.stdout, ran.stderr, ran.code]).toEqual(['/root\n', '', 3]);
    expect(await ok('container', 'ls')).toMatch(
      /^CONTAINER ID .*\n[0-9a-f]{12} +base:1 +"sh -c rm \/etc\/motd;…" .*Exited \(3\) .* try\n$/,
    );
    expect(await ok('container', 'diff', 'try')).toBe('C /etc\nD /etc/motd\nA /one\n');
    expect(await ok('image', 'tree')).toMatch(
      /^[0-9a-f]{12} \S+ \[base:1\] .*\n└─ \(writable\) container try\n\n1 image/,
    );
    // Another container of the image sees nothing of it.
    expect(await ok('container', 'run', '--rm', 'base:1', '--', 'cat', '/etc/motd')).toBe('welcome');

    const taken = await home.run(['container', 'run', '--name', 'try', 'base:1']);
    expect([taken.code, taken.stderr]).toEqual([
      1,
      expect.stringContaining('the container name "try" is already in use'),
    ]);
    const used = await home.run(['image', 'rm', 'base:1']);
    expect(used.stderr).toContain('container try uses it');

    const id = (await ok('container', 'commit', 'try', 'base:2', '-m', 'said', '-c', 'CMD ["cat","/one"]')).trim();
    expect(await ok('container', 'run', '--rm', 'base:2')).toBe('one\n');
    const made = await readImage(home.store, (await home.store.images.find('base:2')).target);
    const base = await readImage(home.store, (await home.store.images.find('base:1')).target);
    expect(made.configDigest).toBe(id);
    expect(made.manifest.layers.slice(0, -1)).toEqual(base.manifest.layers);
    expect(made.config.history?.at(-1)).toMatchObject({ created_by: `sh -c ${script}`, comment: 'said' });
    expect((await home.store.images.find('base:1')).target.digest).toBe(before);

    expect(await ok('container', 'rm', 'try')).toBe('try\n');
    expect(readdirSync(join(home.store.path, 'containers'))).toEqual([]);
    expect(home.store.pins('container:').size).toBe(0);
    expect((await home.store.verify()).problems).toEqual([]);
  }, 20_000);

  test('that cannot be started end as with docker', async ({ skip }) => {
    const why = await cannot();
    if (why !== undefined) skip(why);
    await home.run(['image', 'import', '-', 'base:1'], { stdin: await tarOf(baseFiles()) });
    const missing = await home.run(['container', 'run', '--rm', 'base:1', '--', 'nosuch']);
    expect([missing.code, missing.stderr]).toEqual([
      127,
      'error: exec: "nosuch": executable file not found in $PATH\n',
    ]);
    const shell = await home.run(['container', 'run', '--rm', 'base:1', '--', '/bin/bash', '-c', 'id']);
    expect([shell.code, shell.stderr]).toEqual([
      127,
      expect.stringMatching(/^error: exec: "\/bin\/bash": no such file or directory\nThe image has no such shell\./),
    ]);
    const nothing = await home.run(['container', 'run', '--rm', 'base:1']);
    expect(nothing.stderr).toContain('no command specified');
    const user = await home.run(['container', 'run', '--rm', '-u', 'nobody', 'base:1', '--', 'id']);
    expect(user.stderr).toContain('unable to find user nobody: no matching entries in passwd file');
    const containers = join(home.store.path, 'containers');
    expect(existsSync(containers) ? readdirSync(containers) : []).toEqual([]);
  }, 20_000);

  test('are called by name or by id', async () => {
    expect((await home.run(['container', 'diff', 'nope'])).stderr).toContain('No such container: nope');
    expect((await home.run(['container', 'run', 'nope'])).stderr).toContain('No such image: nope');
  });
});
