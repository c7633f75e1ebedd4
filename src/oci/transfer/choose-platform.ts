import { KctlError } from '../../lib/errors.ts';
import { platformText } from '../media-types.ts';
import { isManifestType, type ParsedIndex, type TypedDescriptor } from '../store/manifest.ts';

/** What an architecture is where its variant is not said (containerd, platforms). */
const usualVariants: Readonly<Record<string, string>> = { arm64: 'v8', arm: 'v7' };

/** `linux/arm64/v8` for `arm64`, `linux/arm64` and `linux/aarch64`. @throws KctlError `usage` */
export function platformNamed(text: string): string {
  const parts = text.toLowerCase().split('/');
  if (parts.length > 3 || parts.some((part) => !/^[a-z0-9._-]+$/.test(part))) {
    throw new KctlError('usage', `${JSON.stringify(text)} is no platform`, { hint: 'For example linux/arm64.' });
  }
  const [os, architecture, variant] = parts.length === 1 ? ['linux', ...parts] : parts;
  const known = { x86_64: 'amd64', aarch64: 'arm64', armhf: 'arm', i386: '386' }[architecture!] ?? architecture!;
  return `${os}/${known}${variant ? `/${variant}` : ''}`;
}

/** True where what is had will do for what is wanted; a variant that one of them does not say is the usual one. */
export function suits(wanted: string, has: string): boolean {
  const [a, b] = [wanted.split('/'), has.split('/')];
  if (a[0] !== b[0] || a[1] !== b[1]) return false;
  const usual = usualVariants[a[1] ?? ''];
  return a[2] === undefined ? usual === undefined || b[2] === undefined || b[2] === usual : a[2] === (b[2] ?? usual);
}

/**
 * What an index has for a platform, the best first: one that says just that before others that will do. Where none says
 * it, those that say nothing, which have to be looked at.
 */
export function manifestsFor(index: ParsedIndex, platform: string): TypedDescriptor[] {
  const named = statedIn(index);
  const found =
    named.find(({ name }) => name === platform) ??
    named.find(({ name }) => suits(platform, name)) ??
    // Older arm runs on newer.
    olderArm(platform)
      .map((older) => named.find(({ name }) => suits(older, name)))
      .find(Boolean) ??
    named.find(({ name }) => platform.split('/').length === 2 && name.startsWith(`${platform}/`));
  if (found) return [found.one];
  return index.manifests.filter((one) => isManifestType(one.mediaType) && !one.platform?.os);
}

/** `linux/arm/v6` and `linux/arm/v5` for `linux/arm/v7` and `linux/arm`. */
function olderArm(platform: string): string[] {
  const [, system, variant = '7'] = /^(\w+\/arm)(?:\/v([67]))?$/.exec(platform) ?? [];
  return system === undefined ? [] : [6, 5].filter((older) => older < Number(variant)).map((v) => `${system}/v${v}`);
}

/** Attestations are for no platform that anything runs on. */
function statedIn({ manifests }: ParsedIndex): { one: TypedDescriptor; name: string }[] {
  return manifests.flatMap((one) =>
    isManifestType(one.mediaType) && one.platform?.os && one.platform.os !== 'unknown'
      ? [{ one, name: platformText(one.platform) }]
      : [],
  );
}

/** @param index that has nothing for the platform */
export function noManifestFor(index: ParsedIndex, platform: string, reference: string): KctlError {
  const has = [...new Set(statedIn(index).map(({ name }) => name))].join(', ');
  return new KctlError('input', `no matching manifest for ${platform} in the manifest list entries of ${reference}`, {
    hint:
      has === ''
        ? 'It says no platforms: see them with --all-platforms.'
        : `It is there for ${has}: choose with --platform.`,
  });
}
