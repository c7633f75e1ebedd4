import type { Causes } from './causes.ts';
import { checkName, checkRequired, type Fields } from './checks.ts';
import { dnsLabel, dnsSubdomain } from './names.ts';
import { persistentSources, podSources, type SourceRule, type VolumeContext } from './volume-sources.ts';

/** The volumes of pods. Source: Kubernetes pkg/apis/core/validation/validation.go. */

/** Sources whose messages have other names than their fields. */
const shownAs: Readonly<Record<string, string>> = { gcePersistentDisk: 'persistentDisk' };
const refusedAs: Readonly<Record<string, string>> = { cephfs: 'cephFS', downwardAPI: 'downwarAPI' };

/** One source of those in `rules`, and no more. Calls `each` for the source that counts. */
export function checkSources(
  causes: Causes,
  at: string,
  fields: Fields,
  rules: Readonly<Record<string, SourceRule>>,
  context: VolumeContext,
  each?: (source: string) => void,
): void {
  let found = 0;
  for (const source in rules) {
    const value = fields[source];
    if (value === undefined || value === null) continue;
    if (found > 0 && !(rules === persistentSources && source === 'flexVolume'))
      causes.forbidden(`${at}.${refusedAs[source] ?? source}`, 'may not specify more than 1 volume type');
    else {
      rules[source]!(causes, `${at}.${shownAs[source] ?? source}`, value, context);
      each?.(source);
    }
    found++;
  }
  if (found === 0) causes.required(at, 'must specify a volume type');
}

/** What the template of a claim in an ephemeral volume is checked by; claims.ts knows. */
export type ClaimCheck = (causes: Causes, path: string, template: Fields) => void;

/** The volumes of a pod; gives those that containers can mount, by name. */
export function checkVolumes(
  causes: Causes,
  path: string,
  volumes: readonly Fields[],
  pod: string,
  checkClaim: ClaimCheck,
  isTemplate: boolean,
): Map<string, Fields> {
  const good = new Map<string, Fields>();
  if (volumes.length === 0) return good;
  const made = new Set<string>();
  if (pod) for (const volume of volumes) if (volume.ephemeral) made.add(`${pod}-${volume.name}`);
  for (const [index, volume] of volumes.entries()) {
    const at = `${path}[${index}]`;
    const before = causes.list.length;
    const name = String(volume.name ?? '');
    checkSources(causes, at, volume, podSources, { name, pod, isTemplate }, (source) => {
      if (source === 'ephemeral') checkEphemeral(causes, at, volume, pod, checkClaim);
    });
    if (checkRequired(causes, `${at}.name`, name)) checkName(causes, `${at}.name`, name, dnsLabel);
    if (good.has(name)) causes.duplicate(`${at}.name`, name);
    if (causes.list.length === before) good.set(name, volume);
    const claim = volume.persistentVolumeClaim?.claimName;
    if (claim && made.has(claim)) {
      const at2 = `${at}.persistentVolumeClaim.claimName`;
      causes.invalid(at2, claim, 'must not reference a PVC that gets created for an ephemeral volume');
    }
  }
  return good;
}

function checkEphemeral(causes: Causes, at: string, volume: Fields, pod: string, checkClaim: ClaimCheck): void {
  const template = volume.ephemeral.volumeClaimTemplate;
  if (template) checkClaim(causes, `${at}.ephemeral.volumeClaimTemplate`, template);
  else causes.required(`${at}.ephemeral.volumeClaimTemplate`);
  if (!pod || !volume.name) return;
  const claim = `${pod}-${volume.name}`;
  for (const complaint of dnsSubdomain(claim)) {
    causes.invalid(`${at}.name`, volume.name, `PVC name ${JSON.stringify(claim)}: ${complaint}`);
  }
}
