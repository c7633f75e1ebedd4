import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { withBuiltins } from '../../src/cli/builtins.ts';
import type { CommandEntry } from '../../src/commands/command.ts';
import { commandTable } from '../../src/commands/registry.ts';
import { themeTokens } from '../../src/theme/tokens.ts';
import { everyView } from '../../src/tui/actions/action.ts';
import { actions } from '../../src/tui/actions/registry.ts';
import { defaultKeys, keyLabel } from '../../src/tui/keys.ts';

const docs = join(import.meta.dirname, '..', '..', 'docs');
const cell = (text: string) => text.replaceAll('|', '\\|');
const table = (head: readonly string[], rows: readonly (readonly string[])[]) =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');

function commandsPage(): string {
  const rows = (entries: readonly CommandEntry[], path: string): string[][] =>
    entries
      .filter((entry) => !entry.hidden)
      .flatMap((entry) => [
        [`\`${path}${entry.name}\``, entry.usage && `\`${cell(entry.usage)}\``, cell(entry.summary)],
        ...rows(entry.subcommands ?? [], `${path}${entry.name} `),
      ]);
  const all = withBuiltins(commandTable);
  const groups = [...new Set(all.map((entry) => entry.group))];
  const parts = groups.map((group) => {
    const members = all.filter((entry) => entry.group === group);
    return `## ${group}\n\n${table(['command', 'arguments', 'what it does'], rows(members, ''))}`;
  });
  return `# Commands\n\nMade from the command table; \`kctl COMMAND --help\` shows flags and examples.\n\n${parts.join('\n\n')}\n`;
}

function keysPage(): string {
  const entries = defaultKeys.flatMap((binding) => {
    const action = actions.get(binding.action);
    if (!action) return [];
    const views = binding.views ?? action.views;
    const where = everyView.every((view) => views.includes(view)) ? 'everywhere' : views.join(', ');
    return [{ keys: binding.keys.map(keyLabel).join(' '), label: action.label, group: action.group, where }];
  });
  const groups = [...new Set(entries.map(({ group }) => group))];
  const parts = groups.map((group) => {
    const rows = entries
      .filter((entry) => entry.group === group)
      .map(({ keys, label, where }) => [`\`${cell(keys)}\``, label, where]);
    return `## ${group}\n\n${table(['keys', 'action', 'where'], rows)}`;
  });
  return `# Keys of the dashboard\n\nMade from the key map; \`?\` shows those of the current view and why one cannot be used.\n\n${parts.join('\n\n')}\n`;
}

function themesPage(): string {
  const rows = Object.entries(themeTokens).map(([token, { about, ...rest }]) => [
    `\`${token}\``,
    about,
    'inherits' in rest ? `\`${rest.inherits}\`` : '',
  ]);
  return `# Theme tokens

A theme is a YAML file: \`name\`, \`about\`, \`kind\` (\`dark\` or \`light\`), an optional \`palette\` of named colours, and \`styles\` from the tokens below to a style. A style is a colour (\`#rrggbb\`, a palette name, or one of the sixteen terminal colours), \`on\` and a background colour, and any of \`bold dim italic underline inverse\`; each part may be left out. kctl reads the themes it came with and those in \`$XDG_CONFIG_HOME/kctl/themes\`.

${table(['token', 'what it colours', 'looks like, where a theme does not say'], rows)}
`;
}

test.each([
  ['commands.md', commandsPage],
  ['keys.md', keysPage],
  ['theme-tokens.md', themesPage],
])('docs/%s says what the code does (UPDATE_DOCS=1 writes it anew)', (name, page) => {
  const path = join(docs, name);
  if (process.env.UPDATE_DOCS === '1') writeFileSync(path, page());
  expect(readFileSync(path, 'utf8')).toBe(page());
});
