import { age, printer } from './define.ts';

/** autoscaling/v1 Scale, which belongs to no resource of its own; its name is not marked as one. */
const marked = printer('Name | Desired:integer | Available:integer | Age', (scale, nowMs) => [
  scale.metadata.name,
  scale.spec?.replicas ?? 0,
  scale.status?.replicas ?? 0,
  age(scale, nowMs),
]);

export const scalePrinter = { ...marked, columns: marked.columns.map((column) => ({ ...column, format: '' })) };
