import type { SourceState } from '../../../api/source.ts';
import { escapeTerminal } from '../../../lib/escape.ts';
import { padText, truncateText } from '../../../lib/text-width.ts';
import type { Theme } from '../../../theme/theme.ts';
import type { ThemeToken } from '../../../theme/tokens.ts';
import type { ActionHost } from '../../actions/action.ts';
import type { DashboardServices } from '../../services.ts';
import { askedBy } from '../../state/asked-by.ts';
import { budgetOf, heldText } from '../../state/budget.ts';
import { say } from '../../words/say.ts';
import type { Move, ViewTitle } from '../view-model.ts';
import { gauge, sparkLine } from './chart.ts';
import { ClusterUse } from './cluster-use.ts';
import { LiveKinds } from './live-kinds.ts';
import { PageModel } from './page-model.ts';
import { type Pulse, pulseKinds, pulseOf, pulseWishes } from './pulse-kinds.ts';

/** How often a point is added to the charts, ms. */
const sampleMs = 5000;
/** Points kept: more than the widest chart has room for. */
const mostSamples = 120;
/** A cell of the grid: its frame takes two columns and two lines of these. */
const leastWidth = 24;
const cellHeight = 6;
const useHeight = 4;

/** How the kinds of a cluster are doing, at a glance and over time. */
export class PulsesPage extends PageModel {
  readonly #services: DashboardServices;
  readonly #namespace: string | undefined;
  readonly #use: ClusterUse;
  #live: LiveKinds;
  /** By kind: how many were not well, at each sample. */
  readonly #faults = new Map<string, (number | undefined)[]>();
  readonly #unfollowBudget: () => void;
  #timer: { cancel(): void } | undefined;
  #cursor = 0;
  #across = 1;
  #top = 0;

  constructor(services: DashboardServices, namespace: string | undefined) {
    super({ type: 'page', page: 'pulses', of: namespace ?? 'all' });
    this.#services = services;
    this.#namespace = namespace;
    this.#use = new ClusterUse(services, mostSamples, () => this.bump());
    this.#live = this.#follow();
    this.#unfollowBudget = budgetOf(services).subscribe(() => this.#live.hold(this.#isHeld()));
  }

  /** An overview is the first to wait where the API budget is spent. */
  #isHeld(): boolean {
    return budgetOf(this.#services).getSnapshot().over === true;
  }

  #follow(): LiveKinds {
    const live = new LiveKinds(this.#services, pulseWishes(this.#namespace), () => this.bump());
    askedBy('pulses', () => live.start());
    return live;
  }

