import type { OpenApiDocument } from '../../api/openapi/document.ts';
import { parseApiVersion, type ResourceInfo } from '../../api/resource.ts';
import { ApiStatusError } from '../../api/status.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { KctlError } from '../../lib/errors.ts';
import { escapeTerminalLines } from '../../lib/escape.ts';
import { defineCommand } from '../command.ts';
import { findType } from './find-type.ts';
import type { SwaggerDocument } from './old-plain-text.ts';
import { explainPlainly, type TypeName } from './plain-text.ts';

interface ExplainOptions {
  args: readonly string[];
  recursive: boolean;
  /** '' is the preferred one. */
  apiVersion: string;
  output: string;
}

/** `kctl explain`: what the server says of a type and its fields. */
export const explainCommand = defineCommand<ExplainOptions>({
  flags: [
    { name: 'api-version', type: 'string', default: '', describe: 'The group and version to explain: apps/v1.' },
    {
      name: 'output',
      short: 'o',
      type: 'string',
      default: 'plaintext',
      describe: 'Output format. One of: (plaintext, plaintext-openapiv2).',
    },
    {
      name: 'recursive',
      type: 'bool',
      default: false,
      describe: 'Print the names of all fields, without their words.',
    },
  ],
  complete: (invocation) => ({
    args: invocation.args,
    recursive: invocation.flags.recursive === true,
    apiVersion: String(invocation.flags['api-version']),
    output: String(invocation.flags.output),
  }),
  validate({ args }, { tool }) {
    if (args.length === 0) {
      const message = `You must specify the type of resource to explain. Use "${tool} api-resources" for a complete list of supported resources.`;
      throw new KctlError('usage', message);
    }
    if (args.length > 1) throw new KctlError('usage', 'We accept only this format: explain RESOURCE');
  },
  async run({ args, recursive, apiVersion, output }, { connect, io, signal }) {
    const cluster = await connect();
    const { resource, path } = await findType(args[0] ?? '', apiVersion === '', cluster.discovery);
    const type: TypeName = { ...resource, ...(apiVersion === '' ? {} : parseApiVersion(apiVersion)) };
    const index = output === 'plaintext-openapiv2' ? undefined : await readIndex(cluster, signal);
    if (!index && (output === 'plaintext' || output === 'plaintext-openapiv2')) {
      io.stdout.write(escapeTerminalLines(await byOldDocument(resource, type, path, recursive, cluster, signal)));
      return;
    }
    const document = await readDocument(index ?? {}, type, cluster, signal);
    if (output !== 'plaintext') throw new KctlError('usage', `unrecognized format: ${output}`);
    const { head, body } = explainPlainly(document, type, path, recursive);
    io.stdout.write(escapeTerminalLines(head + (body ?? '')));
    if (body === undefined) throw new KctlError('input', `field "${path.at(-1)}" does not exist`);
  },
});

type Index = Readonly<Record<string, { serverRelativeURL: string } | undefined>>;

/** Where the documents are; undefined where the server has only the older one. */
async function readIndex({ transport }: Cluster, signal: AbortSignal): Promise<Index | undefined> {
  try {
    return (await transport.json<{ paths?: Index }>({ method: 'GET', path: '/openapi/v3', signal })).paths;
  } catch (error) {
    if (error instanceof ApiStatusError) return undefined;
    throw error;
  }
}

async function readDocument(
  index: Index,
  { group, version, plural }: TypeName,
  { transport }: Cluster,
  signal: AbortSignal,
): Promise<OpenApiDocument> {
  const place = index[group ? `apis/${group}/${version}` : `api/${version}`]?.serverRelativeURL;
  if (place === undefined) {
    throw new KctlError('input', `couldn't find resource for "${group}/${version}, Resource=${plural}"`);
  }
  const [path = '', search = ''] = place.split('?');
  const query = Object.fromEntries(new URLSearchParams(search));
  return transport.json<OpenApiDocument>({ method: 'GET', path, query, signal });
}

async function byOldDocument(
  { kind }: ResourceInfo,
  { group, version }: TypeName,
  path: readonly string[],
  recursive: boolean,
  { transport }: Cluster,
  signal: AbortSignal,
): Promise<string> {
  const { explainByOldDocument } = await import('./old-plain-text.ts');
  const document = await transport.json<SwaggerDocument>({ method: 'GET', path: '/openapi/v2', signal });
  return explainByOldDocument(document, { group, version, kind }, path, recursive);
}
