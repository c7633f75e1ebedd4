import type { CommandEntry } from '../command.ts';
import { getEntry } from './get.ts';

/** Verbs that look at a cluster. */
export const readEntries: readonly CommandEntry[] = [
  getEntry,
  {
    name: 'describe',
    group: 'Troubleshooting and Debugging Commands',
    summary: 'Show details of a specific resource or group of resources',
    usage: '(-f FILENAME | TYPE [NAME_PREFIX | -l label] | TYPE/NAME)',
    examples: [
      { about: 'Describe one pod', line: 'describe pods/postgres-0' },
      { about: 'Describe every pod whose name begins with web', line: 'describe pods web' },
      { about: 'Describe the objects of a file', line: 'describe -f web.yaml' },
    ],
    load: async () => (await import('../describe.ts')).describeCommand,
  },
  {
    name: 'why',
    own: true,
    group: 'Troubleshooting and Debugging Commands',
    summary: 'Say why a pod has no node, is not ready or keeps ending, and what to do',
    usage: '(NAME | TYPE/NAME | TYPE NAME) [--all] [-o json]',
    examples: [
      { about: 'The verdict of every node for a pod that waits', line: 'why pod/postgres-0' },
      { about: 'The pod of a deployment that has most to tell', line: 'why deploy/web' },
      { about: 'Whatever is called so, or begins so', line: 'why web' },
    ],
    load: async () => (await import('../why/why.ts')).whyCommand,
  },
  {
    name: 'logs',
    aliases: ['log'],
    group: 'Troubleshooting and Debugging Commands',
    summary: 'Print the logs for a container in a pod',
    usage: '[-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]',
    examples: [
      { about: 'Follow a pod of a deployment', line: 'logs -f deploy/web' },
      { about: 'The last 20 lines of one container', line: 'logs deploy/web -c web --tail=20' },
      { about: 'All containers of the pods with a label', line: 'logs -l app=web --all-containers' },
      { about: 'The instance before the last restart', line: 'logs -p deploy/recommendations' },
    ],
    load: async () => (await import('../logs/logs.ts')).logsCommand,
  },
  {
    name: 'api-resources',
    group: 'Other Commands',
    summary: 'Print the supported API resources on the server',
    usage: '',
    examples: [
      { about: 'The resources of one group', line: 'api-resources --api-group=apps' },
      { about: 'Names of those that are not in a namespace', line: 'api-resources --namespaced=false -o name' },
    ],
    load: async () => (await import('../api-resources.ts')).apiResourcesCommand,
  },
  {
    name: 'api-versions',
    group: 'Other Commands',
    summary: 'Print the supported API versions on the server, in the form of "group/version"',
    usage: '',
    load: async () => (await import('../api-versions.ts')).apiVersionsCommand,
  },
  {
    name: 'version',
    group: 'Other Commands',
    summary: 'Print the client and server version information',
    usage: '[--client] [-o json|yaml]',
    load: async () => (await import('../version.ts')).versionCommand,
  },
];
