import type { CommandEntry } from '../command.ts';

/** `kctl undo`: not one of kubectl's. */
export const undoEntry: CommandEntry = {
  name: 'undo',
  group: 'Basic Commands (Intermediate)',
  own: true,
  summary: 'Take back what a command has changed',
  usage: '[ID]',
  examples: [
    { about: 'Show what taking back the last change would do', line: 'undo --preview' },
    { about: 'Take back the last change; asks first', line: 'undo' },
    { about: 'Which changes there are', line: 'undo --list' },
    { about: 'Take back one of them', line: 'undo 12' },
  ],
  load: async () => (await import('./undo.ts')).undoCommand,
};
