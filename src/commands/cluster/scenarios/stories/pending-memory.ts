import { run, type Story, show } from '../story.ts';

const cache = (memory: string): string => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: cache
spec:
  replicas: 2
  selector: {matchLabels: {app: cache}}
  template:
    metadata:
      labels: {app: cache}
    spec:
      containers:
      - name: cache
        image: redis:7
        resources:
          requests: {memory: ${memory}}
`;

export const pendingMemory: Story = {
  title: { en: 'Pending, for lack of memory', ko: '메모리가 모자라 기다리는 파드' },
  files: { 'cache.yaml': cache('900Gi'), 'cache-small.yaml': cache('900Mi') },
  scenes: [
    {
      say: {
        en: 'A cache asks for 900 GiB where 900 MiB were meant. The scheduler looks for a node with that much memory that is not yet asked for.',
        ko: '캐시가 900MiB를 쓰려다 900GiB를 요청했습니다. 스케줄러는 아직 아무도 요청하지 않은 메모리가 그만큼 있는 노드를 찾습니다.',
      },
      acts: [show('cache.yaml'), run('apply -f cache.yaml'), run('get pods', /Pending/, '1m')],
    },
    {
      say: {
        en: 'Its verdict is in the events: how many nodes were looked at, and why each was not taken. The control-plane node has a taint, the others have too little memory. Preemption would not help either.',
        ko: '판정은 이벤트에 있습니다. 노드를 몇 개 보았고 왜 고르지 않았는지 적혀 있습니다. 컨트롤 플레인 노드에는 테인트가 있고, 나머지는 메모리가 모자랍니다. 선점(preemption)도 도움이 되지 않습니다.',
      },
      acts: [
        run('get events --field-selector reason=FailedScheduling', /Insufficient memory/, '1m'),
        run('why deployment/cache'),
      ],
    },
    {
      say: {
        en: 'Requests are what counts here, not what is in use: a node may be idle and still full. This is what the nodes have to give; `describe node` adds up what is asked of one (Allocated resources).',
        ko: '여기서 중요한 것은 사용량이 아니라 요청량입니다. 노드가 놀고 있어도 꽉 찬 것일 수 있습니다. 아래는 노드가 줄 수 있는 양입니다. 이미 요청된 양은 `describe node`가 합쳐서 보여 줍니다(Allocated resources).',
      },
      acts: [
        run(
          'get nodes -o custom-columns=NODE:.metadata.name,CPU:.status.allocatable.cpu,MEMORY:.status.allocatable.memory',
        ),
      ],
    },
    {
      say: {
        en: 'With what was meant, both find a place within a second.',
        ko: '원래 뜻한 값으로 고치면 곧바로 자리를 찾습니다.',
      },
      acts: [
        run('apply -f cache-small.yaml'),
        run('rollout status deployment/cache', /successfully rolled out/, '3m'),
        run('get pods -o wide'),
      ],
    },
  ],
  moral: {
    en: 'Pending means that no node was chosen. The FailedScheduling event, or `kctl why`, says what each node lacks; more nodes, smaller requests or tolerations are the answers.',
    ko: 'Pending은 노드를 고르지 못했다는 뜻입니다. 노드마다 무엇이 모자란지는 FailedScheduling 이벤트나 `kctl why`가 말해 줍니다. 답은 노드를 늘리거나, 요청을 줄이거나, 톨러레이션을 주는 것입니다.',
  },
};
