// npm run bench [-- NAME...]: runs the benchmarks, prints each figure beside what it must reach, and
// records the run in bench/results/ with date and commit. Figures are ratios measured in one run;
// absolute times are printed for orientation only.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { which } from './measure.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const names = process.argv.slice(2);
const benchmarks = [
  ...['get-pods', 'get-10000-pods', 'describe', 'completion', 'apply-500-objects', 'cold-start'],
  ...['server-writes', 'server-list', 'server-watch', 'server-memory', 'in-process', 'scale', 'port-forward'],
  ...['dashboard-start', 'dashboard-logs', 'dashboard-tables'],
  ...['image-layers', 'image-transfer', 'build'],
];
for (const name of names) {
  if (!benchmarks.includes(name)) {
    console.error(`no benchmark "${name}"; there are: ${benchmarks.join(', ')}`);
    process.exit(1);
  }
}

const git = (...args) => execFileSync('git', args, { cwd: here, encoding: 'utf8' }).trim();
const lines = [];
const say = (line) => {
  lines.push(line);
  console.log(line);
};
const date = new Date().toISOString().slice(0, 10);
const commit = `${git('rev-parse', '--short', 'HEAD')}${git('status', '--porcelain', '--untracked-files=no') ? '+changes' : ''}`;
say(
  `${date}, commit ${commit}, ${cpus().length} × ${cpus()[0].model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`,
);
// Wall time of a machine that does other things beside says little; CPU time then says more.
say(`load before: ${loadavg()[0].toFixed(1)} on ${cpus().length} processors`);
const kubectl = which(process.env.KUBECTL ?? 'kubectl');
if (kubectl)
  say(
    execFileSync(kubectl, ['version', '--client'], { encoding: 'utf8' })
      .split('\n')[0]
      .replace('Client Version', 'kubectl'),
  );
for (const name of names.length ? names : benchmarks) {
  say(`\n${name}`);
  const { rows } = await import(`./${name}.mjs`);
  // `reach` is the most that a figure may be, `least` the least.
  for (const { what, value, reach, least, detail } of await rows()) {
    const verdict = (least === undefined ? value <= reach : value >= least) ? 'reached' : 'MISSED';
    say(
      `  ${what.padEnd(44)} ${value.toFixed(2).padStart(8)}   reach ${String(reach ?? `${least}+`).padStart(5)}  ${verdict}   ${detail}`,
    );
  }
}
mkdirSync(join(here, 'results'), { recursive: true });
const file = join(here, 'results', `${date}-${commit.replace('+', '-')}.txt`);
writeFileSync(file, `${lines.join('\n')}\n`);
console.log(`\nrecorded in bench/results/${file.split('/').at(-1)}`);
