/** What `logs` was asked for, in kubectl's terms. */
export interface BaseOptions {
  args: readonly string[];
  selector: string;
  container: string;
  allContainers: boolean;
  allPods: boolean;
  follow: boolean;
  previous: boolean;
  prefix: boolean;
  timestamps: boolean;
  insecureSkipTlsVerifyBackend: boolean;
  ignoreErrors: boolean;
  /** Undefined: all lines. */
  tailLines: number | undefined;
  sinceSeconds: number | undefined;
  sinceTime: string | undefined;
  limitBytes: number | undefined;
  maxLogRequests: number;
  /** Milliseconds. */
  podRunningTimeout: number;
}
