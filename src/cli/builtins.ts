import type { CommandEntry } from '../commands/command.ts';

/** `commands` and the commands of the program itself, which need what only cli/ may load: help and the dashboard. */
export function withBuiltins(commands: readonly CommandEntry[]): readonly CommandEntry[] {
  const table: readonly CommandEntry[] = [
    ...commands,
    {
      name: 'ui',
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
      summary: 'List the flags that every command takes',
      usage: '',
      load: async () => (await import('./help-commands.ts')).optionsCommand,
    },
    {
      name: 'help',
      group: 'Other Commands',
      summary: 'Show help about a command',
      usage: '[COMMAND]',
      load: async () => (await import('./help-commands.ts')).helpCommand(() => table),
    },
  ];
  return table;
}
