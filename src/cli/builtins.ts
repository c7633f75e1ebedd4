import type { CommandEntry } from '../commands/command.ts';
import { completionEntry } from '../commands/completion/entry.ts';

/** `commands` and the commands of the program itself, which need what only cli/ may load: help and the dashboard. */
export function withBuiltins(commands: readonly CommandEntry[]): readonly CommandEntry[] {
  const table: readonly CommandEntry[] = [
    ...commands,
    completionEntry,
    {
      name: 'plugin',
      group: 'Other Commands',
      summary: 'Provides utilities for interacting with plugins',
      usage: '[flags]',
      examples: [{ about: 'The plugins on your PATH', line: 'plugin list' }],
      subcommands: [
        {
          name: 'list',
          group: 'Available Commands',
          summary: "List all visible plugin executables on a user's PATH",
          usage: '[--name-only]',
          load: async () => (await import('../commands/plugin/list.ts')).pluginListCommand(() => table),
        },
      ],
    },
    {
      name: 'ui',
      own: true,
      group: 'Basic Commands (Beginner)',
      summary: 'Open the dashboard',
      usage: '[--theme=NAME]',
      examples: [
        { about: 'Open the dashboard of the current context', line: 'ui' },
        { about: 'Open it on another context and namespace', line: 'ui --context=staging -n shop' },
      ],
      load: async () => (await import('./ui.ts')).uiCommand,
    },
    {
      name: 'options',
      group: 'Other Commands',
      summary: 'Print the list of flags inherited by all commands',
      usage: '',
      load: async () => (await import('./help-commands.ts')).optionsCommand,
    },
    {
      name: 'help',
      group: 'Other Commands',
      summary: 'Help about any command',
      usage: '[COMMAND]',
      load: async () => (await import('./help-commands.ts')).helpCommand(() => table),
    },
  ];
  return table;
}
