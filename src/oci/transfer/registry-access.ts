import type { RegistryCredentials } from '../registry/credentials.ts';
import type { RegistryHttp } from '../registry/http.ts';
import type { Route } from '../registry/mirrors/route.ts';
import type { RetryPolicy } from '../registry/retry.ts';

/** How registries are reached, and as whom. */
export interface RegistryAccess {
  http: RegistryHttp;
  /** Asked only where a registry wants to know. */
  credentials?(registry: string, repository: string): Promise<RegistryCredentials | undefined>;
  /** What is asked before the registry itself, or in its place. */
  route?(registry: string, repository: string): Route;
  retry?: RetryPolicy;
}
