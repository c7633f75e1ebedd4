/** A line as kubectl's log (klog) writes it: level, month and day, local time, process, place in its code. */
export function logLine(level: 'I' | 'W' | 'E', place: string, text: string, now = new Date()): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const day = two(now.getMonth() + 1) + two(now.getDate());
  const time = [now.getHours(), now.getMinutes(), now.getSeconds()].map(two).join(':');
  const fraction = String(now.getMilliseconds()).padStart(3, '0').padEnd(6, '0');
  return `${level}${day} ${time}.${fraction} ${String(process.pid).padStart(7)} ${place}] ${text}\n`;
}
