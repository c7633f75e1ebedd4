import type { ImageFacts } from '../../api/image-facts.ts';
import type { KubeObject } from '../../api/meta.ts';
import { padText, textWidth } from '../../lib/text-width.ts';
import type { Theme } from '../../theme/theme.ts';
import type { DashboardServices } from '../services.ts';
import { say } from '../words/say.ts';
import type { ObjectRef } from './view.ts';

const barWidth = 20;

/** `12.3MB`: decimal units, as image tools print sizes. */
export function sizeText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB'];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? value : value < 10 ? value.toFixed(2) : value < 100 ? value.toFixed(1) : Math.round(value)}${units[unit]}`;
}

/** The images of a pod with their layers, as a page of text. */
export async function loadImages(services: DashboardServices, ref: ObjectRef): Promise<string> {
  const pod = await services.get(ref.resource, ref.namespace, ref.name);
  const usersOf = containersByImage(pod);
  const facts = await Promise.all([...usersOf.keys()].map((image) => services.imageFacts(image)));
  const digests = new Map<string, number>();
  for (const known of facts)
    for (const { digest } of known?.layers ?? []) digests.set(digest, (digests.get(digest) ?? 0) + 1);
  const pages = [...usersOf].map(([image, users], index) => imagePage(image, users, facts[index], digests));
  return pages.flatMap((page) => [...page, '']).join('\n');
}

function containersByImage(pod: KubeObject): Map<string, string[]> {
  const users = new Map<string, string[]>();
  const spec = pod.spec ?? {};
  for (const container of [
    ...(spec.initContainers ?? []),
    ...(spec.containers ?? []),
    ...(spec.ephemeralContainers ?? []),
  ]) {
    users.set(container.image, [...(users.get(container.image) ?? []), container.name]);
  }
  return users;
}

/** One image with its layers, as a page of text. */
export function imageText(image: string, facts: ImageFacts | undefined): string {
  return imagePage(image, [], facts, new Map()).join('\n');
}

function imagePage(
  image: string,
  users: string[],
  facts: ImageFacts | undefined,
  digests: ReadonlyMap<string, number>,
): string[] {
  if (!facts) {
    return [
      image,
      ...usersLine(users),
      entry(say('layers'), say('not known: this cluster does not serve image layers')),
    ];
  }
  const largest = Math.max(1, ...facts.layers.map((layer) => layer.sizeBytes));
  return [
    facts.simulated ? `${image} ${say('(simulated)')}` : image,
    ...usersLine(users),
    entry(say('digest'), facts.digest),
    entry(
      say('size'),
      say('{size} in {count} layers', { size: sizeText(facts.sizeBytes), count: facts.layers.length }),
    ),
    `  ${padText('#', 4)}${padText('SIZE', 9)}${padText('', barWidth + 2)}${padText('DIGEST', 15)}INSTRUCTION`,
    ...facts.layers.map((layer, index) => {
      const full = layer.sizeBytes === 0 ? 0 : Math.max(1, Math.round((layer.sizeBytes / largest) * barWidth));
      const bar = '█'.repeat(full) + '·'.repeat(barWidth - full);
      const shared = (digests.get(layer.digest) ?? 0) > 1 ? ` ${say('(shared)')}` : '';
      const digest = layer.digest.replace(/^sha256:/, '').slice(0, 12);
      return `  ${padText(String(index + 1), 4)}${padText(sizeText(layer.sizeBytes), 9)}${bar}  ${padText(digest, 15)}${layer.instruction || '-'}${shared}`;
    }),
  ];
}

const usersLine = (users: string[]): string[] => (users.length > 0 ? [entry(say('containers'), users.join(', '))] : []);

const entry = (label: string, text: string): string => `  ${padText(`${label}:`, 12)}${text}`;

export function paintImages(line: string, theme: Theme): string {
  if (/^\S/.test(line)) return theme.paint('view.title', line);
  const bar = /█+·*|·{4,}/.exec(line);
  if (bar) {
    const full = bar[0].replaceAll('·', '');
    return (
      theme.paint('text', line.slice(0, bar.index)) +
      theme.paint('bar.full', full) +
      theme.paint('bar.empty', bar[0].slice(full.length)) +
      theme.paint('text', line.slice(bar.index + bar[0].length))
    );
  }
  const label = /^(\s+[\p{L} ]+:\s+)(.*)$/u.exec(line);
  if (label) return theme.paint('text.muted', label[1]!) + theme.paint('text', label[2]!);
  return textWidth(line) > 0 ? theme.paint('table.header', line) : line;
}
