import type { CommandEntry } from '../command.ts';

export const certificateEntry: CommandEntry = {
  name: 'certificate',
  group: 'Cluster Management Commands',
  summary: 'Modify certificate resources',
  usage: 'SUBCOMMAND',
  load: async () => (await import('./help.ts')).certificateHelpCommand,
  subcommands: [
    {
      name: 'approve',
      group: 'Available Commands',
      summary: 'Approve a certificate signing request',
      usage: '(-f FILENAME | NAME)',
      examples: [{ about: 'Let the signer issue what was asked for', line: 'certificate approve alice' }],
      load: async () => (await import('./certificate.ts')).approveCommand,
    },
    {
      name: 'deny',
      group: 'Available Commands',
      summary: 'Deny a certificate signing request',
      usage: '(-f FILENAME | NAME)',
      examples: [{ about: 'Refuse a request', line: 'certificate deny bob' }],
      load: async () => (await import('./certificate.ts')).denyCommand,
    },
  ],
};
