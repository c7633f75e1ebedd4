import type { CommandEntry } from '../command.ts';

export const authEntry: CommandEntry = {
  name: 'auth',
  group: 'Troubleshooting and Debugging Commands',
  summary: 'Inspect authorization',
  usage: 'SUBCOMMAND',
  subcommands: [
    {
      name: 'can-i',
      group: 'Available Commands',
      summary: 'Check whether an action is allowed',
      usage: 'VERB [TYPE | TYPE/NAME | NONRESOURCEURL]',
      examples: [
        { about: 'May I create pods here?', line: 'auth can-i create pods' },
        {
          about: 'May a service account read logs?',
          line: 'auth can-i get pods --subresource=log --as=system:serviceaccount:default:default',
        },
        { about: 'Everything that I may do', line: 'auth can-i --list' },
      ],
      load: async () => (await import('./can-i.ts')).canICommand,
    },
    {
      name: 'reconcile',
      group: 'Available Commands',
      summary: 'Reconciles rules for RBAC role, role binding, cluster role, and cluster role binding objects',
      usage: '-f FILENAME',
      examples: [{ about: 'Add what a file has and the cluster lacks', line: 'auth reconcile -f roles.yaml' }],
      load: async () => (await import('./reconcile.ts')).reconcileCommand,
    },
    {
      name: 'who-can',
      own: true,
      group: 'Available Commands',
      summary: 'List everybody who may do something, and which binding and role let them',
      usage: 'VERB (TYPE[.GROUP][/SUBRESOURCE] [NAME] | NONRESOURCEURL)',
      examples: [
        { about: 'Who may delete pods here?', line: 'auth who-can delete pods' },
        { about: 'Who may read a secret, by the rules of every namespace?', line: 'auth who-can get secrets -A' },
        {
          about: 'Who may run commands in pods, asking the server about each?',
          line: 'auth who-can create pods/exec --verify',
        },
      ],
      complete: { from: 'own', list: async () => ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete'] },
      load: async () => (await import('./who-can.ts')).whoCanCommand,
    },
    {
      name: 'whoami',
      group: 'Available Commands',
      summary: 'Check self subject attributes',
      usage: '',
      examples: [{ about: 'My name and groups, as the server knows them', line: 'auth whoami' }],
      load: async () => (await import('./whoami.ts')).whoamiCommand,
    },
  ],
};
