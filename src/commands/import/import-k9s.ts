import { resolve } from 'node:path';
import { KctlError } from '../../lib/errors.ts';
import { defineCommand } from '../command.ts';
import { isFolder, k9sFolders } from './k9s/find.ts';
import { planImport, stateOf, writeImported } from './k9s/import.ts';

interface ImportOptions {
  folders: readonly string[];
  dryRun: boolean;
  force: boolean;
}

/** `kctl import k9s` */
export const importK9sCommand = defineCommand<ImportOptions>({
  flags: [
    { name: 'from', type: 'string', default: '', describe: "k9s' folder; default: where k9s keeps it." },
    { name: 'dry-run', type: 'bool', default: false, describe: 'Say what would be done, and write nothing.' },
    { name: 'force', type: 'bool', default: false, describe: 'Write over files that are there and different.' },
  ],
  complete: ({ flags }, { io }) => ({
    folders: flags.from ? [resolve(io.cwd, String(flags.from))] : k9sFolders(io.env),
    dryRun: flags['dry-run'] === true,
    force: flags.force === true,
  }),
  validate({ folders }) {
    const missing = folders.find((folder) => !isFolder(folder));
    if (missing !== undefined) throw new KctlError('usage', `there is no folder ${missing}`);
    if (folders.length > 0) return;
    throw new KctlError('input', 'there is no folder of k9s', { hint: 'Name it: --from=FOLDER.' });
  },
  async run({ folders, dryRun, force }, { io }) {
    const { files, left } = planImport(folders, io.env);
    const say = (line: string) => io.stdout.write(`${line}\n`);
    for (const file of files) {
      const state = stateOf(file);
      const keeps = state === 'different' && !force && !file.to.endsWith('settings.json');
      const done = dryRun ? 'would write' : 'wrote';
      const what =
        state === 'same' ? 'is there already' : keeps ? 'is there and different: kept (--force writes over it)' : done;
      if (state !== 'same' && !keeps && !dryRun) writeImported(file);
      say(`${file.to}: ${what}${what === done ? `, from ${file.from}` : ''}`);
      for (const note of file.notes) say(`  ${note}`);
    }
    for (const line of left) say(`left out: ${line}`);
    if (files.length === 0) say('There is nothing that could be taken along.');
  },
});
