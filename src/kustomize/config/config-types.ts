import type { Gvk } from '../resource/id.ts';
import type { FieldSpec } from './field-spec.ts';

/** Fields that hold the names of objects of one kind. */
export interface NameReference extends Gvk {
  fieldSpecs: readonly FieldSpec[];
}

/** The lists of fields that transformers change, as `configurations` calls them, with kustomize's names in messages. */
export const FIELD_LISTS = {
  namePrefix: 'NamePrefix',
  nameSuffix: 'NameSuffix',
  namespace: 'NameSpace',
  commonAnnotations: 'CommonAnnotations',
  commonLabels: 'CommonLabels',
  labels: 'Labels',
  templateLabels: 'TemplateLabels',
  varReference: 'VarReference',
  images: 'Images',
  replicas: 'Replicas',
} as const;

export type FieldListName = keyof typeof FIELD_LISTS;

/** Which fields of which objects each transformer changes. */
export type TransformerConfig = Readonly<Record<FieldListName, readonly FieldSpec[]>> & {
  readonly nameReference: readonly NameReference[];
};
