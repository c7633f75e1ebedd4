import type { ResourceInfo } from '../../../api/resource.ts';
import { groupResource } from '../../../api/resource.ts';
import type { SourceState } from '../../../api/source.ts';
import type { Theme } from '../../../theme/theme.ts';
import type { ActionHost } from '../../actions/action.ts';
import type { DashboardServices } from '../../services.ts';
import { askedBy } from '../../state/asked-by.ts';
import { say } from '../../words/say.ts';
import { errorLines } from '../error-lines.ts';
import { containersResource } from '../local/containers.ts';
import { openLogs } from '../logs/open-logs.ts';
import type { ViewTitle } from '../view-model.ts';
import { LiveKinds } from './live-kinds.ts';
import { openObject } from './open-object.ts';
import { quiet, TreePage } from './tree-page.ts';
import { containerMark, xrayTree, xrayWishes } from './xray-tree.ts';

/** What hangs on the objects of a kind: what they own, their containers, and all that these need. */
export class XrayPage extends TreePage {
  readonly #services: DashboardServices;
  readonly #kind: string;
  readonly #namespace: string | undefined;
  #live: LiveKinds;
  /** The tree is there; what has come in is gathered for a moment before it. */
  #isGrown = false;

  constructor(services: DashboardServices, resource: ResourceInfo, namespace: string | undefined) {
    super({ type: 'page', page: 'xray', of: `${resource.plural} ${namespace ?? 'all'}`, objects: true });
    this.#services = services;
    this.#kind = groupResource(resource);
    this.#namespace = namespace;
    this.#live = this.#follow();
  }

  #follow(): LiveKinds {
    const live = new LiveKinds(this.#services, xrayWishes(this.#kind, this.#namespace), () => {
      // Half a tree would show what is not read yet as if it were not there.
      if (live.state().phase === 'connecting') this.bump();
      else {
        this.#isGrown = true;
        this.setRoots(xrayTree(this.#kind, live));
      }
    });
    askedBy('xray', () => live.start());
    return live;
  }

  title(): ViewTitle {
    const refused = this.#live.refused();
    const nodes = this.count();
    const shown = this.rows().length;
    return {
      kind: 'xray',
      scope: this.view.of!,
      count: nodes === shown ? String(nodes) : `${shown}/${nodes}`,
      filter: this.filter() ? `/${this.filter()}` : '',
      notes: refused.length > 0 ? [say('may not read {kinds}', { kinds: refused.join(', ') })] : [],
    };
  }

  protected notice(width: number, theme: Theme): readonly string[] {
    const state = this.connection();
    if (state.phase === 'failed') return errorLines(state.error, width, theme);
    if (state.phase === 'connecting') return quiet(say('Loading…'), width, theme);
    const [kind, namespace] = [this.#kind, this.#namespace];
    const text =
      namespace === undefined
        ? say('No {kind}.', { kind })
        : say('No {kind} in namespace {namespace}.', { kind, namespace });
    return quiet(text, width, theme);
  }

  override connection(): SourceState {
    const state = this.#live.state();
    return this.#isGrown || state.phase !== 'synced' ? state : { phase: 'connecting', since: state.since };
  }

  async enter(host: ActionHost): Promise<void> {
    const row = this.current();
    const ref = row?.node.ref;
    if (!row || !ref) return;
    const at = row.node.key.lastIndexOf(containerMark);
    if (at < 0) return openObject(host, ref);
    const container = { ...ref, resource: containersResource, name: row.node.key.slice(at + 1) };
    host.push(openLogs(host.services, [container], { previous: false, parent: ref }));
  }

  refresh(): void {
    this.#live.stop();
    this.#live = this.#follow();
  }

  close(): void {
    this.#live.stop();
  }
}
