/** What happened to an object, what is wrong with it and on the way to it. */
export const causeWords: Readonly<Record<string, string>> = {
  'it is being deleted since {time}': '{time}부터 삭제되는 중입니다',
  'it is being deleted since {time} and waits for {finalizers}':
    '{time}부터 삭제되는 중이며 {finalizers}을(를) 기다립니다',
  'see that whoever set these finalizers runs; they take them away when they have cleaned up':
    '이 파이널라이저를 단 컨트롤러가 실행 중인지 보세요. 정리가 끝나면 스스로 뗍니다',
  'its condition {type} is {status}': '컨디션 {type}이(가) {status}입니다',
  '{count} times': '{count}번',
  'it is {status}': '{status} 상태입니다',
  Created: '생성됨',
  'Deletion asked for': '삭제 요청됨',
  '{type} became {status}': '{type}이(가) {status}(으)로 바뀜',
  'Container {name} ended: {reason}, exit code {code}': '컨테이너 {name} 종료: {reason}, 종료 코드 {code}',
  'Container {name} started': '컨테이너 {name} 시작',
  Started: '시작됨',
  Completed: '완료됨',
  'Scheduled a job': '잡을 예약함',
  Scaled: '스케일됨',
  '{count} more': '외 {count}개',
  '{manager} applied {fields}': '{manager}이(가) 적용: {fields}',
  '{manager} wrote {fields}': '{manager}이(가) 변경: {fields}',
  'Another object took its name': '다른 오브젝트가 같은 이름을 씀',
  Gone: '사라짐',
  'its port {name} leads to container port "{target}", which no container has':
    '포트 {name}이(가) 가리키는 컨테이너 포트 "{target}"이(가) 어느 컨테이너에도 없습니다',
  'its port {name} leads to container port {target}, and containers say that they listen on {numbers}':
    '포트 {name}은(는) 컨테이너 포트 {target}을(를) 가리키지만 컨테이너는 {numbers}에서 듣는다고 합니다',
  'namespaces with {labels}': '레이블 {labels}인 네임스페이스',
  in: '· 위치',
  'network policy {name} lets nothing in': '네트워크 정책 {name}이(가) 들어오는 요청을 모두 막습니다',
  'network policy {name} lets nothing in to port {ports}':
    '네트워크 정책 {name}이(가) 포트 {ports}(으)로 들어오는 요청을 막습니다',
  'network policy {name} lets requests in from {from} only':
    '네트워크 정책 {name}은(는) {from}에서 오는 요청만 허용합니다',
  'network policy {name} lets requests in': '네트워크 정책 {name}은(는) 들어오는 요청을 허용합니다',
  'it has no endpoint slice: whoever asks it is refused': '엔드포인트 슬라이스가 없어 요청이 거부됩니다',
  'see that the endpoint slice controller runs': '엔드포인트 슬라이스 컨트롤러가 실행 중인지 보세요',
  'its endpoint slices have no ready address: whoever asks it is refused':
    '엔드포인트 슬라이스에 준비된 주소가 없어 요청이 거부됩니다',
  'its endpoint slices have 1 ready address': '엔드포인트 슬라이스에 준비된 주소가 1개 있습니다',
  'its endpoint slices have {count} ready addresses': '엔드포인트 슬라이스에 준비된 주소가 {count}개 있습니다',
  '{text}, and {count} of its pods are ready': '{text}, 준비된 파드 {count}개',
  'it is another name of {name}': '{name}의 다른 이름입니다',
  'it selects no pods: its endpoints are made by others': '파드를 고르지 않습니다. 엔드포인트는 다른 곳에서 만듭니다',
  'no pod has the labels that it selects by: {labels}': '고르는 레이블을 가진 파드가 없습니다: {labels}',
  'pod {pod} has {label}: one of the two was meant to be the other':
    '파드 {pod}에는 {label}이(가) 있습니다. 둘 중 하나를 잘못 쓴 것 같습니다',
  '{ready} of {count} pods with {labels} are ready': '레이블 {labels}인 파드 {count}개 중 {ready}개 준비됨',
  'pod {name} is not ready: {status}': '파드 {name}이(가) 준비되지 않음: {status}',
  'service {name} leads to it': '서비스 {name}이(가) 이어집니다',
  'there is no ingress class {name}: no controller serves it':
    '인그레스 클래스 {name}이(가) 없어 처리할 컨트롤러가 없습니다',
  'there is no secret {name} for its TLS': 'TLS에 쓸 시크릿 {name}이(가) 없습니다',
  'it sends requests to service {name}, which there is not': '요청을 보낼 서비스 {name}이(가) 없습니다',
  'it sends requests to service {name}': '서비스 {name}(으)로 요청을 보냅니다',
  'not readable for you, so this may be wrong: {kinds}': '읽을 권한이 없어 틀릴 수 있습니다: {kinds}',
  'as its {pod} shows': '{pod}에서 알 수 있습니다',
  'node {name}: {why}': '노드 {name}: {why}',
  'the scheduler said: {text}': '스케줄러의 말: {text}',
  'and {count} more nodes': '외 노드 {count}개',
};
