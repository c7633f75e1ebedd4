import { refused, run, type Story, show } from '../story.ts';

export const quota: Story = {
  title: { en: 'A namespace has used up its quota', ko: '할당량을 다 쓴 네임스페이스' },
  files: {
    'quota.yaml': `apiVersion: v1
kind: ResourceQuota
metadata:
  name: team
spec:
  hard:
    requests.cpu: "1"
    requests.memory: 1Gi
    pods: "6"
`,
    'api.yaml': `apiVersion: apps/v1
kind: Deployment
metadata:
  name: api
spec:
  replicas: 4
  selector: {matchLabels: {app: api}}
  template:
    metadata:
      labels: {app: api}
    spec:
      containers:
      - name: api
        image: nginx:1.27
        resources:
          requests: {cpu: 300m, memory: 128Mi}
`,
    'bare.yaml': `apiVersion: v1
kind: Pod
metadata:
  name: bare
spec:
  containers:
  - name: bare
    image: nginx:1.27
`,
    'limits.yaml': `apiVersion: v1
kind: LimitRange
metadata:
  name: team
spec:
  limits:
  - type: Container
    defaultRequest: {cpu: 50m, memory: 64Mi}
    default: {cpu: 100m, memory: 128Mi}
`,
  },
  scenes: [
    {
      say: {
        en: 'The team of this namespace may ask for one CPU in all. Four pods of 300m are more than that.',
        ko: '이 네임스페이스의 팀은 모두 합쳐 CPU 하나까지 요청할 수 있습니다. 300m짜리 파드 네 개는 그보다 많습니다.',
      },
      acts: [
        show('quota.yaml'),
        run('apply -f quota.yaml'),
        run('apply -f api.yaml'),
        run('get deployment,pods', /api +3\/4/, '2m'),
      ],
    },
    {
      say: {
        en: 'No pod is Pending: the fourth was never made. Quota is asked when something is created, and it was the ReplicaSet that was refused. So that is where the reason stands, not at the Deployment that you applied.',
        ko: 'Pending인 파드가 없습니다. 네 번째 파드는 아예 만들어지지 않았습니다. 할당량은 만들 때 확인하고, 거절당한 것은 ReplicaSet입니다. 그래서 이유도 여러분이 적용한 Deployment가 아니라 거기에 있습니다.',
      },
      acts: [
        run('get events --field-selector reason=FailedCreate', /exceeded quota/, '1m'),
        run('get resourcequota team'),
      ],
    },
    {
      say: {
        en: 'Where a quota counts CPU, every pod must say what it asks for. One that does not is refused at once, here to your face.',
        ko: '할당량이 CPU를 세는 곳에서는 모든 파드가 요청량을 말해야 합니다. 말하지 않는 파드는 바로, 이번에는 여러분 눈앞에서 거절됩니다.',
      },
      acts: [refused('apply -f bare.yaml')],
    },
    {
      say: {
        en: 'A LimitRange says it for those who do not. And with one api pod less there is room.',
        ko: 'LimitRange는 말하지 않는 파드를 대신해 말해 줍니다. 그리고 api 파드를 하나 줄이면 자리가 납니다.',
      },
      acts: [
        show('limits.yaml'),
        run('apply -f limits.yaml'),
        run('scale deployment/api --replicas=2'),
        run('get resourcequota team', /requests.cpu: 600m\/1/, '2m'),
        run('apply -f bare.yaml'),
        run('get pods', /bare +1\/1/, '2m'),
        run('get resourcequota team'),
      ],
    },
  ],
  moral: {
    en: 'Fewer pods than asked for and none Pending: look at the events of the ReplicaSet. Quotas go with a LimitRange, or they refuse every pod that is silent about its needs.',
    ko: '파드가 부족한데 Pending도 없다면 ReplicaSet의 이벤트를 보세요. 할당량은 LimitRange와 함께 쓰세요. 아니면 요청량을 말하지 않는 파드는 모두 거절됩니다.',
  },
};
