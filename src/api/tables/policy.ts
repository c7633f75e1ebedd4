import { age, NONE, printer, type TablePrinter } from './define.ts';

const podDisruptionBudgets = printer(
  'Name | Min Available | Max Unavailable | Allowed Disruptions:integer | Age',
  (o, now) => [
    o.metadata.name,
    String(o.spec?.minAvailable ?? 'N/A'),
    String(o.spec?.maxUnavailable ?? 'N/A'),
    o.status?.disruptionsAllowed ?? 0,
    age(o, now),
  ],
);

const webhookConfigurations = printer('Name | Webhooks:integer | Age', (o, now) => [
  o.metadata.name,
  o.webhooks?.length ?? 0,
  age(o, now),
]);

interface ParamKind {
  apiVersion?: string;
  kind?: string;
}

function paramKind(param: ParamKind | undefined): string {
  return param ? `${param.apiVersion}/${param.kind}` : '<unset>';
}

const validatingPolicies = printer('Name | Validations:integer | ParamKind | Age', (o, now) => [
  o.metadata.name,
  o.spec?.validations?.length ?? 0,
  paramKind(o.spec?.paramKind),
  age(o, now),
]);

const mutatingPolicies = printer('Name | Mutations:integer | ParamKind | Age', (o, now) => [
  o.metadata.name,
  o.spec?.mutations?.length ?? 0,
  paramKind(o.spec?.paramKind),
  age(o, now),
]);

const policyBindings = printer('Name | PolicyName | ParamRef | Age', (o, now) => {
  const { namespace, name } = o.spec?.paramRef ?? {};
  const reference = o.spec?.paramRef ? (namespace ? `${namespace}/${name ?? ''}` : (name ?? '*')) : '<unset>';
  return [o.metadata.name, o.spec?.policyName ?? '', reference, age(o, now)];
});

const flowSchemas = printer(
  'Name | PriorityLevel | MatchingPrecedence | DistinguisherMethod | Age | MissingPL',
  (o, now) => {
    const conditions: { type: string; status: string }[] = o.status?.conditions ?? [];
    return [
      o.metadata.name,
      o.spec?.priorityLevelConfiguration?.name ?? '',
      o.spec?.matchingPrecedence ?? 0,
      o.spec?.distinguisherMethod?.type ?? NONE,
      age(o, now),
      conditions.find((condition) => condition.type === 'Dangling')?.status ?? '?',
    ];
  },
);

const priorityLevels = printer(
  'Name | Type | NominalConcurrencyShares | Queues | HandSize | QueueLengthLimit | Age',
  (o, now) => {
    const limited = o.spec?.limited ?? o.spec?.exempt;
    const queuing = o.spec?.limited?.limitResponse?.queuing;
    return [
      o.metadata.name,
      o.spec?.type ?? '',
      limited?.nominalConcurrencyShares ?? NONE,
      queuing?.queues ?? NONE,
      queuing?.handSize ?? NONE,
      queuing?.queueLengthLimit ?? NONE,
      age(o, now),
    ];
  },
);

export const policyTables: Readonly<Record<string, TablePrinter>> = {
  'poddisruptionbudgets.policy': podDisruptionBudgets,
  'mutatingwebhookconfigurations.admissionregistration.k8s.io': webhookConfigurations,
  'validatingwebhookconfigurations.admissionregistration.k8s.io': webhookConfigurations,
  'validatingadmissionpolicies.admissionregistration.k8s.io': validatingPolicies,
  'validatingadmissionpolicybindings.admissionregistration.k8s.io': policyBindings,
  'mutatingadmissionpolicies.admissionregistration.k8s.io': mutatingPolicies,
  'mutatingadmissionpolicybindings.admissionregistration.k8s.io': policyBindings,
  'flowschemas.flowcontrol.apiserver.k8s.io': flowSchemas,
  'prioritylevelconfigurations.flowcontrol.apiserver.k8s.io': priorityLevels,
};
