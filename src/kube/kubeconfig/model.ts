/** The stanzas of a kubeconfig with the field names of the file format (client-go, tools/clientcmd/api/v1). */

export interface ClusterEntry {
  server?: string;
  'tls-server-name'?: string;
  'insecure-skip-tls-verify'?: boolean;
  'certificate-authority'?: string;
  'certificate-authority-data'?: string;
  'proxy-url'?: string;
  'disable-compression'?: boolean;
  extensions?: NamedExtension[];
}

export interface NamedExtension {
  name: string;
  extension: unknown;
}

export interface ExecConfig {
  apiVersion?: string;
  command?: string;
  args?: string[] | null;
  env?: { name: string; value: string }[] | null;
  installHint?: string;
  provideClusterInfo?: boolean;
  interactiveMode?: string;
}

export interface AuthProviderConfig {
  name?: string;
  config?: Record<string, string> | null;
}

export interface UserEntry {
  'client-certificate'?: string;
  'client-certificate-data'?: string;
  'client-key'?: string;
  'client-key-data'?: string;
  token?: string;
  tokenFile?: string;
  as?: string;
  'as-uid'?: string;
  'as-groups'?: string[];
  'as-user-extra'?: Record<string, string[]>;
  username?: string;
  password?: string;
  'auth-provider'?: AuthProviderConfig;
  exec?: ExecConfig;
  extensions?: NamedExtension[];
}

export interface ContextEntry {
  cluster?: string;
  user?: string;
  namespace?: string;
  extensions?: NamedExtension[];
}

/** A stanza and the file it was read from: relative paths count from there, and edits go there. */
export interface Owned<T> {
  value: T;
  file: string;
}

/** All files of the search path merged: for every name, and for `current-context`, the first file wins. */
export interface Kubeconfig {
  /** The search path in order, files that do not exist included. */
  files: string[];
  /** The same files as the user wrote them, for messages. */
  shown: string[];
  /** True where `--kubeconfig` named the only file. */
  explicit: boolean;
  clusters: Map<string, Owned<ClusterEntry>>;
  users: Map<string, Owned<UserEntry>>;
  contexts: Map<string, Owned<ContextEntry>>;
  /** '' when no file names one. */
  currentContext: string;
  /** The file that names the current context. */
  currentContextFile: string | undefined;
  preferences: unknown;
  extensions: NamedExtension[];
}

/** One file as it was read, unmerged. Lists keep the order of the file. */
export interface KubeconfigFile {
  clusters: { name: string; cluster: ClusterEntry }[];
  users: { name: string; user: UserEntry }[];
  contexts: { name: string; context: ContextEntry }[];
  currentContext: string;
  preferences: unknown;
  extensions: NamedExtension[];
}
