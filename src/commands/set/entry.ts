import type { CommandEntry } from '../command.ts';

const group = 'Available Commands';

/** `kctl set ...`, as help and dispatch see it. */
export const setEntry: CommandEntry = {
  name: 'set',
  group: 'Basic Commands (Beginner)',
  summary: 'Set specific features on objects',
  usage: 'SUBCOMMAND',
  examples: [
    { about: 'Another image for a container', line: 'set image deploy/web web=nginx:1.27' },
    { about: 'A variable for every container', line: 'set env deploy/web MODE=slow' },
  ],
  subcommands: [
    {
      name: 'env',
      group,
      summary: 'Update environment variables on a pod template',
      usage: 'RESOURCE/NAME KEY_1=VAL_1 ... KEY_N=VAL_N',
      examples: [
        { about: 'Set a variable', line: 'set env deployment/web MODE=slow' },
        { about: 'Take it away', line: 'set env deployment/web MODE-' },
        { about: 'See the variables of every deployment', line: 'set env deployments --all --list' },
        { about: 'From the keys of a config map', line: 'set env --from=configmap/settings --prefix=APP_ deploy/web' },
      ],
      load: async () => (await import('./env.ts')).setEnvCommand,
    },
    {
      name: 'image',
      group,
      summary: 'Update the image of a pod template',
      usage: '(-f FILENAME | TYPE NAME) CONTAINER_NAME_1=CONTAINER_IMAGE_1 ... CONTAINER_NAME_N=CONTAINER_IMAGE_N',
      examples: [
        { about: 'Of one container', line: 'set image deployment/web web=nginx:1.27' },
        { about: 'Of all containers', line: "set image deployment/web '*=nginx:1.27'" },
        { about: 'In a file, without a cluster', line: 'set image -f web.yaml web=nginx:1.27 --local -o yaml' },
      ],
      load: async () => (await import('./image.ts')).setImageCommand,
    },
    {
      name: 'resources',
      group,
      summary: 'Update resource requests/limits on objects with pod templates',
      usage: '(-f FILENAME | TYPE NAME)  ([--limits=LIMITS & --requests=REQUESTS]',
      examples: [
        { about: 'A limit for one container', line: 'set resources deployment web -c=web --limits=cpu=200m' },
        {
          about: 'Requests and limits of all containers',
          line: 'set resources deployment web --requests=cpu=50m,memory=32Mi --limits=memory=64Mi',
        },
      ],
      load: async () => (await import('./resources.ts')).setResourcesCommand,
    },
    {
      name: 'selector',
      group,
      summary: 'Set the selector on a resource',
      usage: '(-f FILENAME | TYPE NAME) EXPRESSIONS [--resource-version=version]',
      examples: [
        { about: 'Send the traffic of a service elsewhere', line: "set selector service web 'app=web,tier=front'" },
      ],
      load: async () => (await import('./selector.ts')).setSelectorCommand,
    },
    {
      name: 'serviceaccount',
      aliases: ['sa'],
      group,
      summary: 'Update the service account of a resource',
      usage: '(-f FILENAME | TYPE NAME) SERVICE_ACCOUNT',
      examples: [{ about: 'Run the pods of a deployment as robot', line: 'set serviceaccount deployment web robot' }],
      load: async () => (await import('./service-account.ts')).setServiceAccountCommand,
    },
    {
      name: 'subject',
      group,
      summary: 'Update the user, group, or service account in a role binding or cluster role binding',
      usage:
        '(-f FILENAME | TYPE NAME) [--user=username] [--group=groupname] [--serviceaccount=namespace:serviceaccountname] [--dry-run=server|client|none]',
      examples: [{ about: 'Bind one more user', line: 'set subject rolebinding ci --user=ann' }],
      load: async () => (await import('./subject.ts')).setSubjectCommand,
    },
  ],
};
