/** A value that an expression about the object gives. */
export interface ValueFrom {
  cel?: { expression?: string };
  jq?: { expression?: string };
  expressionFrom?: string;
}

export interface Requirement {
  key?: string;
  operator?: string;
  values?: string[];
}

export interface StagePatch {
  root?: string;
  subresource?: string;
  template?: string;
  type?: 'json' | 'merge' | 'strategic' | 'apply';
}

interface StageEvent {
  type?: string;
  reason?: string;
  message?: string;
}

export interface StageFinalizers {
  add?: { value?: string }[];
  remove?: { value?: string }[];
  empty?: boolean;
}

export interface StageStep {
  event?: StageEvent;
  finalizers?: StageFinalizers;
  delete?: boolean;
  patch?: StagePatch;
  apply?: StagePatch;
}

/** The spec of kwok.x-k8s.io/v1alpha1 Stage. */
export interface StageSpec {
  resourceRef: { apiGroup?: string; kind: string };
  selector?: {
    matchLabels?: Record<string, string>;
    matchAnnotations?: Record<string, string>;
    matchExpressions?: (Requirement & { cel?: { expression?: string }; jq?: Requirement })[];
  };
  weight?: number;
  weightFrom?: ValueFrom;
  delay?: {
    durationMilliseconds?: number;
    durationFrom?: ValueFrom;
    jitterDurationMilliseconds?: number;
    jitterDurationFrom?: ValueFrom;
  };
  next?: Omit<StageStep, 'patch' | 'apply'> & {
    patches?: StagePatch[];
    statusTemplate?: string;
    statusSubresource?: string;
  };
  immediateNextStage?: boolean;
  steps?: StageStep[];
}

/** What a stage does, in order: `steps`, or what the older `next` means (kwok, apis/internalversion/conversion.go). */
export function stepsOf({ steps, next }: StageSpec): StageStep[] {
  if (steps?.length || !next) return steps ?? [];
  const { event, finalizers, patches, statusTemplate, statusSubresource } = next;
  const changes: StagePatch[] = patches?.length
    ? patches
    : statusTemplate
      ? [{ subresource: statusSubresource ?? 'status', root: 'status', template: statusTemplate }]
      : [];
  return [
    ...(event ? [{ event }] : []),
    ...(finalizers ? [{ finalizers }] : []),
    ...changes.map((patch) => ({ patch })),
    ...(next.delete ? [{ delete: true }] : []),
  ];
}
