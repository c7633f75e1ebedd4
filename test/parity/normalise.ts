/** What differs between any two runs of one command, and what stands for it in transcripts; the order counts. */
const RULES: readonly (readonly [RegExp, string])[] = [
  // kubectl's remark on servers that are newer than it is, and the head of its log lines.
  [/^WARNING: version difference.*\n/gm, ''],
  [/\b[EWIF]\d{4} \d\d:\d\d:\d\d\.\d+ +\d+ [\w.]+:\d+\] ?/g, ''],
  // Where chance puts a pod.
  [/\bkctl-worker-\d+\b/g, 'NODE'],
  [/\b(kubectl|kctl)\b/g, 'TOOL'],
  [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)/g, 'TIME'],
  [/[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d [+-]\d{4}/g, 'TIME'],
  [/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d{4} [A-Z]+/g, 'TIME'],
  [/\bcontainerd:\/\/[0-9a-f]{64}\b/g, 'containerd://ID'],
  [/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, 'UID'],
  [/("?resourceVersion"?: *)"?\d+"?/g, '$1RV'],
  [/(Resource Version: +)\d+/g, '$1RV'],
  // Not behind a dash: the random end of a name may look like one (`x-47d5h`).
  [/(?<![-\w])(\d+[smhdy]){1,2}\b/g, 'AGE'],
  [/<(unknown|invalid)>/g, 'AGE'],
  [/\b(\d{1,3}\.){3}\d{1,3}\b/g, 'IP'],
  [/\b3[0-2]\d{3}\b/g, 'NODEPORT'],
  // Names that the server made: a replica set's hash and a random end, either alone, a random end alone.
  [/-[a-z0-9]{8,10}-[a-z0-9]{5}\b/g, '-HASH-RAND'],
  [/\b(\w+)-(?=[a-z0-9]*\d)[bcdfghjklmnpqrstvwxz2456789]{8,10}\b/g, '$1-HASH'],
  [/\b(\w+)-[bcdfghjklmnpqrstvwxz2456789]{5}\b/g, '$1-RAND'],
];

/** @param places names of this run (namespace, folders) and the words that stand for them */
export function normalise(text: string, places: Readonly<Record<string, string>>): string {
  let result = text;
  for (const [place, word] of Object.entries(places)) result = result.replaceAll(place, word);
  for (const [pattern, word] of RULES) result = result.replace(pattern, word);
  return result;
}

/** Without the width of columns, which follows the length of ages and names that the rules above took out. */
export function withoutWidths(transcript: string): string {
  return transcript.replace(/[ \t]+/g, ' ').replace(/ $/gm, '');
}
