import { stripVTControlCharacters } from 'node:util';
import type { SourceState } from '../../../api/source.ts';
import { textWidth } from '../../../lib/text-width.ts';
import type { Verdict } from '../../../store/rollout/verdict.ts';
import type { Theme } from '../../../theme/theme.ts';
import type { ActionHost } from '../../actions/action.ts';
import type { DashboardServices } from '../../services.ts';
import { noticesOf } from '../../state/notices.ts';
import { type Notifier, notify } from '../../term/notify.ts';
import { say, sayAssembled } from '../../words/say.ts';
import { errorLines } from '../error-lines.ts';
import { containersResource } from '../local/containers.ts';
import { openLogs } from '../logs/open-logs.ts';
import { openObject } from '../pages/open-object.ts';
import { quiet, TreePage } from '../pages/tree-page.ts';
import { refText } from '../ref-text.ts';
import type { ObjectRef } from '../view.ts';
import type { Move, ViewTitle } from '../view-model.ts';
import { comparedImages } from './compared-images.ts';
import { diffLines } from './diff-lines.ts';
import { DiffLoader } from './diff-loader.ts';
import { eventLines } from './event-lines.ts';
import { GanttPanel, legendText } from './gantt-panel.ts';
import { axisOf } from './gantt-spans.ts';
import { headLines, type PieceLine } from './head-lines.ts';
import { LiveRollout } from './live-rollout.ts';
import { nodeRows } from './node-rows.ts';
import { type PanelName, type Place, panelNames, placePanels } from './panels.ts';
import { noticeLabel, outcomeText, rolloutNotice } from './rollout-notice.ts';
import { containerMark, rolloutRoots } from './rollout-tree.ts';
import { pieceLine, ScrollLines } from './scroll-lines.ts';

/** Who can be told of a rollout's end, and has services. */
export type RolloutHost = Notifier & { readonly services: DashboardServices };

const titles: Readonly<Record<PanelName, string>> = {
  tree: 'revisions and pods',
  nodes: 'nodes',
  diff: 'what changed',
  events: 'events',
};

/** The head leaves at least so many lines to what is below it. */
const leastBelow = 8;

/** A rollout as it happens: the tree, its nodes on one axis of time, what changed, and events. */
export class RolloutPage extends TreePage {
  readonly workload: ObjectRef;
  readonly #host: RolloutHost;
  readonly #services: DashboardServices;
  readonly #live: LiveRollout;
  readonly #unsubscribe: () => void;
  readonly #diff: DiffLoader;
  readonly #gantt = new GanttPanel();
  readonly #changes = new ScrollLines();
  readonly #events = new ScrollLines();
  #focus: PanelName = 'tree';
  #places: readonly Place[] = [];
  #headHeight = 0;
  /** The workload was there once. */
  #seen = false;
  #drawn: { look: string; lines: readonly string[] } | undefined;

  constructor(host: RolloutHost, ref: ObjectRef) {
    super({ type: 'page', page: 'rollout', of: refText(ref), objects: true });
    const { services } = host;
    this.workload = ref;
    this.#host = host;
    this.#services = services;
    // Who looks at it again need not be told twice.
    const notices = noticesOf(services);
    for (const notice of notices.list) if (notice.label === noticeLabel(ref)) notices.remove(notice);
    this.#live = new LiveRollout(services, ref);
    this.#live.onEnd = (verdict) => this.#tell(verdict);
    this.#diff = new DiffLoader(services, ref, () => this.#onDiff());
    this.#unsubscribe = this.#live.store.subscribe(() => this.#onChange());
    this.#live.start();
  }

  #tell(verdict: Verdict): void {
    const { kind, text } = outcomeText(this.workload, verdict);
    notify(this.#host, text, kind);
  }

  get paused(): boolean {
    return this.#live.store.getSnapshot().tree?.paused === true;
  }

