import { rawTerminal } from '../../lib/terminal-guard.ts';
import { colorDepth } from '../../theme/color-depth.ts';
import { loadTheme, readTheme, themeNames } from '../../theme/load-theme.ts';
import type { Theme } from '../../theme/theme.ts';
import type { ThemeToken } from '../../theme/tokens.ts';
import { defineCommand } from '../command.ts';
import { textTable } from '../shared/text-table.ts';

/** A few rows of a table with everything that has a look of its own, as pieces. */
const sample: readonly (readonly (readonly [ThemeToken, string])[])[] = [
  [
    ['header.label', 'Context'],
    ['text', ' '],
    ['header.value', 'kind-dev'],
    ['text', '  '],
    ['connection.live', '● live'],
  ],
  [
    ['border', '─ '],
    ['view.title', 'pods'],
    ['border', '('],
    ['view.scope', 'shop'],
    ['border', ')['],
    ['view.count', '5'],
    ['border', ']'],
    ['view.filter', ' /web'],
    ['border', ' ───────────────────'],
  ],
  [
    ['table.header', '    NAME            READY  '],
    ['table.sorted', 'STATUS↑'],
    ['table.header', '            AGE'],
  ],
  [['row.selected', '>   web-7d9f        1/1    Running            5m ']],
  [
    ['text', '    api-5c4b        '],
    ['text', '1/1    '],
    ['status.ok', 'Running            '],
    ['age.old', '3h'],
  ],
  [
    ['status.progress', '~'],
    ['text', '   cart-0          0/1    '],
    ['status.progress', 'ContainerCreating  '],
    ['age.fresh', '4s'],
  ],
  [
    ['status.warn', '!'],
    ['text', '   mail-1          1/2    '],
    ['status.warn', 'Terminating        '],
    ['age.old', '2d'],
  ],
  [
    ['status.error', 'x'],
    ['status.error', '   pay-2           0/1    CrashLoopBackOff   '],
    ['age.old', '9d'],
  ],
  [['row.marked', ' *  seed-x          0/1    Completed          9d ']],
  [
    ['key', 'd'],
    ['text', ' '],
    ['key.label', 'Describe'],
    ['text', '  '],
    ['key', 'y'],
    ['text', ' '],
    ['key.label', 'YAML'],
    ['text', '  '],
    ['yaml.key', 'replicas'],
    ['text', ': '],
    ['yaml.literal', '3'],
    ['text', '  '],
    ['search.match', 'found'],
  ],
];

function preview(theme: Theme): string[] {
  return sample.map((line) => line.map(([token, text]) => theme.paint(token, text)).join(''));
}

/** `kctl theme` */
export const themeCommand = defineCommand<{ names: readonly string[] }>({
  flags: [],
  complete: ({ args }) => ({ names: args }),
  async run({ names }, { io }) {
    const { env } = io;
    const depth = colorDepth(env, io.stdout.isTTY === true);
    if (names.length === 0) {
      const rows = themeNames(env).map((name) => {
        const { kind, about } = readTheme(name, env);
        return [name, kind, about];
      });
      io.stdout.write(textTable(['NAME', 'KIND', 'ABOUT'], rows));
      return;
    }
    const out = rawTerminal(io.stdout);
    for (const name of names) {
      const theme = loadTheme({ name, env, depth });
      out.write(`${theme.name}: ${readTheme(name, env).about}\n\n${preview(theme).join('\n')}\n\n`);
    }
  },
});
