/** Containers, their probes and states, and the volumes they mount. */
export const containerDescriptions = `
core/v1.Container One program of a pod: its image, how it is started, and what it needs.
  args The arguments of the program; the image's own if not set. $(NAME) stands for an environment variable.
  command The program that is started, in place of the image's entry point. No shell is involved.
  env Environment variables.
  envFrom Config maps and secrets whose keys become environment variables.
  image The image to run, such as nginx:1.27.
  imagePullPolicy When the image is pulled: Always, IfNotPresent or Never. Always is the default for the tag latest.
  lifecycle What is done after the start and before the end.
  livenessProbe Tells whether the container still works. Where it fails, the container is started again.
  name The container's name, unique in the pod.
  ports Ports that the program listens on. A note for people and services; ports that are not listed are open too.
  readinessProbe Tells whether the container can take requests. Where it fails, services send it none.
  resizePolicy Whether the container must be restarted when its resources are changed.
  resources How much CPU and memory the container is promised and may use.
  restartPolicy For init containers: Always makes a sidecar that keeps running.
  securityContext Users and rights of this container.
  startupProbe Tells whether the program has started. Until then the other probes wait.
  stdin Keeps an input open for the program.
  stdinOnce Closes the input after the first client is gone.
  terminationMessagePath The file whose text becomes the container's last message; /dev/termination-log if not set.
  terminationMessagePolicy Where that message comes from: File, or FallbackToLogsOnError.
  tty Gives the program a terminal; needs stdin.
  volumeDevices Volumes that the program gets as raw devices.
  volumeMounts Which volumes show at which paths.
  workingDir The folder in which the program starts; the image's own if not set.
core/v1.EphemeralContainer A container that is added to a running pod to look into it. It is never restarted and cannot be taken out.
  targetContainerName The container whose processes it shares.
core/v1.ContainerPort A port that a container listens on.
  containerPort The number, 1 to 65535.
  hostIP The address of the node on which hostPort is opened.
  hostPort A port of the node that leads to this one. Only one such pod fits on a node.
  name A name by which services and probes can call the port.
  protocol TCP (the default), UDP or SCTP.
core/v1.EnvVar One environment variable.
  name The name.
  value The value. $(NAME) stands for a variable that was defined before.
  valueFrom Where the value comes from, in place of value.
core/v1.EnvVarSource Where the value of a variable comes from; one of these.
  configMapKeyRef A key of a config map.
  fieldRef A field of the pod, such as metadata.name or status.podIP.
  fileKeyRef A key of a file in a volume.
  resourceFieldRef A request or limit of a container.
  secretKeyRef A key of a secret.
core/v1.EnvFromSource A config map or secret all of whose keys become variables.
  configMapRef The config map.
  prefix Text that is put before each key.
  secretRef The secret.
core/v1.ConfigMapKeySelector A key of a config map.
  key The key.
  name The config map.
  optional Whether the config map or its key may be missing.
core/v1.SecretKeySelector A key of a secret.
  key The key.
  name The secret.
  optional Whether the secret or its key may be missing.
core/v1.ObjectFieldSelector A field of the object.
  apiVersion The version in which the path is written; v1 if not set.
  fieldPath The path, such as metadata.labels['app'].
core/v1.ResourceRequirements How much of each resource is promised, and how much may be used.
  claims Devices of the pod's resource claims that the container uses.
  limits The most that may be used. More CPU is withheld; more memory ends the container (OOMKilled).
  requests What is promised; the scheduler looks for a node that has as much left. The limits if not set.
core/v1.Probe A check that is made again and again while a container runs.
  exec Runs a command in the container; exit code 0 is success.
  failureThreshold Failures in a row that count as a failure; 3 if not set.
  grpc Asks the gRPC health service at a port.
  httpGet Makes an HTTP request; a status from 200 to 399 is success.
  initialDelaySeconds Seconds after the start before the first check.
  periodSeconds Seconds between checks; 10 if not set.
  successThreshold Successes in a row that count as success again; 1 if not set.
  tcpSocket Opens a connection to a port.
  terminationGracePeriodSeconds Seconds for ending when this probe fails; the pod's own if not set.
  timeoutSeconds Seconds after which a check has failed; 1 if not set.
core/v1.HTTPGetAction An HTTP request.
  host The host to ask; the pod's address if not set.
  httpHeaders Headers to send.
  path The path to ask for.
  port The port, by number or name.
  scheme HTTP or HTTPS.
core/v1.TCPSocketAction A connection to a port.
  host The host; the pod's address if not set.
  port The port, by number or name.
core/v1.ExecAction A command that is run in the container.
  command The program and its arguments. No shell is involved.
core/v1.GRPCAction A question to the gRPC health service.
  port The port, by number.
  service The service to ask about.
core/v1.Lifecycle What is done as a container starts and ends.
  postStart Done right after the start; where it fails, the container is ended.
  preStop Done before the signal to end is sent; the grace period runs meanwhile.
  stopSignal The signal that asks the program to end.
core/v1.LifecycleHandler What is done; one of these.
  exec Runs a command in the container.
  httpGet Makes an HTTP request.
  sleep Waits.
core/v1.ContainerStatus What is known of one container.
  allocatedResources What the node has set aside for the container.
  containerID The runtime and its id for the container.
  image The image that runs.
  imageID The digest of that image.
  lastState How the run before this one ended.
  name The container's name.
  ready Whether it passes its readiness probe.
  resources What holds for the container now.
  restartCount How often it was started again.
  started Whether it has passed its startup probe.
  state What it does now: waiting, running or terminated.
core/v1.ContainerState What a container does; one of these.
  running It runs.
  terminated It has ended.
  waiting It is not started yet.
core/v1.ContainerStateRunning A container that runs.
  startedAt When it was started.
core/v1.ContainerStateTerminated A container that has ended.
  exitCode The exit code of the program.
  finishedAt When it ended.
  message Its last message.
  reason Why it ended: Completed, Error, OOMKilled.
  signal The signal that ended it.
  startedAt When it was started.
core/v1.ContainerStateWaiting A container that is not started yet.
  message The details, for people.
  reason Why it waits: ContainerCreating, ImagePullBackOff, CrashLoopBackOff.
core/v1.Volume Storage of a pod, by name. Besides the name, one of the other fields says what it is.
  configMap The keys of a config map as files.
  csi Storage that a CSI driver brings for the life of the pod.
  downwardAPI Fields of the pod as files.
  emptyDir An empty folder that lives as long as the pod.
  ephemeral A claim that is made for this pod and goes with it.
  hostPath A file or folder of the node. A security risk; avoid it.
  image The files of an image, read-only.
  name The volume's name, by which containers mount it.
  nfs A folder of an NFS server.
  persistentVolumeClaim Storage that a claim of the namespace stands for.
  projected Several sources in one folder.
  secret The keys of a secret as files.
core/v1.VolumeMount Where a volume shows in a container.
  mountPath The path in the container.
  mountPropagation Whether mounts made inside show outside, or the other way round.
  name The name of the volume.
  readOnly True forbids writing.
  recursiveReadOnly Whether mounts below are read-only too.
  subPath A path in the volume to show, in place of all of it.
  subPathExpr As subPath, with $(NAME) for environment variables.
core/v1.EmptyDirVolumeSource An empty folder.
  medium Empty for the node's disk, Memory for memory.
  sizeLimit The most that may be stored in it.
core/v1.HostPathVolumeSource A path of the node.
  path The path.
  type What must be there, such as Directory or File; it may be made with DirectoryOrCreate or FileOrCreate.
core/v1.ConfigMapVolumeSource A config map as files, one for each key.
  defaultMode The permissions of the files; 0644 if not set.
  items Keys to show and under which paths; all under their own names if not set.
  name The config map.
  optional Whether it may be missing.
core/v1.SecretVolumeSource A secret as files, one for each key.
  defaultMode The permissions of the files; 0644 if not set.
  items Keys to show and under which paths; all under their own names if not set.
  optional Whether it may be missing.
  secretName The secret.
core/v1.KeyToPath A key and the file it becomes.
  key The key.
  mode The permissions of the file.
  path The path of the file below the mount.
core/v1.PersistentVolumeClaimVolumeSource The storage of a claim.
  claimName The claim, in the pod's namespace.
  readOnly True forbids writing.
`;
