import { autoscaleEntry } from '../autoscale/entry.ts';
import type { CommandEntry } from '../command.ts';
import { createEntry } from '../create/entry.ts';
import { exposeEntry } from '../expose/entry.ts';
import { runEntry } from '../run/entry.ts';

/** Verbs that change objects of a cluster. */
export const changeEntries: readonly CommandEntry[] = [
  createEntry,
  exposeEntry,
  runEntry,
  autoscaleEntry,
  {
    name: 'patch',
    group: 'Advanced Commands',
    summary: 'Update fields of a resource',
    usage: '(-f FILENAME | TYPE NAME) [-p PATCH | --patch-file FILE]',
    examples: [
      { about: 'Change one field', line: `patch deploy web -p '{"spec":{"replicas":2}}'` },
      {
        about: 'With a JSON patch',
        line: `patch deploy web --type=json -p '[{"op":"replace","path":"/spec/replicas","value":3}]'`,
      },
    ],
    load: async () => (await import('../patch/patch.ts')).patchCommand,
  },
  {
    name: 'scale',
    group: 'Deploy Commands',
    summary: 'Set a new size for a deployment, replica set, or replication controller',
    usage: '--replicas=COUNT (-f FILENAME | TYPE NAME)',
    examples: [
      { about: 'Run three pods', line: 'scale deploy/web --replicas=3' },
      { about: 'Only where three run now', line: 'scale deploy/web --current-replicas=3 --replicas=4' },
    ],
    load: async () => (await import('../scale.ts')).scaleCommand,
  },
  {
    name: 'label',
    group: 'Settings Commands',
    summary: 'Update the labels on a resource',
    usage: '[--overwrite] (-f FILENAME | TYPE NAME) KEY_1=VAL_1 ... KEY_N-',
    examples: [
      { about: 'Set a label', line: 'label pod postgres-0 tier=data' },
      { about: 'Take it away', line: 'label pod postgres-0 tier-' },
    ],
    load: async () => (await import('../metadata/metadata-command.ts')).labelCommand,
  },
  {
    name: 'annotate',
    group: 'Settings Commands',
    summary: 'Update the annotations on a resource',
    usage: '[--overwrite] (-f FILENAME | TYPE NAME) KEY_1=VAL_1 ... KEY_N-',
    examples: [{ about: 'Set an annotation', line: "annotate pod postgres-0 note='for the demo'" }],
    load: async () => (await import('../metadata/metadata-command.ts')).annotateCommand,
  },
  {
    name: 'delete',
    group: 'Basic Commands (Intermediate)',
    summary: 'Delete resources by file names, stdin, resources and names, or by resources and label selector',
    usage: '(-f FILENAME | TYPE [(NAME | -l label | --all)])',
    examples: [
      { about: 'Delete a pod at once, with one second to stop', line: 'delete pod postgres-0 --now' },
      { about: 'Delete by label', line: 'delete pods,services -l app=web' },
      { about: 'Delete the objects of a file', line: 'delete -f web.yaml --ignore-not-found' },
    ],
    load: async () => (await import('../delete/delete.ts')).deleteCommand,
  },
];
