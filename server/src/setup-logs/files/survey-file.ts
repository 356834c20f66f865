import { open } from 'node:fs/promises';
import { noSurvey, Surveyor, type Survey } from '../survey.js';

/** Beyond this size a log is read without a look ahead. */
const largestSurveyed = 64 * 1024 * 1024;
const chunkSize = 256 * 1024;

/** Surveys a file, from its first byte to its last. */
export async function surveyFile(path: string): Promise<Survey> {
  const file = await open(path, 'r');
  try {
    const { size, mtimeMs } = await file.stat();
    if (size > largestSurveyed) return noSurvey;
    const surveyor = new Surveyor(mtimeMs);
    const buffer = new Uint8Array(chunkSize);
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, chunkSize);
      if (bytesRead === 0) break;
      surveyor.push(buffer.subarray(0, bytesRead));
    }
    surveyor.end();
    return surveyor.survey();
  } finally {
    await file.close();
  }
}
