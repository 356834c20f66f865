import { LineReader } from '../../server/src/setup-logs/formats/lines.js';
import { Surveyor, type Survey } from '../../server/src/setup-logs/survey.js';

/** What a look over the whole file tells; nothing is known of when it was written. */
export function surveyOf(bytes: Buffer): Survey {
  const surveyor = new Surveyor(0);
  const lines = new LineReader((text) => {
    surveyor.line(text);
  });
  lines.push(bytes);
  lines.end();
  return surveyor.survey();
}
