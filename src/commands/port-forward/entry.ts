import type { CommandEntry } from '../command.ts';

/** `port-forward` and its short sister `pf`. */
export const portForwardEntries: readonly CommandEntry[] = [
  {
    name: 'port-forward',
    group: 'Troubleshooting and Debugging Commands',
    summary: 'Forward one or more local ports to a pod',
    usage: 'TYPE/NAME [LOCAL_PORT:]REMOTE_PORT [...]',
    examples: [
      { about: 'Port 8080 here to the http port of a service', line: 'port-forward svc/web 8080:http' },
      { about: 'Two ports of a pod of a deployment', line: 'port-forward deploy/web 8080:80 9090' },
      { about: 'Any free local port', line: 'port-forward pod/postgres-0 :5432' },
    ],
    load: async () => (await import('./port-forward.ts')).portForwardCommand,
  },
  {
    name: 'pf',
    own: true,
    group: 'Troubleshooting and Debugging Commands',
    summary: 'Forward to something by its name alone and print its URL',
    usage: 'NAME [[LOCAL_PORT:]REMOTE_PORT]',
    examples: [
      { about: 'Open what is called web: its port, and a free one here', line: 'pf web' },
      { about: 'Another port of it, on a port of your choice', line: 'pf web 9000:metrics' },
    ],
    load: async () => (await import('./pf.ts')).pfCommand,
  },
];
