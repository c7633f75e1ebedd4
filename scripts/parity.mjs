// Runs the cases of test/parity with kubectl and with kctl against the bundled cluster, prints where they differ,
// and renews the transcripts of kubectl that `npm test` compares kctl with.
//
//   npm run parity [-- [--only TEXT] [--kubectl BIN] [--dry] [FILE...]]
//
// FILE names case files (`get`, `apply`); --only takes cases whose name holds the text; --dry keeps the transcripts.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readCases } from '../test/parity/case-file.ts';
import { withoutWidths } from '../test/parity/normalise.ts';
import { parityCluster, runCase } from '../test/parity/run-case.ts';
import { caseFiles, readTranscripts, writeTranscripts } from '../test/parity/transcripts.ts';
import { kctl, realKubectl } from '../test/support/program.ts';

/** The version whose words kctl has. */
const VERSION = 'v1.32';
/** Most of a case is waiting: for its fixtures, and for programs. */
const AT_ONCE = 4;

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { only: { type: 'string' }, kubectl: { type: 'string' }, dry: { type: 'boolean', default: false } },
});
const found = options.kubectl ?? realKubectl(32);
if (found === undefined) throw new Error('kubectl is not on PATH; --kubectl names it');
const version = spawnSync(found, ['version', '--client'], { encoding: 'utf8' }).stdout.match(/v\d+\.\d+/)?.[0];
if (version !== VERSION) throw new Error(`the cases are about kubectl ${VERSION}; ${found} is ${version}`);
// It calls itself by the name it was called by.
const links = mkdtempSync(join(tmpdir(), 'kctl-parity-'));
const kubectl = join(links, 'kubectl');
symlinkSync(resolve(found), kubectl);

const cluster = await parityCluster();
const scores = { equal: 0, spacing: 0, differs: 0 };
try {
  for (const file of caseFiles) {
    if (positionals.length > 0 && !positionals.includes(file.name)) continue;
    await runFile(file);
  }
} finally {
  await cluster.stop();
  rmSync(links, { recursive: true, force: true });
}
console.log(`${scores.equal} equal, ${scores.spacing} but for the width of columns, ${scores.differs} differ`);
process.exitCode = scores.differs > 0 ? 1 : 0;

async function runFile({ name: file, path, transcripts }) {
  const all = readCases(path);
  const chosen = all.filter(({ name }) => options.only === undefined || name.includes(options.only));
  const before = readTranscripts(transcripts);
  const fresh = new Map();
  let next = 0;
  const worker = async () => {
    for (let one = chosen[next++]; one; one = chosen[next++]) {
      const [wanted, got] = [await runCase(one, kubectl, cluster), await runCase(one, kctl, cluster)];
      fresh.set(one.name, wanted);
      compare(`${file}: ${one.name}`, wanted, got);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  if (options.dry) return;
  const kept = all.map(({ name }) => [name, renewed(before.get(name), fresh.get(name))]);
  writeTranscripts(transcripts, new Map(kept.filter(([, text]) => text !== undefined)));
}

/** A transcript that tells the same with other widths is left as it is. */
function renewed(before, now) {
  if (before === undefined || now === undefined) return now ?? before;
  return withoutWidths(before) === withoutWidths(now) ? before : now;
}

function compare(title, wanted, got) {
  if (wanted === got) scores.equal++;
  else if (withoutWidths(wanted) === withoutWidths(got)) scores.spacing++;
  else {
    scores.differs++;
    console.log(`differs: ${title}\n${difference(wanted, got)}`);
  }
}

function difference(wanted, got) {
  const folder = mkdtempSync(join(tmpdir(), 'kctl-parity-'));
  try {
    writeFileSync(join(folder, 'kubectl'), wanted);
    writeFileSync(join(folder, 'kctl'), got);
    const { stdout } = spawnSync('diff', ['-u', '--label', 'kubectl', '--label', 'kctl', 'kubectl', 'kctl'], {
      cwd: folder,
      encoding: 'utf8',
    });
    return stdout;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
