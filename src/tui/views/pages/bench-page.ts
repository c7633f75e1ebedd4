import { resourcePath } from '../../../api/resource.ts';
import { sizeText } from '../../../lib/size-text.ts';
import { padText, textWidth, truncateText } from '../../../lib/text-width.ts';
import type { Theme } from '../../../theme/theme.ts';
import type { ThemeToken } from '../../../theme/tokens.ts';
import type { DashboardServices } from '../../services.ts';
import { say } from '../../words/say.ts';
import type { ObjectRef } from '../view.ts';
import type { Move, ViewTitle } from '../view-model.ts';
import { type BenchFigures, type BenchPlan, type BenchSample, benchFigures, runBench } from './bench-run.ts';
import { urlSender } from './bench-url.ts';
import { gauge } from './chart.ts';
import { PageModel } from './page-model.ts';

/** To a port of a service through the API server, or to a URL of this machine. */
export type BenchRequest = ({ service: ObjectRef; port: string } | { url: string }) & {
  path: string;
  requests: number;
  atOnce: number;
};

/** How often figures on the screen follow, ms. */
const drawMs = 200;
/** How long one answer may take, ms. */
const patienceMs = 10_000;

type Line = readonly (readonly [ThemeToken, string])[];

/**
 * Requests to a service through the API server's proxy, or to the URL of a forward, and how long they took. The way
 * through the server is part of every figure, and the view says so.
 */
export class BenchPage extends PageModel {
  readonly #services: DashboardServices;
  readonly #request: BenchRequest;
  #samples: BenchSample[] = [];
  #abort = new AbortController();
  #started = 0;
  #elapsed = 0;
  #phase: 'running' | 'done' | 'stopped' = 'running';
  #timer: { cancel(): void } | undefined;
  #top = 0;
  #over = 0;

  constructor(services: DashboardServices, request: BenchRequest) {
    super({ type: 'page', page: 'benchmark', of: 'url' in request ? request.url : `service/${request.service.name}` });
    this.#services = services;
    this.#request = request;
    this.refresh();
  }

