/** One layer of an image, as `kubectl describe`-like views, rollouts and the layer table show it. */
export interface ImageLayerFacts {
  /** `sha256:…` of the layer as it is transferred. */
  digest: string;
  /** Compressed, as it is transferred. */
  sizeBytes: number;
  /** The Dockerfile instruction that made it, or '' where the history does not say. */
  instruction: string;
}

/** How containers of an image run, as its config says. */
export interface ImageRunFacts {
  /** Digest of the config: the image's id. */
  id: string;
  /** `linux/amd64` */
  platform: string;
  /** As `USER` has it: a name or number, with a group after `:` where there is one; '' for root. */
  user: string;
  /** `NAME=value` */
  env: string[];
  entrypoint: string[];
  command: string[];
  workingDir: string;
  /** `8080/tcp` */
  ports: string[];
}

/** What is known of an image without pulling it. */
export interface ImageFacts {
  /** Canonical: `docker.io/library/nginx:1.27`. */
  reference: string;
  /** Digest of the image's manifest, or of the index of manifests that its name stands for. */
  digest: string;
  sizeBytes: number;
  /** True where the figures are made up by the emulator's catalogue and not read from a real image. */
  simulated: boolean;
  /** Lowest layer first. */
  layers: ImageLayerFacts[];
  /** Of a real image whose config was read. */
  run?: ImageRunFacts;
}

/** What could be learnt of an image for one platform: its facts, or why there are none. */
export type KnownImage =
  | { facts: ImageFacts & { digests?: readonly string[] } }
  | {
      unknown: string;
      /** The same in the two or three words that a cell of a table has room for. */
      short?: string;
      /** What the user can do about it. */
      hint?: string;
      /** Who was asked has no such image, which is not to say that nobody answers. */
      isAbsent?: boolean;
    };

/**
 * The non-resource path at which the bundled cluster serves `ImageFacts` as JSON; it answers 404
 * for an image that cannot be pulled, and so does every other server.
 */
export function imageFactsPath(reference: string): string {
  return `${IMAGE_FACTS_ROOT}${encodeURIComponent(reference)}`;
}

/** What comes before the encoded reference in `imageFactsPath`. */
export const IMAGE_FACTS_ROOT = '/kctl.dev/v1/images/';
