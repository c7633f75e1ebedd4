import { refused, run, type Story } from '../story.ts';

const shop = (env: string): string => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
spec:
  replicas: 4
  progressDeadlineSeconds: 60
  selector: {matchLabels: {app: shop}}
  template:
    metadata:
      labels: {app: shop}
    spec:
      containers:
      - name: shop
        image: nginx:1.27
        env:
        - name: DATABASE_URL
          valueFrom: {secretKeyRef: {name: database, key: ${env}}}
`;

const conditions = ['type', 'status', 'reason']
  .map((field) => `${field.toUpperCase()}:.status.conditions[*].${field}`)
  .join(',');

export const stuckRollout: Story = {
  title: { en: 'A rollout that does not end', ko: '끝나지 않는 롤아웃' },
  files: {
    'secret.yaml': `apiVersion: v1
kind: Secret
metadata:
  name: database
stringData:
  url: postgres://shop@db/shop
`,
    'shop.yaml': shop('url'),
    'shop-v2.yaml': shop('uri'),
  },
  scenes: [
    {
      say: {
        en: 'A shop of four pods takes the address of its database from a Secret. It runs.',
        ko: '파드 네 개로 된 쇼핑몰이 데이터베이스 주소를 Secret에서 읽습니다. 잘 돌아갑니다.',
      },
      acts: [
        run('apply -f secret.yaml -f shop.yaml'),
        run('rollout status deployment/shop', /successfully rolled out/, '3m'),
      ],
    },
    {
      say: {
        en: 'The next version asks for the key `uri`, which the Secret does not have. Of four pods a quarter may be missing and a quarter may be added: one old pod goes, two new ones come, and there it stops.',
        ko: '다음 버전은 Secret에 없는 키 `uri`를 찾습니다. 네 개 가운데 4분의 1은 빠져도 되고 4분의 1은 더 있어도 됩니다. 그래서 옛 파드 하나가 가고 새 파드 둘이 오고, 거기서 멈춥니다.',
      },
      acts: [run('apply -f shop-v2.yaml'), run('get pods', /CreateContainerConfigError/, '2m'), run('get replicasets')],
    },
    {
      say: {
        en: 'After progressDeadlineSeconds (60 here, 600 by default) without progress the Deployment says so: Progressing becomes False. Nothing is rolled back by itself; that is for you or your pipeline to decide.',
        ko: 'progressDeadlineSeconds(여기서는 60초, 기본은 600초) 동안 나아가지 못하면 Deployment가 그렇다고 말합니다. Progressing이 False가 됩니다. 저절로 되돌리지는 않습니다. 그것은 여러분이나 파이프라인이 정할 일입니다.',
      },
      acts: [
        run(`get deployment shop -o custom-columns=${conditions}`, /ProgressDeadlineExceeded/, '3m'),
        refused('rollout status deployment/shop'),
      ],
    },
    {
      say: {
        en: 'The pod itself tells the cause. We undo, and the three old pods, which served all the time, are four again.',
        ko: '원인은 파드가 직접 말해 줍니다. 되돌리면, 내내 일하던 옛 파드 셋이 다시 넷이 됩니다.',
      },
      acts: [
        run('get events --field-selector type=Warning', /couldn't find key uri in Secret/, '1m'),
        run('rollout undo deployment/shop'),
        run('rollout status deployment/shop', /successfully rolled out/, '3m'),
        run('rollout history deployment/shop'),
      ],
    },
  ],
  moral: {
    en: 'maxUnavailable and maxSurge bound the harm of a bad version; progressDeadlineSeconds tells of it; `rollout status` in a pipeline turns it into a failed step.',
    ko: 'maxUnavailable과 maxSurge가 나쁜 버전의 피해를 막고, progressDeadlineSeconds가 알려 주며, 파이프라인의 `rollout status`가 그것을 실패한 단계로 만듭니다.',
  },
};
