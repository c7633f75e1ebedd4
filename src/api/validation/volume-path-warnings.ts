import { type Fields, listAt } from './checks.ts';

/** Files of a volume that are in each other's way. Source: Kubernetes pkg/api/pod/warnings.go. */

interface Place {
  path: string;
  /** Which source of a projected volume says so; '' in volumes of one source. */
  source: string;
}

const quote = (value: unknown): string => JSON.stringify(String(value ?? ''));
const shown = ({ path, source }: Place): string => (source ? `${quote(path)} (${source})` : quote(path));
const isInside = (inner: string, outer: string): boolean => `${inner}/`.startsWith(`${outer}/`);

/** `before` has the places that came before, and gets these. */
function overlaps(places: readonly Place[], before: Place[] = []): string[] {
  const texts: string[] = [];
  for (const { path, source } of places) {
    const place = { path: path.replace(/\/+$/, ''), source };
    if (place.path !== '') {
      for (const other of before) {
        if (other.path === '') continue;
        if (!isInside(place.path, other.path) && !isInside(other.path, place.path)) continue;
        texts.push(`${shown(place)} with ${shown(other)}`);
      }
    }
    before.push(place);
  }
  return texts;
}

const itemsOf = (fields: Fields | undefined, source: string): Place[] =>
  listAt(fields, 'items').map(({ path = '' }) => ({ path, source }));

/** The first source that a part of a projected volume has counts. */
const projections: readonly [field: string, places: (fields: Fields) => Place[]][] = [
  ['configMap', (one) => itemsOf(one, `ConfigMap ${quote(one.name)}`)],
  ['secret', (one) => itemsOf(one, `Secret ${quote(one.name)}`)],
  ['downwardAPI', (one) => itemsOf(one, 'DownwardAPI')],
  ['serviceAccountToken', ({ path = '' }) => [{ path, source: 'ServiceAccountToken' }]],
  [
    'clusterTrustBundle',
    ({ path = '', name, signerName }) => [{ path, source: `ClusterTrustBundle ${quote(name ?? signerName)}` }],
  ],
  [
    'podCertificate',
    ({ certificateChainPath, keyPath, credentialBundlePath }) =>
      [
        { path: certificateChainPath, source: 'PodCertificate chain' },
        { path: keyPath, source: 'PodCertificate key' },
        { path: credentialBundlePath, source: 'PodCertificate credential bundle' },
      ].filter(({ path }) => path),
  ],
];

function projectedPlaces(part: Fields): Place[] {
  const given = projections.filter(([field]) => part[field]);
  const listed = given.find(([field]) => !['configMap', 'secret', 'downwardAPI'].includes(field) || part[field].items);
  return listed ? listed[1](part[listed[0]]) : [];
}

function volumeWarnings(volume: Fields): string[] {
  const name = quote(volume.name);
  const speak = (what: string, places: readonly Place[], before?: Place[]): string[] =>
    overlaps(places, before).map((text) => `volume ${name} (${what}): overlapping paths: ${text}`);
  const { configMap, secret, downwardAPI, projected } = volume;
  const texts = [
    ...speak(`ConfigMap ${quote(configMap?.name)}`, itemsOf(configMap, '')),
    ...speak(`Secret ${quote(secret?.secretName)}`, itemsOf(secret, '')),
    ...speak('DownwardAPI', itemsOf(downwardAPI, '')),
  ];
  const before: Place[] = [];
  for (const part of listAt(projected, 'sources')) {
    if (Object.keys(part).length === 0) texts.push(`volume ${name} (Projected) has no sources provided`);
    else texts.push(...speak('Projected', projectedPlaces(part), before));
  }
  return texts;
}

export const volumePathWarnings = (spec: Fields): string[] => listAt(spec, 'volumes').flatMap(volumeWarnings);