  #onChange(): void {
    const snapshot = this.#live.store.getSnapshot();
    const { tree, status } = snapshot;
    if (!tree) {
      this.bump();
      return;
    }
    this.#seen = true;
    const now = this.#services.timing.now();
    this.#diff.look(snapshot);
    this.#learnLayers();
    this.#gantt.set(nodeRows(tree, now), axisOf(tree, now, status?.done ?? false), now);
    this.#events.set(eventLines(snapshot));
    this.#changes.set(this.#changeLines());
    this.setRoots(rolloutRoots(tree, this.workload, now));
  }

  /** Where the cluster itself serves no layers, the registry may have told of them. */
  #learnLayers(): void {
    const { loaded } = this.#diff;
    if (!loaded || !('diff' in loaded)) return;
    const { images } = this.#live.store.getSnapshot().state;
    for (const [reference, facts] of comparedImages(loaded.diff)) {
      if (images.get(reference) === null) this.#live.store.dispatch({ type: 'image', reference, facts });
    }
  }

  #onDiff(): void {
    this.#learnLayers();
    this.#changes.set(this.#changeLines());
    this.bump();
  }

  #changeLines(): PieceLine[] {
    const { loaded } = this.#diff;
    if (!loaded) return [[['text.muted', say('Comparing…')]]];
    if ('diff' in loaded) return diffLines(loaded.diff);
    if ('note' in loaded) return [[['text.muted', loaded.note]]];
    return [[['status.error', `x ${sayAssembled(loaded.error.message)}`]]];
  }

  title(): ViewTitle {
    const { tree } = this.#live.store.getSnapshot();
    return {
      kind: 'rollout',
      scope: `${this.workload.namespace}/${this.workload.name}`,
      count: tree ? `${tree.totals.available}/${tree.totals.desired}` : '…',
      filter: this.filter() ? `/${this.filter()}` : '',
      notes: tree?.paused ? ['paused'] : [],
    };
  }

  protected notice(width: number, theme: Theme): readonly string[] {
    const { tree, sourceError, state } = this.#live.store.getSnapshot();
    if (!tree && sourceError) return errorLines(sourceError, width, theme);
    const isGone = this.#seen || state.deleted;
    const name = `${this.workload.resource.singular}/${this.workload.name}`;
    return quiet(isGone ? say('{name} no longer exists. Esc goes back.', { name }) : say('Loading…'), width, theme);
  }

  override connection(): SourceState {
    return this.#live.connection;
  }

  override target(): ObjectRef | undefined {
    return this.#focus === 'nodes' ? (this.#gantt.target ?? this.workload) : (super.target() ?? this.workload);
  }

  protected override hasCursor(): boolean {
    return this.#focus === 'tree';
  }

  /** The next part of the page gets the keys. */
  turn(by: 1 | -1): void {
    const at = panelNames.indexOf(this.#focus);
    this.#focus = panelNames[(at + by + panelNames.length) % panelNames.length]!;
    this.bump();
  }

  override move(move: Move, steps = 1): void {
    if (this.#focus === 'tree') super.move(move, steps);
    else if (this.#focus === 'nodes') this.#gantt.move(move, steps);
    else this.#scrolled().move(move, steps);
    this.bump();
  }

  #scrolled(): ScrollLines {
    return this.#focus === 'diff' ? this.#changes : this.#events;
  }

  override toggleFold(): void {
    if (this.#focus !== 'nodes') super.toggleFold();
    else this.#gantt.toggle();
    this.bump();
  }

  override foldAll(): void {
    if (this.#focus !== 'nodes') super.foldAll();
    else this.#gantt.toggleAll();
    this.bump();
  }

  override click(line: number, column: number): void {
    const below = line - this.#headHeight;
    const at = this.#places.find(
      ({ top, left, width, height }) => below >= top && below < top + height && column >= left && column < left + width,
    );
    if (!at) return;
    this.#focus = at.panel;
    const inside = below - at.top - 1;
    if (at.panel === 'tree' && inside >= 0) super.click(inside, column - at.left);
    else if (at.panel === 'nodes') this.#gantt.click(inside);
    this.bump();
  }

  override lines(width: number, height: number, theme: Theme): readonly string[] {
    const { tree } = this.#live.store.getSnapshot();
    if (!tree) return this.notice(width, theme);
    const look = [this.getSnapshot(), width, height, theme.name, theme.depth].join();
    if (this.#drawn?.look !== look) this.#drawn = { look, lines: this.#draw(width, height, theme) };
    return this.#drawn.lines;
  }

  #draw(width: number, height: number, theme: Theme): string[] {
    const all = headLines(this.#live.store.getSnapshot(), width);
    const head = all.slice(0, Math.max(2, height - leastBelow)).map((line) => pieceLine(line, width, theme));
    this.#headHeight = head.length;
    const below = height - head.length;
    this.#places = placePanels(width, below, {
      tree: this.rows().length,
      nodes: this.#gantt.wanted,
      events: Math.min(6, this.#events.wanted),
      focus: this.#focus,
    });
    const stacked = this.#places.filter(({ left }) => left === 0);
    const beside = this.#places.find(({ left }) => left > 0);
    const lines = stacked.flatMap((place) => this.#panelLines(place, theme));
    if (!beside) return [...head, ...lines].slice(0, height);
    const right = this.#panelLines(beside, theme);
    const rows = Array.from({ length: below }, (_, at) => {
      const left = lines[at] ?? '';
      const gap = ' '.repeat(Math.max(0, beside.left - 1 - textWidth(stripVTControlCharacters(left))));
      return `${left}${gap}${theme.paint('border', '│')}${right[at] ?? ''}`;
    });
    return [...head, ...rows];
  }

  /** A part with its title, as many lines as its place has. */
  #panelLines({ panel, width, height }: Place, theme: Theme): string[] {
    const isFocused = panel === this.#focus;
    // The parts that are not seen are told, so that one knows that there are some.
    const others = isFocused ? panelNames.filter((name) => !this.#places.some((place) => place.panel === name)) : [];
    const text = `${isFocused ? '▶' : '─'} ${say(titles[panel])} `;
    const rest =
      others.length > 0
        ? `(${say('Tab: {names}', { names: others.map((name) => say(titles[name])).join(', ') })}) `
        : '';
    const legend = panel === 'nodes' ? `${legendText()} ` : '';
    const title = pieceLine(
      [
        [isFocused ? 'accent' : 'border', text],
        ['text.muted', rest + legend],
        ['border', '─'.repeat(width)],
      ],
      width,
      theme,
    ).replace('…', '─');
    const body = this.#body(panel, width, height - 1, theme, isFocused);
    return [title, ...body, ...Array<string>(Math.max(0, height - 1 - body.length)).fill('')];
  }

  #body(panel: PanelName, width: number, height: number, theme: Theme, isFocused: boolean): readonly string[] {
    if (panel === 'tree') return super.lines(width, height, theme);
    if (panel === 'nodes') return this.#gantt.lines(width, height, theme, isFocused);
    return (panel === 'diff' ? this.#changes : this.#events).lines(width, height, theme);
  }

  override spoken(): { lines: readonly string[]; at: number } {
    const snapshot = this.#live.store.getSnapshot();
    if (!snapshot.tree) return { lines: [], at: -1 };
    const head = headLines(snapshot, 80).map((line) =>
      line
        .map(([, text]) => text)
        .join('')
        .replace(/[█▓░·]+ /g, ''),
    );
    const parts: Readonly<Record<PanelName, () => { lines: readonly string[]; at: number }>> = {
      tree: () => super.spoken(),
      nodes: () => this.#gantt.spoken,
      diff: () => ({ lines: this.#changes.spoken, at: -1 }),
      events: () => ({ lines: this.#events.spoken, at: -1 }),
    };
    const { lines, at } = parts[this.#focus]();
    const told = [...head, `${say(titles[this.#focus])}:`];
    return { lines: [...told, ...lines], at: at < 0 ? -1 : at + told.length };
  }

  enter(host: ActionHost): void {
    const ref = this.target();
    if (!ref) return;
    const key = this.#focus === 'tree' ? (this.current()?.node.key ?? '') : '';
    const at = key.indexOf(containerMark);
    if (at < 0) {
      openObject(host, ref);
      return;
    }
    const container = { ...ref, resource: containersResource, name: key.slice(at + 1) };
    host.push(openLogs(host.services, [container], { previous: false, parent: ref }));
  }

  refresh(): void {
    this.#diff.again();
    this.#live.restart();
  }

  close(): void {
    this.#unsubscribe();
    this.#diff.close();
    const isWanted = this.#host.userFiles.settings.notify !== 'off' && this.#live.isUnderWay;
    if (!isWanted) this.#live.stop();
    else noticesOf(this.#services).add(this.#host, rolloutNotice(this.workload, this.#live));
  }
}

export function openRollout(host: RolloutHost, ref: ObjectRef): RolloutPage {
  return new RolloutPage(host, ref);
}
