import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { KctlError } from '../../lib/errors.ts';
import { rawTerminal } from '../../lib/terminal-guard.ts';
import { defineCommand } from '../command.ts';
import { withProgress } from '../shared/progress.ts';
import { type ClusterFiles, readRecord } from './cluster-files.ts';
import { launch } from './launch.ts';
import { stopCluster } from './stop.ts';
import { dataDirFlag, filesFrom, nameFlag, onlyFlags, requireCluster } from './which-cluster.ts';

/** `kctl cluster reset`: back to the state of a first start, with the same certificates and port. */
export const resetCommand = defineCommand<{ files: ClusterFiles; yes: boolean }>({
  flags: [nameFlag, dataDirFlag, { name: 'yes', short: 'y', type: 'bool', default: false, describe: 'Do not ask.' }],
  complete(invocation, context) {
    onlyFlags(invocation);
    return { files: filesFrom(invocation, context), yes: invocation.flags.yes as boolean };
  },
  async run({ files, yes }, { io, signal, tool }) {
    requireCluster(files, io.env, tool);
    if (!yes) {
      if (!io.stdin.isTTY) {
        throw new KctlError('usage', `resetting cluster "${files.name}" deletes everything in it`, {
          hint: 'there is no terminal to ask on: say --yes',
        });
      }
      const ask = createInterface({ input: io.stdin, output: rawTerminal(io.stderr) });
      const answer = await ask.question(`Delete everything in cluster "${files.name}" and start it anew? [y/N] `, {
        signal,
      });
      ask.close();
      if (!/^y(es)?$/i.test(answer.trim())) {
        io.stderr.write('Nothing was changed.\n');
        return 1;
      }
    }
    const record = readRecord(files);
    await withProgress(
      io,
      () => `stopping the cluster "${files.name}"`,
      () => stopCluster(files),
    );
    for (const part of ['', '-wal', '-shm']) rmSync(`${files.dataDir}/cluster.db${part}`, { force: true });
    const options = { port: 0, nodes: record?.nodes ?? 3, seed: record?.seed ?? ('demo' as const) };
    const { record: fresh } = await withProgress(
      io,
      () => `starting the cluster "${files.name}"`,
      () => launch(files, options, io.env),
    );
    io.stdout.write(`cluster "${files.name}" reset and started at ${fresh.url}\n`);
  },
});
