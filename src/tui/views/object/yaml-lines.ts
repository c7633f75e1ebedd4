import { paintYaml } from '../../../theme/paint-document.ts';
import type { Theme } from '../../../theme/theme.ts';
import type { TextLine } from '../text/text-pane.ts';

const blockStart = /(?:^|[:-] )[|>][+-]?\d?$/;

/**
 * Lines of YAML that know how they look: what stands in a block of text is text, whatever it looks like.
 * @see paint-document.ts, `yamlPainter`, for output that is painted from its first line on
 */
export function yamlLines(lines: readonly string[]): TextLine[] {
  let block: number | undefined;
  return lines.map((text) => {
    if (block !== undefined) {
      if (text === '' || text.length - text.trimStart().length > block) return { text, paint: paintValue };
      block = undefined;
    }
    if (blockStart.test(text)) block = /^\s*(?:- )*/.exec(text)![0].length - (/^\s*(?:- )+[|>]/.test(text) ? 2 : 0);
    return { text, paint: paintYaml };
  });
}

function paintValue(line: string, theme: Theme): string {
  return theme.paint('yaml.value', line);
}
