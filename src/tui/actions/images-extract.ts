import { basename, join } from 'node:path';
import { KctlError } from '../../lib/errors.ts';
import { sizeText } from '../../lib/size-text.ts';
import { extractPlace } from '../../oci/layers/extract-files.ts';
import { textField } from '../state/dialog.ts';
import type { LayersPage } from '../views/images/layers-page.ts';
import { say } from '../words/say.ts';
import type { ActionContext } from './action.ts';

/** Asks what and where, and writes the file or folder under the cursor to this machine. */
export async function extractFile(page: LayersPage, { host }: ActionContext): Promise<void> {
  const [path, row, { explorer, layer }] = [page.path(), page.row(), page];
  if (path === undefined || !row || !explorer) return;
  if (row.change === 'removed') throw new KctlError('input', say('the layer removes it: go to one that has it'));
  const cwd = process.cwd();
  const wholes = [
    say('as it is at layer {number}', { number: layer + 1 }),
    say('what layer {number} alone has of it', { number: layer + 1 }),
  ];
  const answer = await host.ask({
    title: say('Extract {path}?', { path }),
    lines: [
      say('{size}, with its permissions and times, owned by you.', { size: sizeText(row.size) }),
      say('Names that begin with no / are below {folder}', { folder: cwd }),
    ],
    fields: [
      textField('into', 'Write to', safeName(path)),
      // A file stands in one layer: there is nothing to choose.
      ...(row.isFolder ? [{ id: 'of', label: 'What', options: wholes, value: 0 }] : []),
    ],
    confirmLabel: 'Extract',
  });
  if (!answer) return;
  const into = fromHome(answer['into'] ?? '', host.services.env['HOME']);
  const place = await extractPlace({ into, cwd }, path);
  if (place.isTaken && !(await mayReplace(host, place))) return;
  const isAlone = answer['of'] === wholes[1];
  const told = await page.working((tell, signal) => {
    let last = 0;
    return explorer.extract(
      layer,
      path.slice(1),
      { into, cwd, isAlone },
      {
        signal,
        replace: place.isTaken,
        tell(done, total) {
          if (done - last < Math.max(1 << 20, total / 200)) return;
          last = done;
          const percent = Math.min(100, Math.floor((done / Math.max(1, total)) * 100));
          tell(say('extracting, {percent} % of {total}', { percent, total: sizeText(total) }));
        },
      },
    );
  });
  if (!told) return host.toast('info', say('Stopped: nothing of it is left at {path}', { path: place.path }));
  const done = say('Extracted {count} files to {path}', { count: told.files, path: told.path });
  const left = say('{count} devices, pipes and links to other layers left out', { count: told.leftOut });
  host.toast('info', told.leftOut > 0 ? `${done} · ${left}` : done);
}

async function mayReplace(
  host: ActionContext['host'],
  { path, isFolder }: { path: string; isFolder: boolean },
): Promise<boolean> {
  const answer = await host.ask({
    title: say('Replace what is there?'),
    lines: [
      path,
      isFolder
        ? say('It is a folder: all that is in it goes.')
        : say('It is a file: what is in it goes, once the new one is written.'),
    ],
    danger: true,
    confirmLabel: 'Replace',
  });
  return answer !== undefined;
}

/** `~/x`, as people write it. */
const fromHome = (path: string, home: string | undefined): string =>
  home && (path === '~' || path.startsWith('~/')) ? join(home, path.slice(1)) : path;

/** The file's own name without what terminals and shells take for something else. */
const safeName = (path: string): string => basename(path).replace(/[^\p{L}\p{N}._+@-]+/gu, '_') || 'rootfs';
