import type { CommandEntry } from '../command.ts';

const group = 'Available Commands';

const get = () => import('./get-names.ts');
const remove = () => import('./delete.ts');
const protection = () => import('./protect.ts');

/** `kctl config ...` */
export const configEntry: CommandEntry = {
  name: 'config',
  group: 'Other Commands',
  summary: 'Modify kubeconfig files',
  usage: 'SUBCOMMAND',
  examples: [
    { about: 'Work in the namespace shop from now on', line: 'config set-context --current --namespace=shop' },
    { about: 'What the current context uses', line: 'config view --minify' },
  ],
  subcommands: [
    {
      name: 'current-context',
      group,
      summary: 'Display the current-context',
      usage: '',
      load: async () => (await import('./current-context.ts')).currentContextCommand,
    },
    {
      name: 'delete-cluster',
      group,
      summary: 'Delete the specified cluster from the kubeconfig',
      usage: 'NAME',
      complete: { from: 'kubeconfig', list: 'clusters' },
      load: async () => (await remove()).deleteClusterCommand,
    },
    {
      name: 'delete-context',
      group,
      summary: 'Delete the specified context from the kubeconfig',
      usage: 'NAME',
      complete: { from: 'kubeconfig', list: 'contexts' },
      load: async () => (await remove()).deleteContextCommand,
    },
    {
      name: 'delete-user',
      group,
      summary: 'Delete the specified user from the kubeconfig',
      usage: 'NAME',
      complete: { from: 'kubeconfig', list: 'users' },
      load: async () => (await remove()).deleteUserCommand,
    },
    {
      name: 'get-clusters',
      group,
      summary: 'Display clusters defined in the kubeconfig',
      usage: '',
      load: async () => (await get()).getClustersCommand,
    },
    {
      name: 'get-contexts',
      group,
      summary: 'Describe one or many contexts',
      usage: '[NAME ...] [-o name]',
      load: async () => (await import('./get-contexts.ts')).getContextsCommand,
    },
    {
      name: 'get-users',
      group,
      summary: 'Display users defined in the kubeconfig',
      usage: '',
      load: async () => (await get()).getUsersCommand,
    },
    {
      name: 'protect',
      group,
      own: true,
      summary: 'Have changes in a context ask for its name; show which contexts are so',
      usage: '[CONTEXT | PATTERN ...]',
      examples: [
        { about: 'One context', line: 'config protect prod' },
        { about: 'All of a kind', line: "config protect 'prod-*'" },
      ],
      complete: { from: 'kubeconfig', list: 'contexts' },
      load: async () => (await protection()).protectCommand,
    },
    {
      name: 'rename-context',
      group,
      summary: 'Rename a context from the kubeconfig file',
      usage: 'CONTEXT_NAME NEW_NAME',
      complete: { from: 'kubeconfig', list: 'contexts' },
      load: async () => (await import('./rename-context.ts')).renameContextCommand,
    },
    {
      name: 'set',
      group,
      summary: 'Set an individual value in a kubeconfig file',
      usage: 'PROPERTY_NAME PROPERTY_VALUE',
      examples: [
        { about: 'The server of a cluster', line: 'config set clusters.test.server https://1.2.3.4:6443' },
        { about: 'The namespace of a context', line: 'config set contexts.kctl.namespace shop' },
      ],
      load: async () => (await import('./set.ts')).setCommand,
    },
    {
      name: 'set-cluster',
      group,
      summary: 'Set a cluster entry in kubeconfig',
      usage: 'NAME [--server=URL] [--certificate-authority=FILE [--embed-certs]] [--insecure-skip-tls-verify]',
      examples: [
        { about: 'A cluster by its address', line: 'config set-cluster test --server=https://1.2.3.4:6443' },
        {
          about: 'With the certificate in the file',
          line: 'config set-cluster test --certificate-authority=ca.crt --embed-certs',
        },
      ],
      load: async () => (await import('./set-cluster.ts')).setClusterCommand,
    },
    {
      name: 'set-context',
      group,
      summary: 'Set a context entry in kubeconfig',
      usage: '[NAME | --current] [--cluster=NAME] [--user=NAME] [--namespace=NAME]',
      examples: [
        {
          about: 'Make shop the namespace of the current context',
          line: 'config set-context --current --namespace=shop',
        },
      ],
      complete: { from: 'kubeconfig', list: 'contexts' },
      load: async () => (await import('./set-context.ts')).setContextCommand,
    },
    {
      name: 'set-credentials',
      group,
      summary: 'Set a user entry in kubeconfig',
      usage:
        'NAME [--client-certificate=FILE --client-key=FILE [--embed-certs] | --token=TOKEN | --exec-command=PROGRAM]',
      examples: [
        { about: 'A user with a token', line: 'config set-credentials ana --token=secret' },
        {
          about: 'One whose credentials come from a plugin',
          line: 'config set-credentials ana --exec-command=sso --exec-api-version=client.authentication.k8s.io/v1 --exec-interactive-mode=IfAvailable',
        },
      ],
      load: async () => (await import('./set-credentials.ts')).setCredentialsCommand,
    },
    {
      name: 'unprotect',
      group,
      own: true,
      summary: 'Let changes in a context go ahead again',
      usage: 'CONTEXT | PATTERN ...',
      complete: { from: 'kubeconfig', list: 'contexts' },
      load: async () => (await protection()).unprotectCommand,
    },
    {
      name: 'unset',
      group,
      summary: 'Unset an individual value in a kubeconfig file',
      usage: 'PROPERTY_NAME',
      examples: [
        { about: 'No current context', line: 'config unset current-context' },
        { about: 'A context in the default namespace', line: 'config unset contexts.kctl.namespace' },
      ],
      load: async () => (await import('./set.ts')).unsetCommand,
    },
    {
      name: 'use-context',
      aliases: ['use'],
      group,
      summary: 'Set the current-context in a kubeconfig file',
      usage: 'CONTEXT_NAME',
      complete: { from: 'kubeconfig', list: 'contexts' },
      load: async () => (await import('./use-context.ts')).useContextCommand,
    },
    {
      name: 'view',
      group,
      summary: 'Display merged kubeconfig settings or a specified kubeconfig file',
      usage: '[--minify] [--raw] [--flatten] [-o FORMAT]',
      examples: [
        { about: 'Secrets too', line: 'config view --raw' },
        { about: 'One file that others can use', line: 'config view --minify --flatten' },
        {
          about: 'The address of the current cluster',
          line: "config view --minify -o jsonpath='{.clusters[0].cluster.server}'",
        },
      ],
      load: async () => (await import('./view.ts')).viewCommand,
    },
  ],
};
