import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { room } from './room.ts';
import { ashCases, awkCases, bashCases, dashCases, shellCases, toolCases } from './shell-cases.ts';

const cases = Object.values(shellCases).flat();

describe.each([
  ['of busybox', 'busybox:1.36'],
  ['of Debian', 'debian:12'],
])('the shell %s', (_name, image) => {
  // `ls` of busybox fails with 1.
  const known = cases.filter(
    ({ run }) => image.startsWith('debian') || !run.startsWith('ls /nonexistent-x 2>/dev/null; echo'),
  );
  test.each(known)('$run', async ({ run, prints, status = 0 }) => {
    const result = await room({ image }).sh(`cd /tmp; ${run}`);
    expect({ out: result.out, code: result.code, err: result.code === status ? '' : result.err }).toEqual({
      out: prints,
      code: status,
      err: '',
    });
  });
});

describe.each([
  ['bash', bashCases],
  ['dash', dashCases],
  ['bash', awkCases],
  ['bash', toolCases],
  ['sh', ashCases],
])('the words of %s', (name, recorded) => {
  test.each(recorded)('$run', async ({ run, prints, status = 0, says }) => {
    const host = room({ image: recorded === ashCases ? 'busybox:1.36' : 'debian:12' });
    host.instance.files().makeDirectory('/tmp/case');
    const { out, err, code } = await host.exec(['sh', '-c', `cd /tmp/case && exec ${name} -c "$1"`, 'sh', run]);
    expect({ out, code, err: says === undefined && code === status ? '' : err }).toEqual({
      out: prints,
      code: status,
      err: says ?? '',
    });
  });
});

const peer = 'dash';
const hasDash = spawnSync(peer, ['-c', ':']).status === 0;

describe.runIf(hasDash)('the same scripts in a real shell', () => {
  test('print the same', { timeout: 240_000 }, () => {
    const wrong: unknown[] = [];
    for (const { run, prints, status = 0 } of cases) {
      const cwd = mkdtempSync(join(tmpdir(), 'shell-case-'));
      try {
        const env = { PATH: process.env['PATH'], HOME: '/root', LC_ALL: 'C.UTF-8', TZ: 'UTC' };
        // The peer's own `sh` must be the one that is compared.
        const real = spawnSync(peer, ['-c', run.replace(/(^|[ ;|])sh( |$)/g, '$1dash$2')], {
          cwd,
          env,
          encoding: 'utf8',
          timeout: 10_000,
          input: '',
        });
        if (real.stdout !== prints || real.status !== status)
          wrong.push({ run, out: real.stdout, status: real.status, err: real.stderr });
      } finally {
        rmSync(cwd, { recursive: true });
      }
    }
    expect(wrong).toEqual([]);
  });
});
