/** Who is asked for images of a registry in its place. */
export interface Mirror {
  /** `https://mirror.example`, with a path where it has one. */
  address: URL;
  /** True where only its host was said: whether it speaks TLS is found out as of registries. */
  isHostOnly?: boolean;
  /** True where nothing is to be added to the path: it holds the place of `/v2/`. */
  isWhole?: boolean;
  /** What the repository is called there; absent: as at the registry. */
  repository?: string;
  /** Sent with each request to it. */
  headers?: Readonly<Record<string, string>>;
  /** It is asked for digests only: tags are the registry's to say. */
  digestOnly?: boolean;
}

/** How a host of a file is to be spoken to. */
export interface HostTrust {
  /** Its certificate is not looked at. */
  insecure?: boolean;
  /** Files of certificates that are trusted for it. */
  authorities?: readonly string[];
  /** Files of the certificate and the key by which it knows the user. */
  client?: { cert: string; key: string };
}

/** What a file says of the way to a registry. */
export interface Route {
  /** In the order in which they are asked. */
  mirrors: readonly Mirror[];
  /** True where the last of them stands for the registry, which is not asked itself. */
  isOnly?: boolean;
  /** The file that forbids it. */
  blockedBy?: string;
}

/** One kind of file that says ways to registries. */
export interface RouteFile {
  /** undefined where it says nothing of that repository. */
  route(registry: string, repository: string): Route | undefined;
  /** @param host as addresses have it */
  trust(host: string): HostTrust | undefined;
}

/** Told what is wrong with a file, which is passed over. */
export type OnBroken = (path: string, reason: string) => void;
