/** The discovery documents, legacy and aggregated, as servers send them and caches keep them. */

interface GroupVersionForDiscovery {
  groupVersion: string;
  version: string;
}

export interface ApiGroup {
  name: string;
  versions: GroupVersionForDiscovery[];
  preferredVersion?: GroupVersionForDiscovery;
}

export interface ApiGroupList {
  kind: 'APIGroupList';
  apiVersion: 'v1';
  groups: ApiGroup[];
}

export interface ApiResource {
  /** `pods`, or `pods/log` for a subresource. */
  name: string;
  singularName: string;
  namespaced: boolean;
  /** Where they differ from the group version of the list. */
  group?: string;
  version?: string;
  kind: string;
  verbs: string[];
  shortNames?: string[];
  categories?: string[];
}

export interface ApiResourceList {
  kind: 'APIResourceList';
  apiVersion: 'v1';
  groupVersion: string;
  resources: ApiResource[];
}

/** apidiscovery.k8s.io/v2 and v2beta1, which are alike. */
export interface ApiGroupDiscoveryList {
  kind: 'APIGroupDiscoveryList';
  items: {
    metadata?: { name?: string };
    versions?: {
      version: string;
      freshness?: 'Current' | 'Stale';
      resources?: {
        resource: string;
        responseKind?: { group?: string; version?: string; kind: string };
        scope?: 'Namespaced' | 'Cluster';
        singularResource?: string;
        verbs?: string[];
        shortNames?: string[];
        categories?: string[];
        subresources?: {
          subresource: string;
          responseKind?: { group?: string; version?: string; kind: string };
          verbs?: string[];
        }[];
      }[];
    }[];
  }[];
}

/** Why one group version could not be read, while the others could. */
export interface DiscoveryFailure {
  groupVersion: string;
  error: Error;
}

/** All that discovery found, in the server's order of groups. */
export interface DiscoveryDocuments {
  groups: ApiGroup[];
  /** By group version: `v1`, `apps/v1`. */
  resources: Map<string, ApiResource[]>;
  failures: DiscoveryFailure[];
}
