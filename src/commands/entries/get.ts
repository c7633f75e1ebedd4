import type { CommandEntry } from '../command.ts';

/** In a file of its own, because the bundle of the hot path knows no other verb. */
export const getEntry: CommandEntry = {
  name: 'get',
  group: 'Basic Commands (Intermediate)',
  summary: 'Display one or many resources',
  usage: '(TYPE[.VERSION][.GROUP] [NAME | -l label] | TYPE[.VERSION][.GROUP]/NAME ...)',
  examples: [
    { about: 'List pods, with more columns', line: 'get pods -o wide' },
    { about: 'List several kinds of all namespaces', line: 'get deploy,svc -A' },
    { about: 'Show one object as YAML', line: 'get pod/postgres-0 -o yaml' },
    { about: 'Follow pods with a label', line: 'get pods -l app=web -w' },
    { about: 'Choose the columns', line: 'get pods -o custom-columns=NAME:.metadata.name,IP:.status.podIP' },
    { about: 'Print one field', line: "get pods -o jsonpath='{.items[*].metadata.name}'" },
  ],
  load: async () => (await import('../get/get.ts')).getCommand,
};
