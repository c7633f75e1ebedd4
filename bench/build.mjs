// A rebuild with one changed file, from the command to its end: upon an image with busybox where this machine has it,
// without RUN and with a RUN whose result is reused, from a context of 2,000 files. buildah beside it where it is there.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kctl } from './cluster.mjs';
import { runOnce, which } from './measure.mjs';

const FILES = 2_000;
const RUNS = 9;
const BUSYBOX = '/bin/busybox';

const files = {
  plain: 'FROM base\nWORKDIR /srv\nCOPY package.json .\nCOPY src src/\nCMD ["cat", "src/app.js"]\n',
  run: 'FROM base\nWORKDIR /srv\nCOPY package.json .\nRUN busybox echo installed > lock\nCOPY src src/\nCMD ["cat", "src/app.js"]\n',
};

function prepare(folder) {
  const root = join(folder, 'root');
  mkdirSync(join(root, 'bin'), { recursive: true });
  if (existsSync(BUSYBOX)) {
    for (const name of ['busybox', 'sh']) execFileSync('cp', ['-L', BUSYBOX, join(root, 'bin', name)]);
  }
  execFileSync('tar', ['-C', root, '--owner=0', '--group=0', '-cf', join(folder, 'root.tar'), '.']);
  const context = join(folder, 'app');
  writeAll(context);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(context, `Dockerfile.${name}`), text);
  return context;
}

function writeAll(context) {
  mkdirSync(join(context, 'src'), { recursive: true });
  writeFileSync(join(context, 'package.json'), '{}');
  for (let number = 0; number < FILES; number++) {
    const part = join(context, 'src', `part-${Math.floor(number / 100)}`);
    if (number % 100 === 0) mkdirSync(part);
    writeFileSync(join(part, `file-${number}.js`), `export const value = ${number};\n`.repeat(40));
  }
}

/** @returns the run in the middle */
function measure(context, command, env) {
  runOnce(command, env);
  const runs = Array.from({ length: RUNS }, (_, number) => {
    writeFileSync(join(context, 'src', 'app.js'), `console.log(${number}, ${Math.random()});\n`);
    return runOnce(command, env);
  });
  return runs.sort((a, b) => a.ms - b.ms)[Math.floor(RUNS / 2)];
}

export async function rows() {
  const folder = mkdtempSync(join(tmpdir(), 'kctl-bench-'));
  try {
    const context = prepare(folder);
    const env = { ...process.env, HOME: folder, KCTL_HOME: join(folder, 'k') };
    const image = ['image', 'import', '-c', 'ENV PATH=/bin', join(folder, 'root.tar'), 'base'];
    execFileSync(kctl, image, { env });
    const found = [];
    for (const name of existsSync(BUSYBOX) ? ['plain', 'run'] : ['plain']) {
      const file = join(context, `Dockerfile.${name}`);
      const { ms, cpuMs } = measure(context, [kctl, 'build', '-q', '-t', 'app', '-f', file, context], env);
      const what = `rebuild with one changed file${name === 'run' ? ', RUN reused' : ''}, ms`;
      found.push({
        what,
        value: ms,
        reach: 300,
        detail: `CPU ${cpuMs.toFixed(0)} ms; ${beside(folder, context, file)}`,
      });
    }
    return found;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function beside(folder, context, file) {
  if (!which('buildah') || process.getuid() !== 0) return 'without buildah';
  const place = ['--root', join(folder, 'b'), '--runroot', join(folder, 'r'), '--storage-driver', 'vfs'];
  const env = { ...process.env };
  execFileSync(kctl, ['image', 'save', '-o', join(folder, 'base.tar'), 'base'], {
    env: { ...env, HOME: folder, KCTL_HOME: join(folder, 'k') },
  });
  execFileSync('buildah', [...place, 'pull', '-q', `docker-archive:${join(folder, 'base.tar')}`]);
  rmSync(join(folder, 'base.tar'));
  const build = ['bud', '-q', '--layers', '--pull-never', '--isolation', 'chroot', '-t', 'app', '-f', file, context];
  const { ms } = measure(context, ['buildah', ...place, ...build], env);
  return `buildah --layers in the same run: ${ms.toFixed(0)} ms`;
}