  /** Runs it again. */
  refresh(): void {
    this.#abort.abort();
    const abort = new AbortController();
    this.#abort = abort;
    this.#samples = [];
    this.#started = performance.now();
    this.#elapsed = 0;
    this.#phase = 'running';
    void this.#run(abort.signal);
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { requests, atOnce } = this.#request;
    const send = this.#sender();
    await runBench({ requests, atOnce, signal, now: () => performance.now(), send }, (sample) => {
      this.#samples.push(sample);
      this.#elapsed = performance.now() - this.#started;
      this.#timer ??= this.#services.timing.after(drawMs, () => {
        this.#timer = undefined;
        this.bump();
      });
    });
    if (this.#abort.signal !== signal) return;
    this.#phase = signal.aborted ? 'stopped' : 'done';
    this.bump();
  }

  #sender(): BenchPlan['send'] {
    const { path } = this.#request;
    if ('url' in this.#request) return urlSender(this.#request.url, path, patienceMs);
    const { service, port } = this.#request;
    const { transport } = this.#services.cluster;
    // `/proxy` is no part of the name of a subresource that would be encoded: what follows is the service's own path.
    const root = resourcePath(service.resource, { namespace: service.namespace, name: `${service.name}:${port}` });
    const [pathname = '', search = ''] = path.split('?');
    const query = Object.fromEntries(new URLSearchParams(search));
    return async (stop) => {
      const answer = await transport.send({
        method: 'GET',
        path: `${root}/proxy/${encodeURI(pathname.replace(/^\//, ''))}`,
        query,
        accept: '*/*',
        signal: stop,
        timeout: patienceMs,
      });
      const text = await answer.text();
      return { status: answer.status, bytes: Buffer.byteLength(text) };
    };
  }

  title(): ViewTitle {
    const { requests } = this.#request;
    return {
      kind: 'benchmark',
      scope:
        'url' in this.#request ? this.#request.url : `${this.#request.service.namespace}/${this.#request.service.name}`,
      count: `${this.#samples.length}/${requests}`,
      filter: '',
      notes: [say(this.#phase === 'running' ? 'running' : this.#phase === 'done' ? 'done' : 'stopped')],
    };
  }

  lines(width: number, height: number, theme: Theme): readonly string[] {
    const figures = benchFigures(this.#samples, this.#elapsed);
    const all = [...this.#head(width), ...(figures.count > 0 ? figureLines(figures, width) : [])];
    this.#over = Math.max(0, all.length - height);
    this.#top = Math.min(this.#top, this.#over);
    return all.slice(this.#top, this.#top + height).map((line) => paintLine(line, width, theme));
  }

  #head(width: number): Line[] {
    const { path, requests, atOnce } = this.#request;
    const isUrl = 'url' in this.#request;
    const port = 'url' in this.#request ? new URL(this.#request.url).port || '80' : this.#request.port;
    const { full, empty, text } = gauge(this.#samples.length / requests, Math.max(10, Math.min(60, width - 20)));
    return [
      [],
      [
        ['text.strong', `  GET ${path}`],
        ['text.muted', `  ${say('port {port}, {requests} requests, {atOnce} at a time', { port, requests, atOnce })}`],
      ],
      [
        [
          'text.muted',
          `  ${say(
            isUrl
              ? 'Through the forward: its way is part of every figure.'
              : "Through the API server's proxy: its way is part of every figure.",
          )}`,
        ],
      ],
      [],
      [
        ['bar.full', `  ${full}`],
        ['bar.empty', empty],
        ['text', ` ${text}`],
      ],
      [],
    ];
  }

  move(move: Move): void {
    const step = { up: -1, down: 1, 'page-up': -10, 'page-down': 10, top: -1000, bottom: 1000, left: 0, right: 0 }[
      move
    ];
    this.#top = Math.max(0, Math.min(this.#over, this.#top + step));
    this.bump();
  }

  override target(): ObjectRef | undefined {
    return 'url' in this.#request ? undefined : this.#request.service;
  }

  /** Stops what runs; starts anew what does not. */
  enter(): void {
    if (this.#phase === 'running') this.#abort.abort();
    else this.refresh();
    this.bump();
  }

  close(): void {
    this.#abort.abort();
    this.#timer?.cancel();
  }
}

/** `12.3 ms`, `1.20 s`. */
const msText = (ms: number): string =>
  ms < 1000 ? `${ms.toFixed(ms < 10 ? 2 : 1)} ms` : `${(ms / 1000).toFixed(2)} s`;

function figureLines(figures: BenchFigures, width: number): Line[] {
  const { count, failed, perSecond, bytes, least, mean, most, percentiles, statuses, steps } = figures;
  const entry = (label: string, text: string, token: ThemeToken = 'text'): Line => [
    ['text.muted', `  ${padText(label, 18)}`],
    [token, text],
  ];
  const barRoom = Math.max(8, Math.min(50, width - 40));
  const highest = Math.max(1, ...steps.map((step) => step.count));
  return [
    entry(say('Requests a second'), perSecond.toFixed(1)),
    entry(say('Answers'), String(count - failed), 'status.ok'),
    entry(say('Failures'), failed > 0 ? `x ${failed}` : '0', failed > 0 ? 'status.error' : 'text'),
    entry(say('Transferred'), sizeText(bytes)),
    entry(say('Quickest'), msText(least)),
    entry(say('Mean'), msText(mean)),
    entry(say('Slowest'), msText(most)),
    [],
    ...percentiles.map(([percent, ms]) => entry(`${percent} %`, say('within {time}', { time: msText(ms) }))),
    [],
    ...statuses.map(([status, times]) =>
      entry(
        status === 0 ? say('No answer') : `HTTP ${status}`,
        String(times),
        status === 0 || status >= 400 ? 'status.error' : 'status.ok',
      ),
    ),
    ...(steps.length > 0 ? [[] as Line] : []),
    ...steps.map((step): Line => {
      const { full } = gauge(step.count / highest, barRoom);
      return [
        ['text.muted', `  ${padText(`≤ ${msText(step.upTo)}`, 18)}`],
        ['bar.full', full],
        ['text', ` ${step.count}`],
      ];
    }),
  ];
}

function paintLine(line: Line, width: number, theme: Theme): string {
  let left = width;
  return line
    .map(([token, text]) => {
      const cut = truncateText(text, Math.max(0, left));
      left -= textWidth(cut);
      return theme.paint(token, cut);
    })
    .join('');
}
