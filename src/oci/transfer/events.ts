/** A layer, or the config of an image. */
export interface MovedBlob {
  digest: string;
  /** Bytes, as they travel. */
  size: number;
}

/** How a layer got where it is now. */
export type Outcome =
  /** It was there already. */
  | 'exists'
  /** The registry had it in another repository. */
  | 'mounted'
  /** It travelled. */
  | 'moved'
  /** It may not be distributed: it is had from elsewhere. */
  | 'foreign';

export interface LayerResult extends MovedBlob {
  outcome: Outcome;
  /** The repository that it was mounted from, where that is known. */
  from?: string;
  /** Bytes that travelled. */
  travelled: number;
}

/** What a pull or a push tells while it goes on. */
export type TransferEvent =
  /** The registry has answered. @param repository as the registry calls it; `digest` of what is pulled */
  | { kind: 'begin'; registry: string; repository: string; tag: string }
  /** The layers, the lowest first. */
  | { kind: 'layers'; layers: readonly MovedBlob[] }
  /** A layer is on its way. @param done bytes that are there from an earlier try */
  | { kind: 'start'; digest: string; size: number; done: number }
  /** @param done bytes by now */
  | { kind: 'bytes'; digest: string; done: number }
  | { kind: 'layer'; layer: LayerResult }
  /** It is waited, and then tried again. */
  | { kind: 'retry'; reason: string }
  /** Worth knowing; one line. */
  | { kind: 'note'; text: string };

export type OnTransfer = (event: TransferEvent) => void;

/** What was the outcome for the layers, lowest first, each once. */
export interface Tally {
  layers: LayerResult[];
  /** Bytes of layers. */
  travelled: number;
  /** Bytes of layers that did not have to travel. */
  reused: number;
}

export function tallyOf(layers: readonly LayerResult[]): Tally {
  const own = layers.filter(({ outcome }) => outcome !== 'foreign');
  const total = own.reduce((sum, { size }) => sum + size, 0);
  const kept = own.reduce((sum, { size, travelled }) => sum + Math.max(0, size - travelled), 0);
  return {
    layers: [...layers],
    travelled: own.reduce((sum, one) => sum + one.travelled, 0),
    reused: Math.min(kept, total),
  };
}
