/** What makes pods: deployments and their like, jobs, autoscalers, budgets. */
const conditionFields = `
  lastTransitionTime When the status last changed.
  message The details, for people.
  reason One word in CamelCase that says why.
  status True, False or Unknown.
  type What the statement is about.`;

export const workloadDescriptions = `
apps/v1.Deployment Keeps a number of equal pods running and replaces them step by step when the template changes. Each state of the template has a replica set.
apps/v1.DeploymentSpec How many pods of what kind, and how they are replaced.
  minReadySeconds Seconds that a new pod must be ready before it counts as available.
  paused True lets changes of the template wait.
  progressDeadlineSeconds Seconds without progress after which a rollout counts as failed; 600 if not set.
  replicas The number of pods; 1 if not set.
  revisionHistoryLimit How many old replica sets are kept to go back to; 10 if not set.
  selector Labels by which the deployment knows its pods. It cannot be changed.
  strategy How old pods are replaced by new ones.
  template The pods. A change of it starts a rollout.
apps/v1.DeploymentStrategy How old pods are replaced by new ones.
  rollingUpdate The pace of a rolling update.
  type RollingUpdate (the default) replaces a few at a time, Recreate ends all before it starts new ones.
apps/v1.RollingUpdateDeployment The pace of a rolling update.
  maxSurge How many pods there may be above the wanted number, as a number or in percent; 25% if not set.
  maxUnavailable How many pods may be missing, as a number or in percent; 25% if not set.
apps/v1.DeploymentStatus How far the deployment is.
  availableReplicas Pods that have been ready for minReadySeconds.
  collisionCount How often a name for a replica set was taken already.
  conditions Available, Progressing and ReplicaFailure.
  observedGeneration The generation that this status is about.
  readyReplicas Pods that are ready.
  replicas All pods that are not ending.
  terminatingReplicas Pods that are ending.
  unavailableReplicas Pods that are still missing.
  updatedReplicas Pods of the present template.
apps/v1.DeploymentCondition One statement about a deployment.${conditionFields}
  lastUpdateTime When the condition was last written.
apps/v1.ReplicaSet Keeps a number of equal pods running. Made by deployments; seldom by hand.
apps/v1.ReplicaSetSpec How many pods of what kind.
  minReadySeconds Seconds that a new pod must be ready before it counts as available.
  replicas The number of pods; 1 if not set.
  selector Labels by which the set knows its pods. It cannot be changed.
  template The pods.
apps/v1.ReplicaSetStatus How far the replica set is.
  availableReplicas Pods that have been ready for minReadySeconds.
  conditions ReplicaFailure, where pods cannot be made.
  fullyLabeledReplicas Pods that have all labels of the template.
  observedGeneration The generation that this status is about.
  readyReplicas Pods that are ready.
  replicas All pods that are not ending.
  terminatingReplicas Pods that are ending.
apps/v1.StatefulSet Pods with lasting names (web-0, web-1, ...) and storage of their own each.
apps/v1.StatefulSetSpec How many pods of what kind, their storage, and in which order they come.
  minReadySeconds Seconds that a new pod must be ready before it counts as available.
  ordinals The number that the first pod has.
  persistentVolumeClaimRetentionPolicy What becomes of the claims when the set shrinks or goes.
  podManagementPolicy OrderedReady (the default) starts one pod after another, Parallel all at once.
  replicas The number of pods; 1 if not set.
  revisionHistoryLimit How many old revisions are kept; 10 if not set.
  selector Labels by which the set knows its pods. It cannot be changed.
  serviceName The headless service that gives the pods their domain names.
  template The pods.
  updateStrategy How pods are replaced when the template changes.
  volumeClaimTemplates A claim for each pod; it stays when the pod is replaced.
apps/v1.StatefulSetUpdateStrategy How pods are replaced.
  rollingUpdate The bounds of a rolling update.
  type RollingUpdate (the default) goes from the last pod to the first, OnDelete waits until you delete a pod.
apps/v1.RollingUpdateStatefulSetStrategy The bounds of a rolling update.
  maxUnavailable How many pods may be missing at a time; 1 if not set.
  partition Only pods with this number or a higher one are updated.
apps/v1.StatefulSetPersistentVolumeClaimRetentionPolicy Retain or Delete, for two cases.
  whenDeleted When the set is deleted.
  whenScaled When the set shrinks.
apps/v1.StatefulSetStatus How far the stateful set is.
  availableReplicas Pods that have been ready for minReadySeconds.
  currentReplicas Pods of the revision before.
  currentRevision The revision before.
  observedGeneration The generation that this status is about.
  readyReplicas Pods that are ready.
  replicas All pods.
  updateRevision The revision of the present template.
  updatedReplicas Pods of the present template.
apps/v1.DaemonSet One pod on every node, or on every node that a selector picks.
apps/v1.DaemonSetSpec What pod runs on each node.
  minReadySeconds Seconds that a new pod must be ready before it counts as available.
  revisionHistoryLimit How many old revisions are kept; 10 if not set.
  selector Labels by which the set knows its pods. It cannot be changed.
  template The pods. Its nodeSelector says on which nodes.
  updateStrategy How pods are replaced when the template changes.
apps/v1.DaemonSetUpdateStrategy How pods are replaced.
  rollingUpdate The pace of a rolling update.
  type RollingUpdate (the default), or OnDelete to wait until you delete a pod.
apps/v1.RollingUpdateDaemonSet The pace of a rolling update.
  maxSurge How many nodes may run an old and a new pod at a time.
  maxUnavailable How many nodes may be without a pod at a time; 1 if not set.
apps/v1.DaemonSetStatus How far the daemon set is.
  currentNumberScheduled Nodes that should have the pod and have it.
  desiredNumberScheduled Nodes that should have the pod.
  numberAvailable Nodes whose pod has been ready for minReadySeconds.
  numberMisscheduled Nodes that have the pod and should not.
  numberReady Nodes whose pod is ready.
  numberUnavailable Nodes that should have a pod available and have none.
  observedGeneration The generation that this status is about.
  updatedNumberScheduled Nodes that have a pod of the present template.
apps/v1.ControllerRevision An earlier state of a stateful set or daemon set, to go back to.
  data The state.
  revision Its number.
core/v1.ReplicationController The forerunner of the replica set. Use a deployment.
core/v1.ReplicationControllerSpec How many pods of what kind.
  minReadySeconds Seconds that a new pod must be ready before it counts as available.
  replicas The number of pods; 1 if not set.
  selector Labels by which the controller knows its pods; those of the template if not set.
  template The pods.
batch/v1.Job Runs pods until a number of them have succeeded.
batch/v1.JobSpec How often a pod is to succeed, how many run at a time, and what counts as failure.
  activeDeadlineSeconds Seconds after which the job is ended and has failed.
  backoffLimit How many pods may fail before the job has failed; 6 if not set.
  backoffLimitPerIndex How often each index may fail.
  completionMode NonIndexed counts successes, Indexed gives each pod a number from 0 and wants one success of each.
  completions How many pods must succeed; 1 if neither this nor parallelism is set.
  managedBy Who takes care of the job, where it is not the built-in controller.
  manualSelector True if you choose the selector; leave it alone.
  maxFailedIndexes How many indexes may fail before the job has failed.
  parallelism How many pods run at a time; 1 if not set.
  podFailurePolicy What to do about failures of certain kinds.
  podReplacementPolicy When a pod is replaced: once it is ending or failed, or only once it has failed.
  selector Labels by which the job knows its pods. Made by the server.
  successPolicy When a job has succeeded before all indexes have.
  suspend True ends the pods and starts none.
  template The pods; their restartPolicy must be OnFailure or Never.
  ttlSecondsAfterFinished Seconds after its end at which the job is deleted.
batch/v1.JobStatus How far the job is.
  active Pods that run or wait.
  completedIndexes Indexes that have succeeded, such as 0-2,5.
  completionTime When the job succeeded.
  conditions Complete, Failed, Suspended and others.
  failed Pods that have failed.
  ready Pods that are ready.
  startTime When the job was begun.
  succeeded Pods that have succeeded.
  terminating Pods that are ending.
batch/v1.JobTemplateSpec The jobs that a cron job makes.
  metadata Labels and annotations of the jobs.
  spec What each job is to be.
batch/v1.CronJob Makes a job at certain times.
batch/v1.CronJobSpec When a job is made, and of what kind.
  concurrencyPolicy What to do while the last job still runs: Allow (the default), Forbid or Replace.
  failedJobsHistoryLimit How many failed jobs are kept; 1 if not set.
  jobTemplate The jobs.
  schedule The times as in cron: minute, hour, day of month, month, day of week.
  startingDeadlineSeconds How late a job may still be started.
  successfulJobsHistoryLimit How many successful jobs are kept; 3 if not set.
  suspend True makes no more jobs.
  timeZone The time zone of the schedule, such as Europe/Berlin.
batch/v1.CronJobStatus What the cron job has done.
  active Jobs that run.
  lastScheduleTime When a job was last due and made.
  lastSuccessfulTime When a job last succeeded.
autoscaling/v2.HorizontalPodAutoscaler Changes the number of a workload's pods by how busy they are.
autoscaling/v2.HorizontalPodAutoscalerSpec What is scaled, between which bounds, and by what measure.
  behavior How fast it may go up and down.
  maxReplicas The most pods.
  metrics What is measured, and what it should be. The measure that asks for the most pods decides.
  minReplicas The fewest pods; 1 if not set.
  scaleTargetRef The workload whose number of pods is changed.
autoscaling/v2.CrossVersionObjectReference Points to the workload.
  apiVersion Its group and version.
  kind Its kind.
  name Its name.
autoscaling/v2.MetricSpec One measure.
  containerResource CPU or memory of one container of each pod.
  external A figure from outside the cluster.
  object A figure of another object.
  pods A figure of each pod, averaged.
  resource CPU or memory of each pod.
  type Which of the other fields holds.
autoscaling/v2.ResourceMetricSource CPU or memory of each pod.
  name cpu or memory.
  target What it should be.
autoscaling/v2.MetricTarget What a measure should be.
  averageUtilization The average in percent of what pods request.
  averageValue The average over the pods.
  type Utilization, AverageValue or Value.
  value The value itself.
autoscaling/v2.HorizontalPodAutoscalerBehavior How fast the number may change.
  scaleDown The rules for going down.
  scaleUp The rules for going up.
autoscaling/v2.HPAScalingRules The rules for one direction.
  policies Bounds of change; selectPolicy says which holds.
  selectPolicy Max, Min, or Disabled for no change at all.
  stabilizationWindowSeconds Seconds of earlier proposals that are looked at before a change.
autoscaling/v2.HorizontalPodAutoscalerStatus What the autoscaler has measured and done.
  conditions AbleToScale, ScalingActive and ScalingLimited.
  currentMetrics What was measured last.
  currentReplicas The number of pods when it last looked.
  desiredReplicas The number it has worked out.
  lastScaleTime When it last changed the number.
autoscaling/v1.HorizontalPodAutoscaler Changes the number of a workload's pods by their CPU use. autoscaling/v2 knows more measures.
autoscaling/v1.HorizontalPodAutoscalerSpec What is scaled, and between which bounds.
  maxReplicas The most pods.
  minReplicas The fewest pods; 1 if not set.
  scaleTargetRef The workload whose number of pods is changed.
  targetCPUUtilizationPercentage The average CPU use in percent of what pods request.
autoscaling/v1.Scale The number of a workload's pods, as a resource of its own.
autoscaling/v1.ScaleSpec The number that is wanted.
  replicas The number of pods.
autoscaling/v1.ScaleStatus The number there is.
  replicas The number of pods.
  selector The selector of the pods, as text.
policy/v1.PodDisruptionBudget Bounds how many pods of an application may be taken away at a time on purpose, as drain does.
policy/v1.PodDisruptionBudgetSpec Which pods, and how many must stay.
  maxUnavailable How many may be missing, as a number or in percent. Not together with minAvailable.
  minAvailable How many must stay, as a number or in percent.
  selector The labels of the pods.
  unhealthyPodEvictionPolicy Whether pods that are not ready may go at once: IfHealthyBudget or AlwaysAllow.
policy/v1.PodDisruptionBudgetStatus What the budget allows now.
  conditions DisruptionAllowed and why.
  currentHealthy Pods that are ready.
  desiredHealthy Pods that must stay.
  disruptedPods Pods that were evicted and are not gone yet.
  disruptionsAllowed How many pods may go now.
  expectedPods Pods that are counted.
policy/v1.Eviction Asks that a pod be taken away, if the budgets allow it.
  deleteOptions How the pod is deleted.
scheduling/v1.PriorityClass A name for how important pods are.
  description When to use it, for people.
  globalDefault True makes it the class of pods that name none. One class at most.
  preemptionPolicy Whether its pods may push out others: PreemptLowerPriority or Never.
  value The priority; higher is more important.
`;
