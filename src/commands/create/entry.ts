import type { CommandEntry } from '../command.ts';

const group = 'Available Commands';

const secretEntry: CommandEntry = {
  name: 'secret',
  group,
  summary: 'Create a secret using a specified subcommand',
  usage: '(docker-registry | generic | tls)',
  subcommands: [
    {
      name: 'docker-registry',
      group,
      summary: 'Create a secret for use with a Docker registry',
      usage:
        'NAME --docker-username=user --docker-password=password --docker-email=email [--docker-server=string] [--from-file=[key=]source] [--dry-run=server|client|none]',
      examples: [
        {
          about: 'An account of a registry',
          line: 'create secret docker-registry hub --docker-server=registry.example.com --docker-username=me --docker-password=secret',
        },
      ],
      load: async () => (await import('./secret-docker-registry.ts')).createDockerRegistrySecretCommand,
    },
    {
      name: 'generic',
      group,
      summary: 'Create a secret from a local file, directory, or literal value',
      usage:
        'NAME [--type=string] [--from-file=[key=]source] [--from-literal=key1=value1] [--dry-run=server|client|none]',
      examples: [
        { about: 'Two values', line: 'create secret generic login --from-literal=user=me --from-literal=pass=x' },
      ],
      load: async () => (await import('./secret.ts')).createGenericSecretCommand,
    },
    {
      name: 'tls',
      group,
      summary: 'Create a TLS secret',
      usage: 'NAME --cert=path/to/cert/file --key=path/to/key/file [--dry-run=server|client|none]',
      examples: [{ about: 'A certificate and its key', line: 'create secret tls web --cert=tls.crt --key=tls.key' }],
      load: async () => (await import('./secret-tls.ts')).createTlsSecretCommand,
    },
  ],
};

const serviceEntry: CommandEntry = {
  name: 'service',
  aliases: ['svc'],
  group,
  summary: 'Create a service using a specified subcommand',
  usage: '(clusterip | externalname | loadbalancer | nodeport)',
  subcommands: [
    {
      name: 'clusterip',
      group,
      summary: 'Create a ClusterIP service',
      usage: 'NAME [--tcp=<port>:<targetPort>] [--dry-run=server|client|none]',
      examples: [
        {
          about: 'Port 80, which leads to port 8080 of the pods',
          line: 'create service clusterip hello --tcp=80:8080',
        },
        { about: 'Without an address of its own', line: 'create service clusterip hello-pods --clusterip=None' },
      ],
      load: async () => (await import('./service.ts')).createClusterIpCommand,
    },
    {
      name: 'externalname',
      group,
      summary: 'Create an ExternalName service',
      usage: 'NAME --external-name external.name [--dry-run=server|client|none]',
      examples: [{ about: 'A name outside', line: 'create service externalname db --external-name db.example.com' }],
      load: async () => (await import('./service.ts')).createExternalNameCommand,
    },
    {
      name: 'loadbalancer',
      group,
      summary: 'Create a LoadBalancer service',
      usage: 'NAME [--tcp=port:targetPort] [--dry-run=server|client|none]',
      examples: [
        { about: 'With an address from outside', line: 'create service loadbalancer hello-world --tcp=80:8080' },
      ],
      load: async () => (await import('./service.ts')).createLoadBalancerCommand,
    },
    {
      name: 'nodeport',
      group,
      summary: 'Create a NodePort service',
      usage: 'NAME [--tcp=port:targetPort] [--dry-run=server|client|none]',
      examples: [{ about: 'A port on every node', line: 'create service nodeport hello-nodes --tcp=80:8080' }],
      load: async () => (await import('./service.ts')).createNodePortCommand,
    },
  ],
};

const workloadEntries: readonly CommandEntry[] = [
  {
    name: 'cronjob',
    aliases: ['cj'],
    group,
    summary: 'Create a cron job with the specified name',
    usage: "NAME --image=image --schedule='0/5 * * * ?' -- [COMMAND] [args...]",
    examples: [
      { about: 'Once a minute', line: "create cronjob hello --image=busybox --schedule='*/1 * * * *' -- date" },
    ],
    load: async () => (await import('./workloads.ts')).createCronJobCommand,
  },
  {
    name: 'deployment',
    aliases: ['deploy'],
    group,
    summary: 'Create a deployment with the specified name',
    usage: 'NAME --image=image -- [COMMAND] [args...]',
    examples: [
      { about: 'Three pods of an image', line: 'create deployment hello --image=nginx --replicas=3' },
      { about: 'With a command of its own', line: 'create deployment box --image=busybox -- sleep 3600' },
    ],
    load: async () => (await import('./workloads.ts')).createDeploymentCommand,
  },
  {
    name: 'job',
    group,
    summary: 'Create a job with the specified name',
    usage: 'NAME --image=image [--from=cronjob/name] -- [COMMAND] [args...]',
    examples: [
      { about: 'Run a command once', line: 'create job once --image=busybox -- date' },
      { about: 'Run a cron job now', line: 'create job now --from=cronjob/report' },
    ],
    load: async () => (await import('./job.ts')).createJobCommand,
  },
];

