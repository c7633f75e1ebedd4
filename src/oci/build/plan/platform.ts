import { KctlError } from '../../../lib/errors.ts';
import { hostPlatform } from '../../store/read-image.ts';

/** As containerd asks for it. */
const COMPONENT = /^[A-Za-z0-9_.-]+$/;

export interface Platform {
  os: string;
  architecture: string;
  variant: string | undefined;
}

/** Other names of architectures, and what images call them (containerd's platforms package). */
const aliases: Readonly<Record<string, string>> = {
  x86_64: 'amd64',
  'x86-64': 'amd64',
  aarch64: 'arm64',
  armhf: 'arm/v7',
  armel: 'arm/v6',
  i386: '386',
};

/** Variants that go without saying, and the one that an architecture without one has (containerd's normalization). */
const usualVariants: Readonly<Record<string, string>> = { arm64: 'v8', amd64: 'v1' };
const impliedVariants: Readonly<Record<string, string>> = { arm: 'v7' };

/**
 * `linux/arm64/v8`, or an architecture alone.
 * @throws KctlError `usage`
 */
export function parsePlatform(text: string): Platform {
  const fail = (why: string): never => {
    throw new KctlError('usage', `failed to parse platform ${text}: ${why}: invalid argument`, {
      hint: 'Write it as os/arch: linux/arm64.',
    });
  };
  const parts = text.trim().toLowerCase().split('/');
  const bad = parts.find((part) => !COMPONENT.test(part));
  if (bad !== undefined) {
    const [what, of] = [bad, text].map((one) => JSON.stringify(one));
    fail(`${what} is an invalid component of ${of}: platform specifier component must match "${COMPONENT.source}"`);
  }
  if (parts.length > 3) fail(`${JSON.stringify(text)}: cannot parse platform specifier`);
  const whole = parts.length === 1 ? ['linux', ...parts] : parts;
  const [os = '', name = '', ...given] = whole;
  const [architecture = '', ...implied] = (aliases[name] ?? name).split('/');
  const rest = given.length > 0 ? given : implied;
  const named = rest[0] ?? impliedVariants[architecture];
  const variant = named === usualVariants[architecture] ? undefined : named;
  return { os, architecture, variant };
}

export function platformName({ os, architecture, variant }: Platform): string {
  return [os, architecture, ...(variant ? [variant] : [])].join('/');
}

/** The machine's own. */
export const ownPlatform = (): Platform => parsePlatform(hostPlatform());

/** What Dockerfiles may ask for of where it is built and for what (Dockerfile reference, ARG in the global scope). */
export function platformArguments(build: Platform, target: Platform, stage: string): Map<string, string> {
  const of = (prefix: string, platform: Platform): [string, string][] => [
    [`${prefix}PLATFORM`, platformName(platform)],
    [`${prefix}OS`, platform.os],
    [`${prefix}ARCH`, platform.architecture],
    [`${prefix}VARIANT`, platform.variant ?? ''],
  ];
  return new Map([...of('BUILD', build), ...of('TARGET', target), ['TARGETSTAGE', stage || 'default']]);
}

/**
 * `->arm64` where the arguments that a step sees say that it makes files for another platform than the one it runs on,
 * as BuildKit shows it (dockerfile2llb, formatTargetPlatform); else ''. What they do not say is as it is here.
 */
export function crossingTo(own: Platform, value: (name: string) => string | undefined): string {
  const [os, architecture, variant] = ['TARGETOS', 'TARGETARCH', 'TARGETVARIANT'].map(
    (name) => value(name) || undefined,
  );
  const parts = [os ?? own.os, architecture ?? own.architecture, ...(variant ? [variant] : [])];
  const target = platformIn(value('TARGETPLATFORM')) ?? platformIn(parts.join('/')) ?? own;
  const name = platformName(target);
  if (target.os !== own.os) return `->${name}`;
  return target.architecture === own.architecture ? '' : `->${name.slice(target.os.length + 1)}`;
}

/** undefined where there is none, or the text is no platform: anybody can give an argument such a name. */
function platformIn(text: string | undefined): Platform | undefined {
  try {
    return text === undefined ? undefined : parsePlatform(text);
  } catch {
    return undefined;
  }
}
