import { sizeText } from '../../lib/size-text.ts';
import type { LayerResult, Outcome, Tally } from '../../oci/transfer/events.ts';

/** The first digits of a digest, as docker shows layers. */
export const shortDigest = (digest: string): string => digest.slice(digest.indexOf(':') + 1).slice(0, 12);

export type Direction = 'pull' | 'push';

const words: Readonly<Record<Direction, Readonly<Record<Outcome, (layer: LayerResult) => string>>>> = {
  pull: {
    exists: () => 'Already exists',
    mounted: () => 'Already exists',
    moved: ({ size, travelled }) => `Pulled (${sizeText(travelled)}${travelled < size ? ` of ${sizeText(size)}` : ''})`,
    foreign: () => 'Not pulled: it may not be distributed',
  },
  push: {
    exists: () => 'Layer already exists',
    mounted: ({ from }) => `Mounted from ${from ?? 'another repository'}`,
    moved: ({ size }) => `Pushed (${sizeText(size)})`,
    foreign: () => 'Not pushed: it may not be distributed',
  },
};

/** `a2abf6c4d29d: Already exists` */
export function layerLine(direction: Direction, layer: LayerResult): string {
  return `${shortDigest(layer.digest)}: ${words[direction][layer.outcome](layer)}`;
}

/** `2 of 3 layers were here already: 4.7MB travelled, 28.2MB reused`; '' for an image without layers. */
export function tallyLine(direction: Direction, { layers, travelled, reused }: Tally): string {
  const own = layers.filter(({ outcome }) => outcome !== 'foreign');
  if (own.length === 0) return '';
  const there = own.filter(({ outcome }) => outcome !== 'moved').length;
  const where = direction === 'pull' ? 'here' : 'there';
  const all = own.length === 1 ? 'the one layer' : `all ${own.length} layers`;
  const verb = there === 1 ? 'was' : 'were';
  if (there === own.length) return `${all} ${verb} ${where} already: nothing travelled, ${sizeText(reused)} reused`;
  const before = reused === 0 ? '' : `, ${sizeText(reused)} reused`;
  if (there === 0) return `${all} travelled: ${sizeText(travelled)}${before}`;
  return `${there} of ${own.length} layers ${verb} ${where} already: ${sizeText(travelled)} travelled${before}`;
}
