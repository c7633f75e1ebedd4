import { KctlError } from '../../lib/errors.ts';
import { saveText } from '../state/save-text.ts';
import { activeTab, toggleZoom } from '../state/workspace.ts';
import { DocumentModel } from '../views/document-model.ts';
import { copyLines, savedLines } from '../views/logs/copy-lines.ts';
import { fieldChoice } from '../views/logs/field-choice.ts';
import { joinFilter, splitFilter } from '../views/logs/log-filter.ts';
import { type LogRange, usualRangeOf } from '../views/logs/log-query.ts';
import { flipRecord, openRecord } from '../views/logs/log-record.ts';
import { LogsModel, type LogToggle } from '../views/logs/logs-model.ts';
import { openLogs } from '../views/logs/open-logs.ts';
import { logKinds } from '../views/open-views.ts';
import { TableModel } from '../views/table-model.ts';
import { say } from '../words/say.ts';
import type { Action, ActionContext, ActionHost } from './action.ts';

function logAction(
  id: string,
  label: string,
  apply: (model: LogsModel, host: ActionHost) => void | Promise<void>,
  more: Partial<Action> = {},
): Action {
  return {
    id,
    label,
    group: 'Logs',
    views: ['logs'],
    ...more,
    apply: ({ model, host }) => (model instanceof LogsModel ? apply(model, host) : undefined),
  };
}

const toggling = (id: string, label: string, name: LogToggle, hint = false): Action =>
  logAction(
    id,
    label,
    (model, { memory }) => {
      model.toggle(name);
      memory.learn({ logs: model.look });
    },
    { hint },
  );

const ranging = (id: string, label: string, range: LogRange): Action =>
  logAction(id, label, (model) => model.setRange(range));

const since = (id: string, label: string, minutes: number): Action =>
  ranging(id, label, { kind: 'since', ms: minutes * 60_000 });

/** Opens the logs of the rows that are marked, else of the one under the cursor. */
export function showLogs({ host, model, target }: ActionContext, previous: boolean): void {
  const parent = model instanceof TableModel ? model.view.parent : undefined;
  const refs = model.targets?.() ?? (target ? [target] : []);
  if (refs.length === 0) throw new KctlError('input', 'no row is selected');
  host.push(openLogs(host.services, refs, { previous, parent, look: host.memory.known.logs }));
}

const ofRows = {
  group: 'Show',
  verb: 'get',
  kinds: logKinds,
  disabled: ({ target, model }: ActionContext) =>
    target || model.view.type === 'logs' ? undefined : 'no row is selected',
} as const;

/** Full screen is the view alone: no header, no other pane, no signs before lines. */
function toggleFullScreen(model: LogsModel, host: ActionHost): void {
  const isOn = model.isOn('margin');
  const { panes, zoomed } = activeTab(host.workspace);
  model.toggle('margin');
  host.toggle('header');
  if (panes.length > 1 && zoomed !== isOn) host.arrange(toggleZoom);
  model.onClose = isOn ? () => host.toggle('header') : undefined;
}

async function chooseContainers(model: LogsModel, host: ActionHost): Promise<void> {
  const names = model.containerNames();
  if (names.length < 2) return host.toast('info', say('There is one container.'));
  const items = names.map(({ name, on }) => ({ id: name, label: name, on }));
  const picked = await host.pick({ title: say('Containers'), items, multiple: true });
  if (!picked || picked.items.length === 0) return;
  const containers = picked.items.length === names.length ? '*' : picked.items.map(({ id }) => id).join(',');
  model.setQuery({ containers });
}

async function choosePods(model: LogsModel, host: ActionHost): Promise<void> {
  const pods = model.podNames();
  if (pods.length < 2) return host.toast('info', say('There is one pod.'));
  const items = pods.map(({ uid, name, on }) => ({ id: uid, label: name, on }));
  const picked = await host.pick({ title: say('Pods'), items, multiple: true });
  if (!picked) return;
  const shown = new Set(picked.items.map(({ id }) => id));
  model.hidePods(new Set(pods.map(({ uid }) => uid).filter((uid) => !shown.has(uid))));
}

async function chooseFields(model: LogsModel, host: ActionHost): Promise<void> {
  const items = fieldChoice(model);
  if (items.length === 0) return host.toast('info', say('No line on this screen is JSON or logfmt.'));
  const picked = await host.pick({ title: say('Fields to show; none for all of them'), items, multiple: true });
  if (picked) model.setFieldNames(picked.items.map(({ id }) => id));
}

