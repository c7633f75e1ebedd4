import { escapeTerminalLines } from '../../lib/escape.ts';
import { rawTerminal } from '../../lib/terminal-guard.ts';
import type { Theme } from '../../theme/theme.ts';
import type { CommandContext } from '../command.ts';
import { outputTheme } from './output-theme.ts';
import { plainOutput } from './plain-output.ts';

type LinePainter = (line: string) => string;

const yaml = async (theme: Theme): Promise<LinePainter> =>
  (await import('../../theme/paint-document.ts')).yamlPainter(theme);

/** What has colours beside tables, each with how its lines get them. */
const painters: Readonly<Record<string, (theme: Theme) => Promise<LinePainter>>> = {
  yaml,
  neat: yaml,
  decoded: yaml,
  async json(theme) {
    const { paintJson } = await import('../../theme/paint-document.ts');
    return (line) => paintJson(line, theme);
  },
  async describe(theme) {
    const [{ paintDescribe }, { describedMeaning }] = await Promise.all([
      import('../../theme/paint-document.ts'),
      import('../../api/cell-meaning.ts'),
    ]);
    return (line) => paintDescribe(line, theme, describedMeaning);
  },
};

/**
 * Writes text of a format (`yaml` and its like, `json`, `describe`; any other is never painted) to the standard output, in colours
 * where it has them. Texts begin and end with whole lines. YAML and JSON are painted on terminals only, whatever
 * FORCE_COLOR says: on a pipe, programs read them.
 */
export async function paintedOutput(
  format: string,
  { io, tool }: Pick<CommandContext, 'io' | 'tool'>,
): Promise<(text: string) => void> {
  const painter = Object.hasOwn(painters, format) ? painters[format] : undefined;
  const theme = painter && (await outputTheme({ io, tool }, format === 'describe'));
  if (!painter || !theme) return plainOutput(format, io);
  const paint = await painter(theme);
  const out = rawTerminal(io.stdout);
  return (text) => void out.write(escapeTerminalLines(text).split('\n').map(paint).join('\n'));
}
