import { KctlError } from '../../lib/errors.ts';
import type { FlagSpec, FlagValues } from '../command.ts';

/**
 * Flags of `docker build` and `docker buildx build` that kctl does not have, and what to do in their place: a flag that
 * nobody knows would only be called unknown.
 */
const refused: Readonly<Record<string, string>> = {
  'cgroup-parent': 'Steps are put into no cgroup. Run kctl itself in one: systemd-run --scope kctl build.',
  'cpu-period': 'Only the legacy builder of docker limits steps. Run kctl itself under a limit.',
  'cpu-quota': 'Only the legacy builder of docker limits steps. Run kctl itself under a limit.',
  'cpu-shares': 'Only the legacy builder of docker limits steps. Run kctl itself under a limit.',
  'cpuset-cpus': 'Only the legacy builder of docker limits steps: taskset -c 0,1 kctl build.',
  'cpuset-mems': 'Only the legacy builder of docker limits steps. Run kctl itself under a limit.',
  memory: 'Only the legacy builder of docker limits steps. Run kctl itself under a limit.',
  'memory-swap': 'Only the legacy builder of docker limits steps. Run kctl itself under a limit.',
  isolation: 'It is of Windows containers.',
  squash: 'Copy the result into an empty stage: FROM scratch, COPY --from=build / /.',
  stream: 'The context is read where it is.',
  builder: 'There is one builder, on this machine. Its results are in the image store (KCTL_HOME).',
  detach: 'A build ends with its command line. Start it in the background with a shell: kctl build . &',
  policy: 'No policies are evaluated.',
  sbom: 'No list of what is in the image is made. Make one of the image afterwards, with a scanner of your choice.',
};

/** Flags that change nothing here, as what they ask for is so anyway. */
const harmless: Readonly<Record<string, string>> = {
  rm: 'Nothing is left of steps that ran.',
  'force-rm': 'Nothing is left of steps that ran.',
  compress: 'The context is read where it is.',
  'disable-content-trust': 'Images are not signed.',
  debug: 'Failures are told with all that is known.',
};

const shorts: Readonly<Record<string, string>> = { memory: 'm', 'cpu-shares': 'c', debug: 'D' };
/** Values that ask for nothing. */
const nothing: readonly string[] = ['', 'false', '0', 'default'];

export const dockerFlags: readonly FlagSpec[] = [
  ...Object.keys(refused).map(
    (name): FlagSpec => ({
      ...{ name, type: 'string' as const, default: '', hidden: true, describe: 'Of docker; not supported.' },
      ...(name === 'squash' || name === 'stream' || name === 'detach' || name === 'sbom' ? { bare: 'true' } : {}),
      ...(shorts[name] ? { short: shorts[name] } : {}),
    }),
  ),
  ...Object.entries(harmless).map(
    ([name, why]): FlagSpec => ({
      ...{ name, type: 'bool' as const, default: name === 'rm', hidden: true, describe: `Of docker. ${why}` },
      ...(shorts[name] ? { short: shorts[name] } : {}),
    }),
  ),
];

/** @throws KctlError `usage` for a flag that kctl does not have, with what to do in its place */
export function refuseDockerFlags(flags: FlagValues): void {
  for (const [name, hint] of Object.entries(refused)) {
    if (nothing.includes(String(flags[name] ?? ''))) continue;
    throw new KctlError('usage', `--${name} is not supported`, { hint });
  }
}

/**
 * `--attest`, `--provenance`: nothing is attested, so only what asks for nothing is taken.
 * @throws KctlError `usage`
 */
export function refuseAttestations(provenance: string, attest: readonly string[]): void {
  const asked = [
    ...(nothing.includes(provenance) || provenance.includes('disabled=true') ? [] : ['--provenance']),
    ...attest.filter((one) => !/(^|,)disabled=true(,|$)/.test(one)).map((one) => `--attest ${one}`),
  ];
  if (asked.length === 0) return;
  throw new KctlError('usage', `${asked[0]} is not supported: images are made without attestations`, {
    hint: 'Say --provenance=false, as for images that every registry takes.',
  });
}

export const cacheFlags: readonly FlagSpec[] = [
  { name: 'cache-from', type: 'stringArray', hidden: true, describe: 'Of docker; not supported.' },
  { name: 'cache-to', type: 'stringArray', hidden: true, describe: 'Of docker; not supported.' },
];

/** @throws KctlError `usage` */
export function refuseCaches(from: readonly string[], to: readonly string[]): void {
  const asked = from.length > 0 ? '--cache-from' : to.length > 0 ? '--cache-to' : undefined;
  if (asked === undefined) return;
  throw new KctlError('usage', `${asked} is not supported: results of steps are kept in the image store`, {
    hint: 'To have them elsewhere, keep the folder KCTL_HOME/images between builds (kctl builder du says how large it is).',
  });
}