function copy(model: LogsModel, host: ActionHost): void {
  const { text, lines, left } = copyLines(model);
  host.copy(text);
  const values = { lines: String(lines), all: String(lines + left) };
  const cut = 'Copied the last {lines} of {all} lines: a clipboard takes no more by a terminal. Ctrl-S saves all.';
  host.toast('info', left > 0 ? say(cut, values) : say('Copied {lines} lines', values));
}

function save(model: LogsModel, host: ActionHost): void {
  const { services } = host;
  const { contextName: context } = services.cluster;
  const { text, lines } = savedLines(model);
  const place = { env: services.env, context, now: services.timing.now() };
  const path = saveText(place, `logs-${model.view.of}`, '.log', text);
  host.toast('info', say('Saved {lines} lines in {path}', { lines, path }));
}

function find(model: LogsModel, host: ActionHost): void {
  const { filter, search } = splitFilter(model.filter());
  host.prompt('filter', joinFilter({ filter, search: search || ' ' }));
}

function match(model: LogsModel, host: ActionHost, step: 1 | -1): void {
  if (model.nextMatch(step)) return;
  const { search } = splitFilter(model.filter());
  host.toast('info', search === '' ? say('Nothing is searched for: //text after the filter') : say('No line matches'));
}

function record(id: string, label: string, run: (model: DocumentModel, host: ActionHost) => void): Action {
  return {
    id,
    label,
    group: 'Logs',
    views: ['document/record'],
    hint: true,
    apply: ({ model, host }) => (model instanceof DocumentModel ? run(model, host) : undefined),
  };
}

function flip(model: DocumentModel, host: ActionHost, step: 1 | -1): void {
  if (!flipRecord(model, step))
    host.toast('info', say(step > 0 ? 'This is the last line.' : 'This is the first line.'));
}

/** Opening logs, and what can be done in them. */
export const logActions: readonly Action[] = [
  {
    ...ofRows,
    id: 'logs',
    label: 'Logs',
    views: ['table'],
    hint: true,
    apply: (context) => showLogs(context, false),
  },
  {
    ...ofRows,
    id: 'logs-previous',
    label: 'Previous logs',
    views: ['table', 'logs'],
    apply(context) {
      if (context.model instanceof LogsModel) context.model.togglePrevious();
      else showLogs(context, true);
    },
  },
  logAction('log-record', 'Line alone', (model, host) => {
    const seq = model.hereOrLast();
    const opened = seq === undefined ? undefined : openRecord(model, seq);
    if (opened) host.push(opened);
    else host.toast('info', say('There is no line here.'));
  }),
  logAction('follow', 'Autoscroll', (model) => model.toggleFollow(), { hint: true }),
  toggling('log-wrap', 'Wrap', 'wrap', true),
  toggling('timestamps', 'Timestamps', 'timestamps', true),
  toggling('log-fields', 'Fields', 'fields', true),
  logAction('log-level', 'Level', (model) => void model.nextLevel(), { hint: true }),
  logAction('log-find', 'Find', find, { hint: true }),
  logAction('log-next-match', 'Next match', (model, host) => match(model, host, 1)),
  logAction('log-previous-match', 'Previous match', (model, host) => match(model, host, -1)),
  logAction('log-containers', 'Containers', chooseContainers, { hint: true }),
  logAction('log-pods', 'Pods', choosePods),
  logAction('log-pick-fields', 'Choose fields', chooseFields),
  logAction('log-pause', 'Pause', (model, host) => {
    const isHeld = model.togglePause();
    host.toast('info', isHeld ? say('Paused: servers wait, and nothing is lost') : say('Reading goes on'));
  }),
  logAction('log-tail', 'Tail', (model, { services }) => model.setRange(usualRangeOf(services))),
  ranging('log-head', 'Head', { kind: 'head' }),
  since('log-since-1m', 'Last minute', 1),
  since('log-since-5m', 'Last 5 minutes', 5),
  since('log-since-15m', 'Last 15 minutes', 15),
  since('log-since-30m', 'Last 30 minutes', 30),
  since('log-since-1h', 'Last hour', 60),
  logAction('log-all-containers', 'All containers', (model) => model.toggleAllContainers()),
  logAction('log-full-screen', 'Full screen', toggleFullScreen),
  toggling('log-column-lock', 'Column lock', 'lock'),
  logAction('log-mark', 'Mark', (model, { services }) =>
    model.mark(new Date(services.timing.now()).toISOString().replace(/\.\d+Z$/, 'Z')),
  ),
  logAction('clear-logs', 'Clear', (model) => model.clearLines()),
  logAction('log-copy', 'Copy', copy),
  logAction('log-save', 'Save', save),
  record('record-next', 'Next line', (model, host) => flip(model, host, 1)),
  record('record-previous', 'Line before', (model, host) => flip(model, host, -1)),
  record('record-json', 'JSON or YAML', (model) => model.toggle('json')),
];
