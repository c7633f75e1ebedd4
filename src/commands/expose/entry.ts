import type { CommandEntry } from '../command.ts';

/** `kctl expose`, as help and dispatch see it. */
export const exposeEntry: CommandEntry = {
  name: 'expose',
  group: 'Basic Commands (Beginner)',
  summary: 'Take a replication controller, service, deployment or pod and expose it as a new Kubernetes service',
  usage:
    '(-f FILENAME | TYPE NAME) [--port=port] [--protocol=TCP|UDP|SCTP] [--target-port=number-or-name] [--name=name] [--external-ip=external-ip-of-service] [--type=type]',
  examples: [
    { about: 'A service in front of a deployment', line: 'expose deployment web --name=web-again --port=80' },
    { about: 'With a port on every node', line: 'expose deployment web --name=web-node --port=80 --type=NodePort' },
  ],
  load: async () => (await import('./expose.ts')).exposeCommand,
};
