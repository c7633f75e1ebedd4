import { changeStanza, loadForEdit, stanzaFile } from '../../kube/kubeconfig/edit.ts';
import type { ClusterEntry } from '../../kube/kubeconfig/model.ts';
import { KctlError } from '../../lib/errors.ts';
import { defineCommand, type Invocation } from '../command.ts';
import { HelpError } from '../shared/errors.ts';
import { kubeconfigOptions } from '../shared/kubeconfig-options.ts';
import { base64File, pathFor, requireFile } from './local-file.ts';

type SetClusterOptions = Pick<Invocation, 'flags' | 'given'> & { name: string };

/** `kctl config set-cluster NAME`. */
export const setClusterCommand = defineCommand<SetClusterOptions>({
  flags: [
    {
      name: 'certificate-authority',
      type: 'string',
      default: '',
      describe: "File with the certificate of the cluster's certificate authority.",
    },
    { name: 'embed-certs', type: 'bool', default: false, describe: 'Keep the content of the file, not its path.' },
    {
      name: 'insecure-skip-tls-verify',
      type: 'bool',
      default: false,
      describe: "Do not check the server's certificate.",
    },
    { name: 'proxy-url', type: 'string', default: '', describe: 'The proxy to reach the cluster through.' },
    { name: 'server', type: 'string', default: '', describe: 'The address of the API server.' },
    { name: 'tls-server-name', type: 'string', default: '', describe: "The name in the server's certificate." },
  ],
  complete({ args, flags, given }) {
    if (args.length !== 1) throw new HelpError(`Unexpected args: [${args.join(' ')}]`);
    return { name: args[0]!, flags, given };
  },
  validate({ name, flags }, { io }) {
    const ca = String(flags['certificate-authority']);
    if (name === '') throw new KctlError('usage', 'you must specify a non-empty cluster name');
    if (flags['insecure-skip-tls-verify'] === true && ca !== '') {
      throw new KctlError('usage', 'you cannot specify a certificate authority and insecure mode at the same time');
    }
    if (flags['embed-certs'] !== true) return;
    if (ca === '') throw new KctlError('usage', 'you must specify a --certificate-authority to embed');
    requireFile('certificate-authority', ca, io.cwd);
  },
  async run({ name, flags, given }, context) {
    const { cwd } = context.io;
    const config = await loadForEdit(await kubeconfigOptions(context));
    const file = stanzaFile(config, 'clusters', name);
    await changeStanza(config, 'clusters', name, (cluster) => changed(cluster, { flags, given }, cwd, file));
    context.io.stdout.write(`Cluster ${JSON.stringify(name)} set.\n`);
  },
});

/** @param file the kubeconfig: paths in its folder are written relative to it */
function changed(
  before: ClusterEntry,
  { flags, given }: Pick<Invocation, 'flags' | 'given'>,
  cwd: string,
  file: string,
): ClusterEntry {
  const cluster = { ...before };
  if (given.has('server')) {
    cluster.server = String(flags.server);
    // The name was that of the old server.
    cluster['tls-server-name'] = '';
  }
  if (given.has('tls-server-name')) cluster['tls-server-name'] = String(flags['tls-server-name']);
  if (given.has('insecure-skip-tls-verify')) {
    cluster['insecure-skip-tls-verify'] = flags['insecure-skip-tls-verify'] === true;
    if (cluster['insecure-skip-tls-verify']) {
      cluster['certificate-authority'] = '';
      cluster['certificate-authority-data'] = '';
    }
  }
  if (given.has('certificate-authority')) {
    const path = String(flags['certificate-authority']);
    const embed = flags['embed-certs'] === true;
    cluster['certificate-authority'] = embed ? '' : pathFor(path, cwd, file);
    cluster['certificate-authority-data'] = embed ? base64File(path, cwd) : '';
    cluster['insecure-skip-tls-verify'] = false;
  }
  if (given.has('proxy-url')) cluster['proxy-url'] = String(flags['proxy-url']);
  return cluster;
}