  /** Samples are taken, and metrics asked for, only while somebody looks. */
  protected override watched(is: boolean): void {
    this.#timer?.cancel();
    if (is) this.#sample();
    askedBy('pulses', () => this.#use.run(is));
  }

  #sample(): void {
    for (const { kind } of pulseKinds) {
      const samples = this.#faults.get(kind) ?? [];
      samples.push(pulseOf(this.#live, kind)?.fault);
      this.#faults.set(kind, samples.slice(-mostSamples));
    }
    this.bump();
    this.#timer = this.#services.timing.after(sampleMs, () => this.#sample());
  }

  title(): ViewTitle {
    const faults = pulseKinds.reduce((sum, { kind }) => sum + (pulseOf(this.#live, kind)?.fault ?? 0), 0);
    const refused = this.#live.refused();
    return {
      kind: 'pulses',
      scope: this.view.of!,
      count:
        faults === 0 ? say('no faults') : say(faults === 1 ? '{count} fault' : '{count} faults', { count: faults }),
      filter: '',
      notes: [
        ...(this.#isHeld() ? [heldText()] : []),
        ...(refused.length > 0 ? [say('may not read {kinds}', { kinds: refused.join(', ') })] : []),
      ],
    };
  }

  override connection(): SourceState {
    return this.#live.state();
  }

  lines(width: number, height: number, theme: Theme): readonly string[] {
    this.#across = Math.max(1, Math.min(6, Math.floor(width / leastWidth)));
    const cellWidth = Math.floor(width / this.#across);
    const rows: string[] = [...this.#headLines(width, theme)];
    const head = rows.length;
    for (let from = 0; from < pulseKinds.length; from += this.#across) {
      const cells = pulseKinds
        .slice(from, from + this.#across)
        .map((_, index) => this.#cell(from + index, cellWidth, theme));
      for (let line = 0; line < cellHeight; line++) rows.push(cells.map((cell) => cell[line]).join(''));
    }
    // The cell under the cursor is seen whole, where there is room for one.
    const first = head + Math.floor(this.#cursor / this.#across) * cellHeight;
    if (first + cellHeight > this.#top + height) this.#top = first + cellHeight - height;
    if (first < this.#top) this.#top = first;
    if (this.#cursor < this.#across && head + cellHeight <= height) this.#top = 0;
    this.#top = Math.max(0, Math.min(this.#top, rows.length - height));
    return rows.slice(this.#top, this.#top + height);
  }

  /** CPU and memory of the whole cluster, side by side. */
  #headLines(width: number, theme: Theme): string[] {
    const half = Math.floor(width / 2);
    const parts = (['cpu', 'memory'] as const).map((what) => {
      const samples = this.#use.samples(what);
      const latest = samples.at(-1);
      const title = what === 'cpu' ? 'CPU' : say('Memory');
      if (latest === undefined)
        return [
          theme.paint('text.muted', padText(` ${title}  ${say(this.#use.word)}`, half)),
          ' '.repeat(half),
          ' '.repeat(half),
        ];
      const bar = gauge(latest, Math.max(4, half - 18));
      const token: ThemeToken = latest >= 0.9 ? 'status.error' : latest >= 0.75 ? 'status.warn' : 'bar.full';
      const sign = latest >= 0.75 ? '!' : ' ';
      const told = `${sign}${title.padEnd(7)}`;
      const rest = half - 2 - 8 - bar.full.length - bar.empty.length;
      return [
        ` ${theme.paint('text.strong', told)}${theme.paint(token, bar.full)}${theme.paint('bar.empty', bar.empty)}${padText(` ${bar.text}`, rest + 1)}`,
        ` ${' '.repeat(8)}${theme.paint(token, sparkLine(samples, half - 10, 1))} `,
        ' '.repeat(half),
      ];
    });
    return Array.from({ length: useHeight - 1 }, (_, line) => parts.map((part) => part[line]).join(''));
  }

  #cell(index: number, width: number, theme: Theme): string[] {
    const { kind, title } = pulseKinds[index]!;
    const isSelected = index === this.#cursor;
    const pulse = pulseOf(this.#live, kind);
    const inner = width - 4;
    const frame: ThemeToken = isSelected ? 'accent' : 'border';
    const sign = isSelected ? '>' : '─';
    const isBad = (pulse?.fault ?? 0) > 0;
    const name = ` ${truncateText(escapeTerminal(say(title)), inner - 4)} `;
    const [left, right, top, foot, side] = ['╭', '╮', '─', '╰', '│'];
    const head = `${left}${sign}${name}`;
    const samples = this.#faults.get(kind) ?? [];
    const most = Math.max(1, pulse ? pulse.ok + pulse.fault : 1);
    const told = this.#told(kind, pulse);
    const state: ThemeToken = pulse === undefined ? 'text.muted' : isBad ? 'status.error' : 'status.ok';
    const row = (token: ThemeToken, text: string) =>
      `${theme.paint(frame, side!)} ${theme.paint(token, padText(truncateText(text, inner), inner))} ${theme.paint(frame, side!)}`;
    const bar = pulse && pulse.ok + pulse.fault > 0 ? gauge(pulse.ok / (pulse.ok + pulse.fault), inner) : undefined;
    return [
      theme.paint(
        frame,
        padText(head, width - 1).replace(/ +$/, (spaces) => ` ${top!.repeat(Math.max(0, spaces.length - 1))}`) + right,
      ),
      row(state, told),
      bar
        ? `${theme.paint(frame, side!)} ${theme.paint('bar.full', bar.full)}${theme.paint(isBad ? 'status.error' : 'bar.empty', (isBad ? 'x' : '·').repeat(bar.empty.length))} ${theme.paint(frame, side!)}`
        : row('text.muted', ''),
      row('text.muted', samples.some((value) => value !== undefined && value > 0) ? say('faults over time') : ''),
      row(
        'status.error',
        samples.some((value) => (value ?? 0) > 0)
          ? sparkLine(
              samples.map((value) => (value === 0 ? undefined : value)),
              inner,
              most,
            )
          : '',
      ),
      theme.paint(frame, `${foot}${top!.repeat(width - 2)}╯`),
    ];
  }

  spoken(): { lines: readonly string[]; at: number } {
    // Who hears them has them one after the other.
    this.#across = 1;
    const use = (['cpu', 'memory'] as const).map((what) => {
      const latest = this.#use.samples(what).at(-1);
      const figure = latest === undefined ? say(this.#use.word) : `${Math.round(latest * 100)}%`;
      return `${what === 'cpu' ? 'CPU' : say('Memory')} ${figure}`;
    });
    const kinds = pulseKinds.map(({ kind, title }) => `${say(title)}: ${this.#told(kind, pulseOf(this.#live, kind))}`);
    return { lines: [...use, ...kinds], at: use.length + this.#cursor };
  }

  #told(kind: string, pulse: Pulse | undefined): string {
    if (!pulse)
      return this.#live.refused().includes(kind)
        ? say('may not be read')
        : this.#live.resource(kind)
          ? '…'
          : say('not served');
    if (pulse.ok + pulse.fault === 0) return say('none');
    return pulse.fault === 0
      ? say('{ok} ok', { ok: pulse.ok })
      : say('{ok} ok  x {fault} not', { ok: pulse.ok, fault: pulse.fault });
  }

  move(move: Move): void {
    const last = pulseKinds.length - 1;
    const steps: Partial<Record<Move, number>> = { left: -1, right: 1, up: -this.#across, down: this.#across };
    const step = steps[move];
    const goal = step === undefined ? (move === 'top' || move === 'page-up' ? 0 : last) : this.#cursor + step;
    if (goal >= 0 && goal <= last) this.#cursor = goal;
    this.bump();
  }

  /** The table of the kind, with what is not well alone where there is such. */
  enter(host: ActionHost): void {
    const { kind } = pulseKinds[this.#cursor]!;
    const resource = this.#live.resource(kind);
    if (!resource) return;
    const faults = (pulseOf(this.#live, kind)?.fault ?? 0) > 0;
    const scope = resource.namespaced && this.#namespace !== undefined ? { namespace: this.#namespace } : {};
    host.openTable({ resource, scope, faults });
  }

  refresh(): void {
    this.#live.stop();
    this.#live = this.#follow();
  }

  close(): void {
    this.#unfollowBudget();
    this.#timer?.cancel();
    this.#use.run(false);
    this.#live.stop();
  }
}
