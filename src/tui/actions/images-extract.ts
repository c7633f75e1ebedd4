import { basename } from 'node:path';
import { textField } from '../state/dialog.ts';
import type { LayersPage } from '../views/images/layers-page.ts';
import { say } from '../words/say.ts';
import type { ActionContext } from './action.ts';

/** Asks where, and writes the file or folder under the cursor to this machine. */
export async function extractFile(page: LayersPage, { host }: ActionContext): Promise<void> {
  const path = page.path();
  if (path === undefined) return;
  const cwd = process.cwd();
  const answer = await host.ask({
    title: say('Extract {path}?', { path }),
    lines: [
      say('With its permissions and times, owned by you. Nothing that is there is written over.'),
      say('Names that begin with no / are below {folder}', { folder: cwd }),
    ],
    fields: [textField('into', 'Write to', safeName(path))],
    confirmLabel: 'Extract',
  });
  if (!answer) return;
  const told = await page.extract(answer['into'] ?? '', cwd);
  host.toast('info', say('Extracted {count} files to {path}', { count: told.files, path: told.path }));
}

/** The file's own name without what terminals and shells take for something else. */
const safeName = (path: string): string => basename(path).replace(/[^\p{L}\p{N}._+@-]+/gu, '_') || 'rootfs';
