import { escapeTerminal } from '../../../lib/escape.ts';
import { sizeText } from '../../../lib/size-text.ts';
import { textWidth } from '../../../lib/text-width.ts';
import type { ReadProgress } from '../../../oci/layers/explore-image.ts';
import type { Theme } from '../../../theme/theme.ts';
import { say } from '../../words/say.ts';
import { changeLooks } from './file-lines.ts';
import type { FilesPane } from './files-pane.ts';
import type { FoundImage } from './find-image.ts';
import type { LayersFacts } from './layers-pane.ts';

export const originText = ({ from }: FoundImage): string =>
  from === 'store' ? say('of the image store') : from === 'registry' ? say('of its registry') : say('of the cluster');

export function spokenSummary({ summary }: LayersFacts, { notes }: FoundImage): string[] {
  if (!summary) return [...notes];
  const { efficiency } = summary;
  return [
    say('Efficiency {percent} %, {size} wasted in {count} files.', {
      percent: (efficiency.score * 100).toFixed(1),
      size: sizeText(efficiency.wastedBytes),
      count: efficiency.files.length,
    }),
    ...notes,
  ];
}

export function progressText({ phase, doneBytes, totalBytes }: ReadProgress): string {
  const done = sizeText(doneBytes);
  if (totalBytes === 0) return say('reading layers, {done}', { done });
  const percent = Math.min(100, Math.floor((doneBytes / totalBytes) * 100));
  const values = { percent, done, total: sizeText(totalBytes) };
  return phase === 'bringing'
    ? say('fetching layers, {percent} % of {total}', values)
    : say('reading layers, {percent} % of {total}', values);
}

export function barText(part: number, width: number, theme: Theme): string {
  const full = Math.max(0, Math.min(width, Math.round(part * width)));
  return theme.paint('bar.full', '█'.repeat(full)) + theme.paint('bar.empty', '·'.repeat(width - full));
}

export const messageOf = (error: unknown): string =>
  escapeTerminal((error instanceof Error ? error.message : String(error)).split('\n')[0]!);

const escapes = /\u001b\[[0-9;:]*m/g;

export const plainWidth = (text: string): number => textWidth(text.replace(escapes, ''));

/** `Layer 3 against those below it: +12 ~3 =1 -4 · 12MB · 5 found` */
export function lookText(
  files: FilesPane,
  at: number,
  { isGrounded, isAggregated }: { isGrounded: boolean; isAggregated: boolean },
): string {
  const { counts, size } = files.look!;
  const what = !isGrounded
    ? say('Layer {number} alone', { number: at + 1 })
    : isAggregated
      ? say('All up to layer {number} against the lowest', { number: at + 1 })
      : at === 0
        ? say('Layer 1, the lowest')
        : say('Layer {number} against those below it', { number: at + 1 });
  const signs = (['added', 'modified', 'same', 'removed'] as const)
    .filter((change) => counts[change] > 0)
    .map((change) => `${changeLooks[change].sign}${counts[change]}`);
  const toggles = ['added', 'modified', 'removed', 'unmodified'] as const;
  const hidden = toggles.filter((toggle) => files.isHidden(toggle)).map((toggle) => say(toggle));
  const found = files.found === undefined ? '' : ` · ${say('{count} found', { count: files.found })}`;
  const order = files.isBySize ? ` · ${say('largest first')}` : '';
  const left = hidden.length > 0 ? ` (${say('without {changes}', { changes: hidden.join(', ') })})` : '';
  return `${what}: ${signs.join(' ') || say('no changes')}${left} · ${sizeText(size)}${found}${order}`;
}

/** Why there are no files beside a layer. */
export function noticeText(
  { isSimulated, explorer, layers }: FoundImage,
  at: number,
  { progress, error }: { progress: ReadProgress | undefined; error: unknown },
): string {
  if (isSimulated) {
    return say('This image is simulated: the bundled cluster makes up its layers, and there are no files to show.');
  }
  if (!explorer) return say('The layers of this image are known, but not where their files could be read.');
  if (progress) return progressText(progress);
  if (error !== undefined) return messageOf(error);
  return say('The files of this layer are not on this machine: Enter asks whether to read its {size}.', {
    size: sizeText(layers[at]?.sizeBytes ?? 0),
  });
}
