import { isAbsolute, join } from 'node:path';
import { failed } from '../failure.ts';
import { plainData } from '../kustomization/read.ts';
import type { Resource } from '../resource/resource.ts';
import type { PluginContext } from './builtin.ts';

interface Mount {
  type?: string;
  src?: string;
  dst?: string;
  rw?: boolean;
}

/** How a function runs: in a container of `image`. */
interface FunctionSpec {
  image: string;
  network: boolean;
  mounts: readonly Mount[];
  env: readonly string[];
}

interface LooseSpec {
  container?: { image?: string; network?: boolean; mounts?: Mount[]; envs?: string[] };
}

/** The first that is there counts. */
const ANNOTATIONS = ['config.kubernetes.io/function', 'config.k8s.io/function'];
const IMAGE_ANNOTATION = 'config.kubernetes.io/container';

/** What a configuration says of its function; undefined where it is not about one. */
export function functionSpec(config: Resource): FunctionSpec | undefined {
  const annotations = config.annotations();
  const text = ANNOTATIONS.map((name) => annotations[name]).find((value) => value);
  const image = annotations[IMAGE_ANNOTATION];
  if (text === undefined) return image ? { image, network: false, mounts: [], env: [] } : undefined;
  const { container = {} } = (plainData(text) ?? {}) as LooseSpec;
  const { network = false, mounts = [], envs = [] } = container;
  return { image: container.image ?? '', network, mounts, env: envs };
}

/** `type=bind,src=a,dst=b,rw=true` */
function parseMount(text: string): Mount {
  const values = new Map(text.split(',').map((pair) => pair.split(/=(.*)/s) as [string, string]));
  return {
    type: values.get('type') ?? '',
    src: values.get('src') ?? values.get('source') ?? '',
    dst: values.get('dst') ?? values.get('target') ?? '',
    rw: values.get('rw') === 'true',
  };
}

/** Runs a function by docker, as kustomize does, and gives what it wrote. @throws KctlError `input` */
export async function runContainer(
  spec: FunctionSpec,
  input: string,
  { loader, settings }: PluginContext,
): Promise<string> {
  const given = settings.functions!;
  if (spec.image === '') throw failed("couldn't execute function: no container image is named");
  if (spec.network && !given.network) {
    throw failed(`couldn't execute function: network required but not enabled with --network`);
  }
  const user = given.asCurrentUser ? `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}` : 'nobody';
  const mounts = given.mounts.map(parseMount).map(({ type, src = '', dst, rw }) => {
    const source = isAbsolute(src) ? src : join(loader.root, src);
    return `type=${type},source=${source},target=${dst}${rw ? '' : ',readonly'}`;
  });
  const args = [
    ...['run', '--rm', '-i', '-a', 'STDIN', '-a', 'STDOUT', '-a', 'STDERR'],
    ...['--network', spec.network ? 'host' : 'none', '--user', user, '--security-opt=no-new-privileges'],
    ...mounts.flatMap((mount) => ['--mount', mount]),
    ...environment([...spec.env, ...given.env]),
    spec.image,
  ];
  const { stdout, stderr, failure } = await loader.host.run('docker', args, { input });
  if (failure !== undefined) throw failed(`couldn't execute function: ${failure} ${stderr}`.trimEnd());
  return stdout;
}

/** Those with a value come first and sorted, those that docker takes from its own environment after them. */
function environment(given: readonly string[]): string[] {
  const values = new Map([
    ['LOG_TO_STDERR', 'true'],
    ['STRUCTURED_RESULTS', 'true'],
  ]);
  const names = new Set<string>();
  for (const entry of given) {
    const equals = entry.indexOf('=');
    if (equals < 0) names.add(entry);
    else values.set(entry.slice(0, equals), entry.slice(equals + 1));
  }
  const sorted = [...values].sort(([a], [b]) => (a < b ? -1 : 1));
  return [...sorted.map(([name, value]) => `${name}=${value}`), ...names].flatMap((entry) => ['-e', entry]);
}
