import type { CommandEntry } from '../command.ts';

export const waitEntry: CommandEntry = {
  name: 'wait',
  group: 'Advanced Commands',
  summary: 'Wait for a specific condition on one or many resources',
  usage:
    '(-f FILENAME | TYPE/NAME ... | TYPE (-l label | --all)) --for=(create | delete | condition=X[=Y] | jsonpath=X[=Y])',
  examples: [
    { about: 'Until a deployment is available', line: 'wait deploy/web --for=condition=Available' },
    {
      about: 'Until pods with a label are ready, five minutes at most',
      line: 'wait pods -l app=web --for=condition=Ready --timeout=5m',
    },
    { about: 'Until a field has a value', line: "wait pod/postgres-0 --for=jsonpath='{.status.phase}'=Running" },
    { about: 'Until something is gone', line: 'wait pod/web --for=delete' },
  ],
  load: async () => (await import('./wait.ts')).waitCommand,
};
