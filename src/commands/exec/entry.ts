import type { CommandEntry } from '../command.ts';

const group = 'Troubleshooting and Debugging Commands';

/** Verbs whose work is a stream to or from a container, or to the server. */
export const streamEntries: readonly CommandEntry[] = [
  {
    name: 'attach',
    group,
    summary: 'Attach to a running container',
    usage: '(POD | TYPE/NAME) -c CONTAINER',
    examples: [
      { about: 'See what a pod writes from now on', line: 'attach postgres-0' },
      { about: 'Talk to a container that was started with -it', line: 'attach shell -c main -i -t' },
    ],
    load: async () => (await import('../attach/attach.ts')).attachCommand,
  },
  {
    name: 'cp',
    group,
    summary: 'Copy files and directories to and from containers',
    usage: '<file-spec-src> <file-spec-dest>',
    examples: [
      { about: 'A file into a pod', line: 'cp notes.txt postgres-0:/tmp/notes.txt' },
      {
        about: 'A directory out of a container of a pod in another namespace',
        line: 'cp default/postgres-0:/etc/hosts ./hosts -c postgres',
      },
    ],
    load: async () => (await import('../cp/cp.ts')).cpCommand,
  },
  {
    name: 'debug',
    group,
    summary: 'Create debugging sessions for troubleshooting workloads and nodes',
    usage: '(POD | TYPE[[.VERSION].GROUP]/NAME) [ -- COMMAND [args...] ]',
    examples: [
      {
        about: 'A shell beside the containers of a pod',
        line: 'debug postgres-0 -it --image=busybox --profile=general',
      },
      {
        about: 'A copy of a pod whose program is a shell',
        line: 'debug postgres-0 -it --copy-to=db-debug -c postgres --profile=general -- sh',
      },
      {
        about: 'A shell on a node, with its files at /host',
        line: 'debug node/kctl-worker-1 -it --image=busybox --profile=sysadmin',
      },
    ],
    load: async () => (await import('../debug/debug.ts')).debugCommand,
  },
  {
    name: 'exec',
    group,
    summary: 'Execute a command in a container',
    usage: '(POD | TYPE/NAME) [-c CONTAINER] [flags] -- COMMAND [args...]',
    examples: [
      { about: 'A command in a pod of a deployment', line: 'exec deploy/web -- date' },
      { about: 'A shell, with this terminal', line: 'exec -it deploy/web -- sh' },
      { about: 'Send a file to a program there', line: 'exec -i deploy/web -- wc -l < notes.txt' },
    ],
    load: async () => (await import('./exec.ts')).execCommand,
  },
  {
    name: 'proxy',
    group,
    summary: 'Run a proxy to the Kubernetes API server',
    usage: '[--port=PORT] [--www=static-dir] [--www-prefix=prefix] [--api-prefix=prefix]',
    examples: [
      { about: 'The API at http://127.0.0.1:8001/', line: 'proxy' },
      { about: 'On any free port, and below /k8s/', line: 'proxy --port=0 --api-prefix=/k8s/' },
      { about: 'With a page of your own beside it', line: 'proxy --www=./site --www-prefix=/site/' },
    ],
    load: async () => (await import('../proxy/proxy.ts')).proxyCommand,
  },
];
