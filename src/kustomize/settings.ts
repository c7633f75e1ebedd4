/** What a build is told beside its kustomization. */
export interface BuildSettings {
  /** The order of objects where the kustomization does not say; `legacy` by kinds, `none` as they come. */
  reorder: 'legacy' | 'none';
  /** Files outside of a kustomization's folder may be read. */
  loadsAnywhere: boolean;
  /** Every object gets the label `app.kubernetes.io/managed-by`. */
  managedByLabel: boolean;
  /** Undefined where plugins other than the built-in ones are refused. */
  functions?: FunctionSettings;
  /** Undefined where charts are refused. */
  helm?: HelmSettings;
}

export interface HelmSettings {
  command: string;
  apiVersions: readonly string[];
  kubeVersion: string;
  debug: boolean;
}

interface FunctionSettings {
  network: boolean;
  mounts: readonly string[];
  env: readonly string[];
  asCurrentUser: boolean;
}

export const defaultSettings: BuildSettings = { reorder: 'legacy', loadsAnywhere: false, managedByLabel: false };
