import type { LogRecord } from '../types.js';

/** `Build type: SHIP UNICODE 5.00.10011.00`, which only the heading at the beginning of a verbose log tells. */
const buildVersion = /\b\d\.\d\d\.\d{3,5}\.\d\d\b/;
const longestHeading = 2_000;
/** Stems of the words for "started" and "stopped", in the languages of Windows. */
const startWords =
  /start|begin|began|begun|démarr|début|commenc|inici|avviat|başla|započ|zač|zahájen|spušt|rozpocz|uruchom|elind|kezd|käynnis|påbörj|запущ|нач|розпоч|έναρξη|启动|啟動|开始|開始|시작|بدء|بدأ|הופעל|התחיל|החל|เริ่ม/i;
const stopWords =
  /stop|\bended|beendet|angehalten|arrêt|interr|deten|finaliz|termin|parad|zakończ|zatrzym|ukonč|zastav|leáll|befejez|pysäyt|lopet|avslut|durdur|sona er|останов|заверш|припин|τερμ|διακοπ|停止|終了|中止|结束|結束|중지|종료|إيقاف|توقف|הופסק|נעצר|หยุด|สิ้นสุด/i;

export function isHeading(record: LogRecord): boolean {
  return record.original.startsWith('=== ');
}

/**
 * Which of the two headings it is. A verbose log tells by its build; without one the words tell, in the languages that
 * are known here; null where neither does.
 */
export function headingKind(message: string): 'start' | 'stop' | null {
  const text = message.slice(0, longestHeading);
  if (buildVersion.test(text)) return 'start';
  const phrase = headingPhrase(text);
  const [starts, stops] = [startWords.test(phrase), stopWords.test(phrase)];
  return starts === stops ? null : starts ? 'start' : 'stop';
}

/** The words of a heading, before its date. */
export function headingPhrase(message: string): string {
  return /^=== ([^\d]{0,120})/.exec(message)?.[1]?.trim() ?? '';
}
