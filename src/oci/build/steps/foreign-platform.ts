import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BuildFailure } from '../build-failure.ts';
import type { SourceRange } from '../dockerfile/source-error.ts';
import { ownPlatform, type Platform, platformName } from '../plan/platform.ts';

/** Of the first bytes of programs: 2 is 64 bits, 1 is little endian, and the number of the machine (elf.h). */
const programs: Readonly<Record<string, readonly [bits: 1 | 2, order: 1 | 2, machine: number]>> = {
  amd64: [2, 1, 62],
  386: [1, 1, 3],
  arm64: [2, 1, 183],
  arm: [1, 1, 40],
  riscv64: [2, 1, 243],
  ppc64le: [2, 1, 21],
  ppc64: [2, 2, 21],
  s390x: [2, 2, 22],
  mips64le: [2, 1, 8],
  mips64: [2, 2, 8],
  loong64: [2, 1, 258],
};

/** What these machines run beside their own. */
const alsoRuns: Readonly<Record<string, readonly string[]>> = { amd64: ['386'] };

/** How a program of an architecture begins; undefined for those that nobody told of. */
function programStart(architecture: string): Buffer | undefined {
  const known = programs[architecture];
  if (!known) return undefined;
  const [bits, order, machine] = known;
  const start = Buffer.alloc(128);
  start.set([0x7f, 0x45, 0x4c, 0x46, bits, order, 1]);
  for (const [at, value] of [2, machine].entries()) {
    if (order === 1) start.writeUInt16LE(value, 16 + 2 * at);
    else start.writeUInt16BE(value, 16 + 2 * at);
  }
  start.writeUInt8(1, order === 1 ? 20 : 23);
  return start;
}

/**
 * Whether the kernel hands programs of an architecture to another program (binfmt_misc), one that is found inside of
 * other roots, too: such handlers have the flag F (kernel documentation, admin-guide/binfmt-misc).
 * @param folder where binfmt_misc is mounted
 */
export function hasHandler(architecture: string, folder = '/proc/sys/fs/binfmt_misc'): boolean {
  const start = programStart(architecture);
  if (!start) return false;
  try {
    if (readFileSync(join(folder, 'status'), 'utf8').trim() !== 'enabled') return false;
    const names = readdirSync(folder).filter((name) => name !== 'status' && name !== 'register');
    return names.some((name) => takes(readFileSync(join(folder, name), 'utf8'), start));
  } catch {
    // Not mounted, or not for us to read.
    return false;
  }
}

function takes(entry: string, start: Buffer): boolean {
  const field = (name: string) => new RegExp(`^${name}:? ?(.*)$`, 'm').exec(entry)?.[1] ?? '';
  if (!entry.startsWith('enabled') || !field('flags').includes('F')) return false;
  const magic = Buffer.from(field('magic'), 'hex');
  if (magic.length === 0) return false;
  const mask = Buffer.from(field('mask'), 'hex');
  const offset = Number(field('offset'));
  return magic.every((byte, at) => ((start[offset + at] ?? 0) & (mask[at] ?? 0xff)) === (byte & (mask[at] ?? 0xff)));
}

/** @throws BuildFailure where programs of the platform cannot be run here */
export function refuseForeign(platform: Platform, range: SourceRange, folder?: string): void {
  const own = ownPlatform();
  const { os, architecture } = platform;
  const isOwn = architecture === own.architecture || alsoRuns[own.architecture]?.includes(architecture);
  if (os === own.os && (isOwn || hasHandler(architecture, folder))) return;
  const [wanted, here] = [platformName(platform), platformName(own)];
  throw new BuildFailure(
    `RUN needs a machine of the image's platform: it is for ${wanted}, this one is ${here}`,
    range,
    {
      hint: 'Stages for other platforms can COPY and ADD; run what compiles in a stage FROM --platform=$BUILDPLATFORM. With an emulator (qemu-user in binfmt_misc, flag F) this machine can run them, too.',
    },
  );
}
