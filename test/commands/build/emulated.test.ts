import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ownPlatform } from '../../../src/oci/build/plan/platform.ts';
import { programPath } from '../../../src/oci/rootfs/host-tools.ts';
import { busybox } from '../../oci/rootfs/images.ts';
import { kctl, type Sandbox, sandbox } from '../../support/program.ts';

let box: Sandbox;
beforeEach(() => {
  box = sandbox();
});
afterEach(() => box.dispose());

/** How programs of another machine begin, by what images call it (elf.h: e_machine). */
const foreign = ownPlatform().architecture === 'arm64' ? (['amd64', 62] as const) : (['arm64', 183] as const);
const start = Buffer.concat([Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]), Buffer.alloc(121)]);
start.writeUInt16LE(2, 16);
start.writeUInt16LE(foreign[1], 18);
const magic = [...start.subarray(0, 20)].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
const mask = `${'\\xff'.repeat(7)}${'\\x00'.repeat(9)}\\xfe${'\\xff'.repeat(3)}`;

/** A user namespace has a list of emulators of its own (since Linux 6.7), so that the machine's is not touched. */
const script = `mount -t binfmt_misc none /proc/sys/fs/binfmt_misc || exit 90
printf %s "$REGISTER" > /proc/sys/fs/binfmt_misc/register || exit 90
exec unshare --user --map-user=1000 --map-group=1000 "$@"`;

test('RUN for another machine is run by the emulator that the kernel has for it', ({ skip }) => {
  if (busybox === undefined || programPath('unshare') === undefined) skip('no busybox or no unshare');
  const folder = (name: string) => join(box.home, name);
  mkdirSync(folder('app'));
  writeFileSync(folder('app/hello'), start, { mode: 0o755 });
  writeFileSync(folder('app/Dockerfile'), 'FROM scratch\nCOPY hello /bin/\nRUN ["/bin/hello", "one"]\n');
  const build = ['build', '--progress=plain', '--platform', `linux/${foreign[0]}`, '-t', 'app', 'app'];
  const without = box.kctl(build);
  if (without.code === 0) skip('this machine has an emulator');
  expect(without.stderr).toContain("RUN needs a machine of the image's platform");

  // It stands in for an emulator: it says what it was given to run.
  writeFileSync(folder('echo'), busybox!, { mode: 0o755 });
  const env = { REGISTER: `:kctl-test:M::${magic}:${mask}:${folder('echo')}:F` };
  const ran = box.run('unshare', ['-Urm', 'sh', '-c', script, 'sh', kctl, ...build], { env });
  if (ran.code === 90 || ran.stderr.includes('unshare failed')) skip(`no emulators here: ${ran.stderr}`);
  expect(ran).toMatchObject({ code: 0 });
  expect(ran.stderr).toMatch(/^#5 [\d.]+ \/bin\/hello one$/m);
});
