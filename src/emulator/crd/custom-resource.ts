import type { KubeObject, TableColumn } from '../../api/meta.ts';

/** JSON schema as far as structural schemas use it (apiextensions.k8s.io/v1 JSONSchemaProps). */
export interface StructuralSchema {
  type?: string;
  properties?: Record<string, StructuralSchema>;
  items?: StructuralSchema;
  additionalProperties?: StructuralSchema | boolean;
  required?: string[];
  enum?: unknown[];
  default?: unknown;
  nullable?: boolean;
  pattern?: string;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  'x-kubernetes-preserve-unknown-fields'?: boolean;
  'x-kubernetes-int-or-string'?: boolean;
  'x-kubernetes-embedded-resource'?: boolean;
  [keyword: string]: unknown;
}

/** Where `/scale` of a custom resource reads and writes; simple JSON paths (`.spec.replicas`). */
export interface CustomScale {
  specReplicasPath: string;
  statusReplicasPath: string;
  labelSelectorPath?: string;
}

/** A printer column as a definition declares it. */
export interface PrinterColumn extends TableColumn {
  jsonPath: string;
}

/** Who converts the objects of a definition from one version to another (apiextensions.k8s.io/v1 WebhookConversion). */
export interface Conversion {
  clientConfig: {
    url?: string;
    service?: { namespace: string; name: string; path?: string; port?: number };
    caBundle?: string;
  };
  /** Of the review, in the order of preference. */
  reviewVersions: readonly string[];
}

/** What one version of a custom resource definition says of its objects. */
export interface CustomResource {
  definition: string;
  schema?: StructuralSchema;
  scale?: CustomScale;
  columns: readonly PrinterColumn[];
  /** Of the version that is stored, where that is another and nobody converts: objects lose what has no place there. */
  storedSchema?: StructuralSchema;
  /** Who converts between versions; without it they differ in name alone. */
  conversion?: Conversion;
  /** What to warn of whoever asks for the version. */
  deprecation?: string;
  selectableFields: Readonly<Record<string, (object: KubeObject) => unknown>>;
}
