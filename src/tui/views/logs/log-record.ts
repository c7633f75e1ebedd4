import { toYaml } from '../../../lib/yaml.ts';
import type { LogEntry } from '../../../store/logs/log-entry.ts';
import { structuredLine } from '../../../store/logs/structured.ts';
import { paintYaml } from '../../../theme/paint-document.ts';
import { say } from '../../words/say.ts';
import { DocumentModel } from '../document-model.ts';
import { plainText } from './log-filter.ts';
import type { LogsModel } from './logs-model.ts';

/** Where each page of a record stands. */
const places = new WeakMap<DocumentModel, { logs: LogsModel; seq: number }>();

/** One line of logs alone: data as YAML or JSON, text whole. Undefined where there is none at `seq`. */
export function openRecord(logs: LogsModel, seq: number): DocumentModel | undefined {
  const entry = logs.lineBeside(seq, 0);
  if (!entry) return undefined;
  const place = { logs, seq: entry.seq };
  const model = new DocumentModel({
    view: { type: 'document', content: 'record', of: logs.view.of },
    target: logs.target(),
    toggles: { json: false },
    load: async ({ json = false }) => recordText(place.logs, place.seq, json),
    paint: paintYaml,
  });
  places.set(model, place);
  model.toggle('wrap');
  return model;
}

/** Turns the page to the next line or the one before. @returns false at the end */
export function flipRecord(model: DocumentModel, step: 1 | -1): boolean {
  const place = places.get(model);
  const entry = place?.logs.lineBeside(place.seq, step);
  if (!place || !entry) return false;
  place.seq = entry.seq;
  place.logs.goTo(entry.seq);
  model.refresh();
  return true;
}

function recordText(logs: LogsModel, seq: number, isJson: boolean): string {
  const { shown, ring } = logs;
  if (seq < ring.first) return `# ${say('this line has fallen out of what is kept')}\n`;
  const entry = ring.at(seq);
  return `${headOf(entry)}# ${say('{index} of {count}', { index: shown.indexOf(seq) + 1, count: shown.length })}\n${bodyOf(entry, isJson)}`;
}

function headOf({ source, stamp }: LogEntry): string {
  if (!source) return '';
  const { context, namespace, pod, container } = source.of;
  const where = `${context ? `${context}/` : ''}${namespace}/${pod} ${container}`;
  return `# ${where.replaceAll('\n', ' ')}\n# ${stamp || say('without a time')}\n`;
}

function bodyOf(entry: LogEntry, isJson: boolean): string {
  const text = plainText(entry.text);
  const data = structuredLine(text);
  if (!data) return text;
  if (isJson) return `${JSON.stringify(data.root, null, 2)}\n`;
  // Programs put first what matters first.
  return Object.entries(data.root)
    .map(([name, value]) => toYaml({ [name]: value }))
    .join('');
}
