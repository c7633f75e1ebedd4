import type { CommandEntry } from '../command.ts';

/** `kctl run`, as help and dispatch see it. */
export const runEntry: CommandEntry = {
  name: 'run',
  group: 'Basic Commands (Beginner)',
  summary: 'Run a particular image on the cluster',
  usage:
    'NAME --image=image [--env="key=value"] [--port=port] [--dry-run=server|client] [--overrides=inline-json] [--command] -- [COMMAND] [args...]',
  examples: [
    { about: 'A pod with a web server', line: 'run server --image=nginx --port=80' },
    { about: 'A shell that is gone when it ends', line: 'run -it --rm shell --image=busybox --restart=Never -- sh' },
    { about: 'See what would be sent', line: 'run server --image=nginx --dry-run=client -o yaml' },
  ],
  load: async () => (await import('./run.ts')).runCommand,
};
