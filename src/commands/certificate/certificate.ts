import type { KubeObject } from '../../api/meta.ts';
import type { ResourceInfo } from '../../api/resource.ts';
import { isApiError } from '../../api/status.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { KctlError } from '../../lib/errors.ts';
import { type CommandContext, defineCommand } from '../command.ts';
import { throwCollected } from '../shared/errors.ts';
import { type FileOptions, readFileOptions } from '../shared/file-options.ts';
import { readManifests } from '../shared/manifests.ts';
import { getNamed, resolveNames } from '../shared/named-objects.ts';
import { objectFormats, type ResultOutput } from '../shared/output-format.ts';
import { fileFlags, printFlags } from '../shared/print-flags.ts';
import { readResultOutput, resultPrinter } from '../shared/result-printer.ts';

interface CertificateOptions {
  names: readonly string[];
  files: FileOptions;
  force: boolean;
  output: ResultOutput;
}

/** What a verb says of a request. */
interface Verdict {
  /** Of the condition, and of the one that must not be there. */
  type: 'Approved' | 'Denied';
  contrary: 'Approved' | 'Denied';
  /** As the success line has it. */
  operation: string;
  reason: string;
  /** The verb: part of the message that is kept with the request. */
  verb: string;
}

const approved: Verdict = {
  ...{ type: 'Approved', contrary: 'Denied', operation: 'approved' },
  ...{ reason: 'KubectlApprove', verb: 'approve' },
};
const denied: Verdict = {
  ...{ type: 'Denied', contrary: 'Approved', operation: 'denied' },
  ...{ reason: 'KubectlDeny', verb: 'deny' },
};

export const approveCommand = verdictCommand(approved);
export const denyCommand = verdictCommand(denied);

/** Others may write the request at the same time. */
const attempts = 10;

function verdictCommand(verdict: Verdict) {
  return defineCommand<CertificateOptions>({
    flags: [
      ...fileFlags('the requests'),
      {
        name: 'force',
        type: 'bool',
        default: false,
        describe: `Write it again where it is ${verdict.operation} already.`,
      },
      ...printFlags(objectFormats.join(', ')),
    ],
    async complete(invocation) {
      const { flags } = invocation;
      const output = readResultOutput(flags);
      return {
        names: invocation.args,
        files: await readFileOptions(flags),
        force: flags.force === true,
        output,
      };
    },
    validate({ names, files }) {
      const hasFiles = files.filenames.length > 0 || files.kustomize !== '';
      if (names.length === 0 && !hasFiles) {
        throw new KctlError('usage', 'one or more CSRs must be specified as <name> or -f <filename>');
      }
      if (names.length > 0 && hasFiles) {
        throw new KctlError('usage', 'resource/name arguments cannot be provided when a path is specified');
      }
    },
    async run(options, context) {
      const cluster = await context.connect();
      const printer = await resultPrinter(options.output, 'none', context.io);
      const errors: unknown[] = [];
      let found = 0;
      for await (const item of requests(options, cluster, context)) {
        try {
          if (item instanceof KctlError) throw item;
          await judge(item, verdict, options.force, cluster, context.signal);
          found++;
          printer.print(item.resource, item.object, verdict.operation);
        } catch (error) {
          if (!(error instanceof KctlError) || context.signal.aborted) throw error;
          errors.push(error);
        }
      }
      throwCollected(errors);
      if (found === 0) context.io.stdout.write('No resources found\n');
    },
  });
}

interface Request {
  resource: ResourceInfo;
  object: KubeObject;
}

async function* requests(
  { names, files }: CertificateOptions,
  cluster: Cluster,
  { io, signal }: CommandContext,
): AsyncGenerator<Request | KctlError> {
  for (const one of await resolveNames('certificatesigningrequests', names, cluster.discovery)) {
    if (one.resource.namespaced) {
      throw new KctlError('usage', 'namespace may not be empty when retrieving a resource by name');
    }
    yield await found(one.resource, one.name, cluster, signal);
  }
  if (names.length > 0) return;
  for await (const item of readManifests({ ...files, io, signal }, cluster)) {
    if (item instanceof KctlError) yield item;
    else if (item.resource.namespaced) {
      const { group, version, plural } = item.resource;
      const name = JSON.stringify(item.object.metadata.name);
      const resource = `${group}/${version}, Resource=${plural}`;
      yield new KctlError('usage', `no namespace set on resource ${resource} ${name}`);
    } else yield await found(item.resource, item.object.metadata.name ?? '', cluster, signal);
  }
}

async function found(
  resource: ResourceInfo,
  name: string,
  cluster: Cluster,
  signal: AbortSignal,
): Promise<Request | KctlError> {
  try {
    return { resource, object: await getNamed({ resource, name }, cluster, signal) };
  } catch (error) {
    if (error instanceof KctlError && error.code === 'api') return error;
    throw error;
  }
}

/** Writes the verdict through the approval subresource. */
async function judge(
  { resource, object }: Request,
  verdict: Verdict,
  force: boolean,
  { transport }: Cluster,
  signal: AbortSignal,
): Promise<void> {
  if (resource.group !== 'certificates.k8s.io' || resource.kind !== 'CertificateSigningRequest') {
    const got = resource.group ? `${resource.kind}.${resource.group}` : resource.kind;
    const wanted = 'CertificateSigningRequest.certificates.k8s.io';
    throw new KctlError('usage', `can only handle ${wanted} objects, got ${got}`);
  }
  const name = encodeURIComponent(object.metadata.name ?? '');
  const path = `/apis/certificates.k8s.io/v1/certificatesigningrequests/${name}`;
  for (let attempt = 0; ; attempt++) {
    const request = await transport.json<KubeObject>({ method: 'GET', path, signal });
    const isWritten = addCondition(request, verdict);
    if (!isWritten && !force) return;
    try {
      await transport.json({ method: 'PUT', path: `${path}/approval`, body: JSON.stringify(request), signal });
      return;
    } catch (error) {
      if (!isApiError(error, 'Conflict') || attempt >= attempts) throw error;
    }
  }
}

/** @returns false where it is there already. @throws KctlError for the contrary */
function addCondition(request: KubeObject, { type, contrary, reason, verb }: Verdict): boolean {
  const conditions: { type: string }[] = request.status?.conditions ?? [];
  if (conditions.some((condition) => condition.type === contrary)) {
    const name = JSON.stringify(request.metadata.name);
    throw new KctlError('input', `certificate signing request ${name} is already ${contrary}`);
  }
  if (conditions.some((condition) => condition.type === type)) return false;
  const condition = {
    ...{ type, status: 'True', reason },
    message: `This CSR was ${verb === 'deny' ? 'denied' : 'approved'} by kubectl certificate ${verb}.`,
    lastUpdateTime: `${new Date().toISOString().slice(0, 19)}Z`,
  };
  request.status = { ...request.status, conditions: [...conditions, condition] };
  return true;
}
