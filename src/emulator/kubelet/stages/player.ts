import type { KubeObject } from '../../../api/meta.ts';
import { KctlError } from '../../../lib/errors.ts';
import { TemplateError } from '../../../lib/go-template/nodes.ts';
import { chanceOf } from '../../runtime/chance.ts';
import { nextStage, type Stage, stageOf } from './stage.ts';
import { playStep, type StepWorld } from './steps.ts';
import { Templates, type TemplateWorld } from './templates.ts';

/** A stage that was chosen for an object, and waits for its time. */
interface Chosen {
  uid: string;
  /** The state of the object that it was chosen for. */
  version: string;
  generation: number;
  stage: Stage | undefined;
  /** ms since the epoch. */
  at: number;
  /** What of it is done. */
  step: number;
}

export interface PlayerWorld extends Omit<StepWorld, 'templates'>, Omit<TemplateWorld, 'nodeIPs' | 'nodeName'> {
  clockNow: () => number;
  nodeIPs: (node: string) => readonly string[];
  /** Told of what cannot be played. */
  complain: (stage: string, message: string) => void;
}

/** Chooses and plays stages. Loaded with the first of them. */
export class StagePlayer {
  readonly #world: PlayerWorld;
  readonly #templates: Templates;
  readonly #chosen = new Map<string, Chosen>();
  #stages = new Map<string, Stage[]>();
  #generation = 0;
  /** The node that is looked at. */
  #node = '';

  constructor(world: PlayerWorld) {
    this.#world = world;
    this.#templates = new Templates({
      ...world,
      nodeIPs: (node) => world.nodeIPs(node ?? this.#node),
      nodeName: () => this.#node,
    });
  }

  /** @param stages Stage objects by the resource that they are about */
  use(stages: ReadonlyMap<string, readonly KubeObject[]>): void {
    this.#generation++;
    this.#templates.clear();
    this.#stages = new Map(
      [...stages].map(([resource, objects]) => [resource, objects.flatMap((object) => this.#read(object))]),
    );
  }

  #read(object: KubeObject): Stage[] {
    try {
      const stage = stageOf(object);
      return stage ? [stage] : [];
    } catch (error) {
      this.#world.complain(object.metadata.name!, (error as Error).message);
      return [];
    }
  }

  selects(resource: string, object: KubeObject): boolean {
    return (this.#stages.get(resource) ?? []).some((stage) => stage.matches(object));
  }

  forget(key: string): void {
    this.#chosen.delete(key);
  }

  /**
   * Looks at an object: chooses the stage that comes next where its state is new, and plays it when its time has come.
   * @returns milliseconds until the next look; undefined: none before the object changes
   */
  async look(key: string, resource: string, object: KubeObject): Promise<number | undefined> {
    const { uid = '', resourceVersion: version = '' } = object.metadata;
    const now = this.#world.clockNow();
    let chosen = this.#chosen.get(key);
    const isBegun = chosen?.uid === uid && chosen.step > 0;
    if (
      !chosen ||
      !(isBegun || (chosen.uid === uid && chosen.version === version && chosen.generation === this.#generation))
    ) {
      const seed = `${uid} ${version}`;
      const stage = nextStage(this.#stages.get(resource) ?? [], object, seed);
      const delay = stage?.delay(object, now, chanceOf(`${seed} delay`)) ?? 0;
      chosen = { uid, version, generation: this.#generation, stage, at: now + Math.max(delay, 0), step: 0 };
      this.#chosen.set(key, chosen);
    }
    if (!chosen.stage) return undefined;
    if (chosen.at > now) return chosen.at - now;
    return this.#play(resource, object, chosen);
  }

  async #play(resource: string, object: KubeObject, chosen: Chosen): Promise<number | undefined> {
    const stage = chosen.stage!;
    this.#node = resource === 'nodes' ? object.metadata.name! : (object['spec']?.nodeName ?? '');
    try {
      while (chosen.step < stage.steps.length) {
        const isThere = await playStep(
          { ...this.#world, templates: this.#templates },
          resource,
          object,
          stage.steps[chosen.step]!,
        );
        chosen.step++;
        if (!isThere) break;
      }
    } catch (error) {
      // What a template says wrong stays wrong until somebody changes it; what the server refuses is tried again.
      if (!(error instanceof TemplateError || error instanceof KctlError)) throw error;
      this.#world.complain(stage.name, error.message);
    }
    chosen.stage = undefined;
    chosen.step = 0;
    const after = this.#world.lister.get<KubeObject>(resource, object.metadata.namespace, object.metadata.name!);
    const isSame = after?.metadata.resourceVersion === object.metadata.resourceVersion;
    // Its own writes bring the object back; without one the state is what it was, and nothing comes of looking again.
    chosen.version = isSame ? chosen.version : '';
    return undefined;
  }
}
