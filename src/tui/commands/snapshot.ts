import { resolve } from 'node:path';
import { KctlError } from '../../lib/errors.ts';
import { replaceFile } from '../../lib/replace-file.ts';
import { say } from '../words/say.ts';
import type { DashboardCommand } from './command.ts';

export const snapshotCommand: DashboardCommand = {
  names: ['snapshot', 'shot'],
  usage: 'FILE.txt|.json|.svg|.html',
  about: 'write what is on the screen to a file',
  async run(host, { rest }) {
    if (rest === '') throw new KctlError('usage', 'which file? :snapshot pods.svg (.txt, .json, .svg or .html)');
    const file = resolve(rest);
    replaceFile(file, await host.snapshot(file), { lasting: false });
    host.toast('info', say('Written to {file}', { file }));
  },
};
