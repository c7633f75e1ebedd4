import { run, type Story } from '../story.ts';

const web = (image: string): string => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 3
  selector: {matchLabels: {app: web}}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
      - name: web
        image: ${image}
        ports: [{containerPort: 80}]
`;

export const imageTypo: Story = {
  title: { en: 'An image name with a slip of the pen', ko: '이미지 이름의 오타' },
  files: { 'web.yaml': web('nginx:1.27'), 'web-typo.yaml': web('nginx:1.280') },
  scenes: [
    {
      say: {
        en: 'Three copies of a web server run. An image is a stack of read-only layers: the first pod of a node pulls them, later pods of that node find them there.',
        ko: '웹 서버 세 개가 돌고 있습니다. 이미지는 읽기 전용 레이어를 쌓은 것입니다. 노드의 첫 파드가 레이어를 받고, 같은 노드의 다음 파드는 이미 있는 것을 씁니다.',
      },
      acts: [run('apply -f web.yaml'), run('rollout status deployment/web', /successfully rolled out/, '3m')],
    },
    {
      say: {
        en: 'Now version 1.28 is meant and nginx:1.280 written, which no registry has. Look at the pods: the old ones stay. A rolling update takes an old pod away only once a new one is ready.',
        ko: '이제 1.28로 올리려다 nginx:1.280이라고 적었습니다. 레지스트리에 없는 태그입니다. 파드를 보세요. 옛 파드는 그대로 있습니다. 롤링 업데이트는 새 파드가 준비되어야 옛 파드를 하나 내립니다.',
      },
      acts: [run('apply -f web-typo.yaml'), run('get pods', /ErrImagePull|ImagePullBackOff/, '2m')],
    },
    {
      say: {
        en: 'ErrImagePull is the failed try, ImagePullBackOff the waiting before the next one (10 s, 20 s, up to five minutes). The events say which image and what the registry answered.',
        ko: 'ErrImagePull은 실패한 시도이고, ImagePullBackOff는 다음 시도까지의 기다림입니다(10초, 20초, 길게는 5분). 어떤 이미지에 레지스트리가 뭐라고 답했는지는 이벤트에 있습니다.',
      },
      acts: [run('get events --field-selector reason=Failed', /Failed to pull image/, '2m')],
    },
    {
      say: {
        en: 'The way back is one command: the Deployment still has the ReplicaSet of the revision before, and fills it up again. No pod of it had gone, so nobody noticed.',
        ko: '돌아가는 길은 명령 하나입니다. Deployment는 이전 리비전의 ReplicaSet을 아직 가지고 있어서 다시 채우기만 하면 됩니다. 옛 파드가 그대로 있었으니 아무도 눈치채지 못했습니다.',
      },
      acts: [
        run('rollout undo deployment/web'),
        run('rollout status deployment/web', /successfully rolled out/, '3m'),
        run('get replicasets'),
      ],
    },
  ],
  moral: {
    en: 'A wrong tag costs nothing as long as the rolling update may not take the old pods away. Read the event, fix the name or undo.',
    ko: '롤링 업데이트가 옛 파드를 지켜 주는 한, 잘못된 태그는 아무것도 망가뜨리지 않습니다. 이벤트를 읽고, 이름을 고치거나 되돌리세요.',
  },
};
