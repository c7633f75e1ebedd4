import type { KubeObject, TableColumn, TableRow } from '../../api/meta.ts';
import { groupResource, type ResourceInfo } from '../../api/resource.ts';
import type { SourceState } from '../../api/source.ts';
import type { ApiRequest } from '../../kube/cluster.ts';
import { KctlError } from '../../lib/errors.ts';
import type { InputEvent } from '../term/key.ts';
import type { ViewScope } from '../views/view.ts';

/**
 * A recording is lines of JSON: a head, then what happened in the order of time. Whoever reads a version reads the
 * ones before it; entries and fields that are not known are passed over.
 */
export const recordingVersion = 1;

export interface RecordingHead {
  kctl: 'recording';
  version: number;
  /** The program that wrote it. */
  by: string;
  /** RFC 3339, by the cluster's clock: `t` counts from here. */
  start: string;
  context: string;
  cluster: string;
  user: string;
  namespace: string;
  /** Secrets, values of variables, tokens and what was last applied are not in it. */
  redacted: true;
}

type At = {
  /** ms since the start. */
  t: number;
};

/** What came on a live collection; `open` names it by kind and scope. */
export type RecordedEntry = At &
  (
    | { open: number; what: 'table' | 'objects'; key: string }
    | { id: number; replace: readonly (TableRow | KubeObject)[]; columns: TableColumn[]; version: string }
    | { id: number; change: 'ADDED' | 'MODIFIED' | 'DELETED'; item: TableRow | KubeObject }
    | { id: number; state: SourceState['phase']; problem?: string }
    | { answer: string; value?: unknown; problem?: string }
    | { log: string; text: string }
    | { input: InputEvent }
  );

/** What names a collection in a recording. */
export function sourceKey(resource: ResourceInfo, scope: ViewScope): string {
  const { namespace = '', labelSelector = '', fieldSelector = '', name = '' } = scope;
  return [groupResource(resource), namespace, labelSelector, fieldSelector, name].join(' ');
}

/** What names an answer. */
export const answerKey = {
  get: (resource: ResourceInfo, namespace: string | undefined, name: string) =>
    `get ${groupResource(resource)} ${namespace ?? ''} ${name}`,
  list: (resource: ResourceInfo, scope: object) => `list ${groupResource(resource)} ${JSON.stringify(scope)}`,
  describe: (resource: ResourceInfo, namespace: string | undefined, name: string) =>
    `describe ${groupResource(resource)} ${namespace ?? ''} ${name}`,
  json: ({ path }: ApiRequest) => `json ${path}`,
  run: (argv: readonly string[]) => `run ${argv.join(' ')}`,
  log: (request: { namespace: string; pod: string; container: string; previous: boolean }) =>
    `${request.namespace}/${request.pod}/${request.container}${request.previous ? '/previous' : ''}`,
};

/** @throws KctlError `input` for what is no recording, or one of a later version */
export function readRecording(text: string, file: string): { head: RecordingHead; entries: RecordedEntry[] } {
  const lines = text.split('\n').filter((line) => line !== '');
  const parsed = lines.flatMap((line, index) => {
    try {
      return [JSON.parse(line) as unknown];
    } catch {
      // What was being written when the program ended.
      if (index === lines.length - 1 && index > 0) return [];
      throw new KctlError('input', `${file}: line ${index + 1} is no JSON`);
    }
  });
  const [head, ...entries] = parsed as [RecordingHead | undefined, ...RecordedEntry[]];
  if (head?.kctl !== 'recording' || Number.isNaN(Date.parse(head.start))) {
    throw new KctlError('input', `${file} is no recording of a dashboard`, {
      hint: 'kctl ui --record FILE, or :record FILE in the dashboard, makes one.',
    });
  }
  if (head.version > recordingVersion) {
    throw new KctlError('input', `${file} was recorded by a later kctl (${head.by})`, {
      hint: 'Replay it with that one.',
    });
  }
  return { head, entries: entries.filter((entry) => typeof entry.t === 'number') };
}
