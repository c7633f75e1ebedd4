import type { CommandEntry } from '../command.ts';
import { forwardNames, runningNames, setNames } from './completions.ts';

const sub = 'Available Commands';

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
    summary: 'Forward to things by their names alone and print their URLs',
    usage: 'NAME[@NAMESPACE[@CONTEXT]][=[LOCAL_PORT:]REMOTE_PORT] ...',
    examples: [
      { about: 'Open what is called web: its port, and a free one here', line: 'pf web' },
      { about: 'Another port of it, on a port of your choice', line: 'pf web 9000:metrics' },
      { about: 'Several under one live status', line: 'pf web db=5433:5432 cache' },
      { about: 'In a process of its own, and the URL in the browser', line: 'pf web --background --open' },
      { about: 'From another namespace and another cluster', line: 'pf grafana@monitoring db@shop@staging' },
    ],
    complete: { from: 'own', list: forwardNames, repeat: true },
    load: async () => (await import('./pf.ts')).pfCommand,
    subcommands: [
      {
        name: 'save',
        group: sub,
        summary: 'Keep forwards under a name',
        usage: 'SET [NAME[@NAMESPACE[@CONTEXT]][=[LOCAL_PORT:]REMOTE_PORT] ...]',
        examples: [
          { about: 'Three forwards as one set', line: 'pf save shop web api db=5433:5432' },
          { about: 'What is forwarded now', line: 'pf save today' },
        ],
        load: async () => (await import('./pf-sets.ts')).pfSaveCommand,
      },
      {
        name: 'up',
        group: sub,
        summary: 'Start the forwards of a saved set',
        usage: 'SET ...',
        examples: [{ about: 'All of a set, in the background', line: 'pf up shop --background' }],
        complete: { from: 'own', list: setNames, repeat: true },
        load: async () => (await import('./pf-sets.ts')).pfUpCommand,
      },
      {
        name: 'list',
        group: sub,
        summary: 'List the forwards of every kctl that runs, and the saved sets',
        usage: '',
        load: async () => (await import('./pf-running.ts')).pfListCommand,
      },
      {
        name: 'down',
        group: sub,
        summary: 'Stop forwards, wherever they run',
        usage: '[NAME | SET | all ...]',
        examples: [{ about: 'One of them', line: 'pf down web' }],
        complete: { from: 'own', list: runningNames, repeat: true },
        load: async () => (await import('./pf-running.ts')).pfDownCommand,
      },
    ],
  },
];
