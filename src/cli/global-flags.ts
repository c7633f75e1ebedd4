import type { FlagSpec } from '../commands/command.ts';

/** Flags that every command takes; names, types and defaults are kubectl's. */
export const globalFlags: readonly FlagSpec[] = [
  text('as', 'Username to impersonate for the operation: a user or a service account in a namespace.'),
  {
    name: 'as-group',
    type: 'stringArray',
    default: [],
    describe: 'Group to impersonate; repeat the flag for several groups.',
  },
  text('as-uid', 'UID to impersonate for the operation.'),
  {
    name: 'as-user-extra',
    type: 'stringArray',
    default: [],
    own: true,
    describe: 'User extras to impersonate, as key=value; repeat the flag for several.',
  },
  text('cache-dir', 'Folder of the discovery cache.'),
  text('certificate-authority', 'File with the certificate of the certificate authority.'),
  text('client-certificate', 'File with a client certificate for TLS.'),
  text('client-key', 'File with a client key for TLS.'),
  text('cluster', 'The kubeconfig cluster to use.'),
  {
    ...text(
      'confirm-context',
      'The name of a protected context, in place of typing it: what changes objects there asks for it.',
    ),
    own: true,
  },
  text('context', 'The kubeconfig context to use.'),
  bool('disable-compression', 'Ask the server for uncompressed answers.'),
  bool('insecure-skip-tls-verify', "Do not check the server's certificate; the connection is then not secure."),
  text('kubeconfig', 'The kubeconfig file to use.'),
  text('kuberc', 'The file with your aliases and defaults; KUBERC=off turns them off.'),
  { name: 'log-flush-frequency', type: 'duration', default: '5s', describe: 'Accepted for kubectl; has no effect.' },
  bool('match-server-version', 'Refuse a server of another version than the client.'),
  { ...text('namespace', 'The namespace of this request.'), short: 'n' },
  text('password', 'Password for basic authentication.'),
  { ...text('profile', 'A profile of this run: none, cpu or heap, in the formats of V8.'), default: 'none' },
  { ...text('profile-output', 'The file for the profile.'), default: 'profile.pprof' },
  {
    name: 'request-timeout',
    type: 'string',
    default: '0',
    describe: 'How long to wait for one request, with a unit (1s, 2m, 3h); 0 is without limit.',
  },
  { ...text('server', 'The address and port of the Kubernetes API server.'), short: 's' },
  text('tls-server-name', 'The name to expect in the certificate of the server, where it is not the host name.'),
  text('token', 'Bearer token for authentication.'),
  text('user', 'The kubeconfig user to use.'),
  text('username', 'Username for basic authentication.'),
  {
    name: 'v',
    short: 'v',
    type: 'int',
    default: 0,
    describe: 'How much to log: 6 requests, 7 headers, 8 bodies and stack traces.',
  },
  text('vmodule', 'Accepted for kubectl; has no effect.'),
  bool('warnings-as-errors', 'Treat warnings of the server as errors: exit with 1.'),
];

/** Those that somebody knows who calls the program by this name: `kubectl` has none that only kctl has. */
export const globalFlagsOf = (tool: string): readonly FlagSpec[] =>
  tool === 'kubectl' ? globalFlags.filter(({ own }) => !own) : globalFlags;

/** On every command beside the global ones. */
export const helpFlag: FlagSpec = {
  name: 'help',
  short: 'h',
  type: 'bool',
  default: false,
  describe: 'Show help for the command.',
};

function text(name: string, describe: string): FlagSpec {
  return { name, type: 'string', default: '', describe };
}

function bool(name: string, describe: string): FlagSpec {
  return { name, type: 'bool', default: false, describe };
}
