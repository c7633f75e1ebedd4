import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { programPath } from '../../../src/oci/rootfs/host-tools.ts';
import { busybox } from '../../oci/rootfs/images.ts';
import { kctl, type Sandbox, sandbox } from '../../support/program.ts';

let box: Sandbox;
beforeEach(() => {
  box = sandbox();
});
afterEach(() => box.dispose());

// As in a container of CI that has no rights of its own: root, but not of the machine.
test('root of a user namespace builds as a user does', ({ skip }) => {
  if (busybox === undefined || programPath('unshare') === undefined) skip('no busybox or no unshare');
  mkdirSync(join(box.home, 'app'));
  writeFileSync(join(box.home, 'app/busybox'), busybox!, { mode: 0o755 });
  const run = 'RUN ["/bin/busybox", "sh", "-c", "echo hi > /dev/null && echo uid $(/bin/busybox id -u)"]';
  writeFileSync(join(box.home, 'app/Dockerfile'), `FROM scratch\nCOPY busybox /bin/\n${run}\n`);
  const built = box.run('unshare', ['-Urm', kctl, 'build', '--progress=plain', '-t', 'app', 'app']);
  if (built.stderr.includes('unshare failed') || built.stderr.includes('cannot run containers')) skip(built.stderr);
  expect(built).toMatchObject({ code: 0 });
  expect(built.stderr).toMatch(/^#\d+ [\d.]+ uid 0$/m);
});
