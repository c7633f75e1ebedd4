import { createHash } from 'node:crypto';
import type { ImageFacts, ImageLayerFacts } from '../api/image-facts.ts';
import { bases, type CatalogueEntry, catalogue, genericService, shopServices } from './image-catalogue.ts';
import { canonicalReference, type ImageReference, parseReference } from './reference.ts';

/** Words that, as a tag or as the last part of the name, say "this one is not there": what tutorials use to show a failing pull. */
const ABSENT = new Set(['nope', 'does-not-exist', 'doesnotexist', 'nonexistent', 'non-existent', 'broken', 'missing']);

/**
 * The facts of an image that is never pulled: believable layers for well-known repositories, a
 * generic service for all others, the same answer for the same reference on every machine. Images on
 * one base share its layers, and tags of one application share its dependencies, as real ones do.
 *
 * @returns undefined where the image cannot be pulled: a host under `.invalid`, a name or tag of
 * `ABSENT`, a well-known image with a minor version of 100 or more (the typing error `nginx:1.161`),
 * or a reference that does not parse; the facts are shared and must not be changed
 */
export function simulatedImage(reference: string): ImageFacts | undefined {
  if (known.has(reference)) return known.get(reference);
  const facts = madeUp(reference);
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(reference, facts);
  return facts;
}

/** Thousands of pods ask for a few images again and again. */
const known = new Map<string, ImageFacts | undefined>();
const MOST_KNOWN = 200;

function madeUp(reference: string): ImageFacts | undefined {
  const parsed = parse(reference);
  if (!parsed || isAbsent(parsed)) return undefined;
  const name = `${parsed.registry}/${parsed.repository}`;
  const tag = parsed.digest ?? parsed.tag ?? 'latest';
  const layers = layersOf(entryFor(parsed, tag), name, tag);
  const canonical = canonicalReference(parsed);
  return {
    reference: canonical,
    digest: parsed.digest ?? sha256(`manifest ${canonical} ${layers.map((layer) => layer.digest).join(' ')}`),
    sizeBytes: layers.reduce((sum, layer) => sum + layer.sizeBytes, 0),
    simulated: true,
    layers,
  };
}

function parse(reference: string): ImageReference | undefined {
  try {
    return parseReference(reference);
  } catch {
    return undefined;
  }
}

function isAbsent({ registry, repository, tag }: ImageReference): boolean {
  if (/(^|\.)invalid(:\d+)?$/.test(registry)) return true;
  if (tag !== undefined && ABSENT.has(tag)) return true;
  if (ABSENT.has(repository.slice(repository.lastIndexOf('/') + 1))) return true;
  return catalogue[`${registry}/${repository}`] !== undefined && /^v?\d+\.\d{3,}/.test(tag ?? '');
}

function entryFor({ registry, repository }: ImageReference, tag: string): CatalogueEntry {
  const name = `${registry}/${repository}`;
  const variant = /alpine/.test(tag) ? 'alpine' : /slim/.test(tag) ? 'slim' : '';
  const known = catalogue[`${name}:${variant}`] ?? catalogue[name];
  if (known) return known;
  const parts = repository.split('/');
  if (parts.includes('shop')) return shopServices[parts.at(-1)!] ?? shopServices.web!;
  return genericService;
}

function layersOf(entry: CatalogueEntry, name: string, tag: string): ImageLayerFacts[] {
  const base = entry.base ? layersOf(bases[entry.base]!, entry.base, 'base') : [];
  const own = entry.layers.map(([instruction, kilobytes], index) => {
    const version = index < (entry.stableLayers ?? 0) ? 'dependencies' : tag;
    const digest = sha256(`layer ${name} ${version} ${index}`);
    return { digest, sizeBytes: sizeFrom(kilobytes, digest), instruction };
  });
  return [...base, ...own];
}

/** The catalogue's size give or take four per cent, so that two versions of an image do not weigh the same. */
function sizeFrom(kilobytes: number, digest: string): number {
  const share = Number.parseInt(digest.slice(-6), 16) / 0xff_ffff;
  return Math.max(32, Math.round(kilobytes * 1000 * (0.96 + 0.08 * share)));
}

function sha256(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}