const accessEntries: readonly CommandEntry[] = [
  {
    name: 'clusterrole',
    group,
    summary: 'Create a cluster role',
    usage: 'NAME --verb=verb --resource=resource.group [--resource-name=resourcename] [--dry-run=server|client|none]',
    examples: [
      { about: 'Look at pods', line: 'create clusterrole pod-reader --verb=get,list,watch --resource=pods' },
      {
        about: 'Take the rules of other roles together',
        line: 'create clusterrole all --aggregation-rule=example.com/part=true',
      },
    ],
    load: async () => (await import('./roles.ts')).createClusterRoleCommand,
  },
  {
    name: 'clusterrolebinding',
    group,
    summary: 'Create a cluster role binding for a particular cluster role',
    usage:
      'NAME --clusterrole=NAME [--user=username] [--group=groupname] [--serviceaccount=namespace:serviceaccountname] [--dry-run=server|client|none]',
    examples: [{ about: 'Bind a user', line: 'create clusterrolebinding ann-views --clusterrole=view --user=ann' }],
    load: async () => (await import('./bindings.ts')).createClusterRoleBindingCommand,
  },
  {
    name: 'role',
    group,
    summary: 'Create a role with single rule',
    usage:
      'NAME --verb=verb --resource=resource.group/subresource [--resource-name=resourcename] [--dry-run=server|client|none]',
    examples: [{ about: 'Look at pods', line: 'create role pod-reader --verb=get,list,watch --resource=pods' }],
    load: async () => (await import('./roles.ts')).createRoleCommand,
  },
  {
    name: 'rolebinding',
    group,
    summary: 'Create a role binding for a particular role or cluster role',
    usage:
      'NAME --clusterrole=NAME|--role=NAME [--user=username] [--group=groupname] [--serviceaccount=namespace:serviceaccountname] [--dry-run=server|client|none]',
    examples: [
      { about: 'Bind a service account', line: 'create rolebinding ci --role=pod-reader --serviceaccount=default:ci' },
    ],
    load: async () => (await import('./bindings.ts')).createRoleBindingCommand,
  },
  {
    name: 'serviceaccount',
    aliases: ['sa'],
    group,
    summary: 'Create a service account with the specified name',
    usage: 'NAME [--dry-run=server|client|none]',
    examples: [{ about: 'An account for a robot', line: 'create serviceaccount ci' }],
    load: async () => (await import('./plain.ts')).createServiceAccountCommand,
  },
  {
    name: 'token',
    group,
    summary: 'Request a service account token',
    usage: 'SERVICE_ACCOUNT_NAME',
    examples: [{ about: 'A token that is good for ten minutes', line: 'create token default --duration=10m' }],
    load: async () => (await import('./token.ts')).createTokenCommand,
  },
];

const policyEntries: readonly CommandEntry[] = [
  {
    name: 'poddisruptionbudget',
    aliases: ['pdb'],
    group,
    summary: 'Create a pod disruption budget with the specified name',
    usage: 'NAME --selector=SELECTOR --min-available=N [--dry-run=server|client|none]',
    examples: [{ about: 'One pod at least', line: 'create pdb web --selector=app=web --min-available=1' }],
    load: async () => (await import('./pod-disruption-budget.ts')).createPodDisruptionBudgetCommand,
  },
  {
    name: 'priorityclass',
    aliases: ['pc'],
    group,
    summary: 'Create a priority class with the specified name',
    usage: 'NAME --value=VALUE --global-default=BOOL [--dry-run=server|client|none]',
    examples: [{ about: 'Before all others', line: 'create priorityclass high --value=1000' }],
    load: async () => (await import('./plain.ts')).createPriorityClassCommand,
  },
  {
    name: 'quota',
    aliases: ['resourcequota'],
    group,
    summary: 'Create a quota with the specified name',
    usage: '[--hard=key1=value1,key2=value2] [--scopes=Scope1,Scope2] [--dry-run=server|client|none]',
    examples: [{ about: 'Ten pods and no more', line: 'create quota fair --hard=pods=100' }],
    load: async () => (await import('./plain.ts')).createQuotaCommand,
  },
];

/** `kctl create ...`, as help and dispatch see it. */
export const createEntry: CommandEntry = {
  name: 'create',
  group: 'Basic Commands (Beginner)',
  summary: 'Create a resource from a file or from stdin',
  usage: '-f FILENAME',
  examples: [
    { about: 'Create what a file holds', line: 'create -f web.yaml' },
    { about: 'Create what comes through a pipe', line: 'cat web.yaml | $tool create -f -' },
  ],
  load: async () => (await import('./create.ts')).createCommand,
  subcommands: [
    {
      name: 'configmap',
      aliases: ['cm'],
      group,
      summary: 'Create a config map from a local file, directory or literal value',
      usage: 'NAME [--from-file=[key=]source] [--from-literal=key1=value1] [--dry-run=server|client|none]',
      examples: [
        { about: 'Two values', line: 'create configmap settings --from-literal=colour=blue --from-literal=size=3' },
        { about: 'Every file of a folder', line: 'create configmap pages --from-file=config/' },
      ],
      load: async () => (await import('./configmap.ts')).createConfigMapCommand,
    },
    ...workloadEntries,
    {
      name: 'ingress',
      aliases: ['ing'],
      group,
      summary: 'Create an ingress with the specified name',
      usage: 'NAME --rule=host/path=service:port[,tls[=secret]]',
      examples: [
        { about: 'Everything of a host', line: 'create ingress web --rule="shop.example.com/*=web:80"' },
        { about: 'With a certificate', line: 'create ingress web-tls --rule="shop.example.com/*=web:80,tls=web-tls"' },
      ],
      load: async () => (await import('./ingress.ts')).createIngressCommand,
    },
    {
      name: 'namespace',
      aliases: ['ns'],
      group,
      summary: 'Create a namespace with the specified name',
      usage: 'NAME [--dry-run=server|client|none]',
      examples: [{ about: 'A place of its own', line: 'create namespace playground' }],
      load: async () => (await import('./plain.ts')).createNamespaceCommand,
    },
    ...policyEntries,
    ...accessEntries,
    secretEntry,
    serviceEntry,
  ],
};
