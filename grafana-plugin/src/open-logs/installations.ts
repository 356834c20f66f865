import type { FoundRun } from '../../../server/src/setup-logs/files/places.js';
import { joinStories } from '../../../server/src/setup-logs/verdict/story.js';
import type { Installation } from './protocol.js';

interface ReadLog {
  id: number;
  found: ReadonlySet<FoundRun>;
}

/**
 * What happened to each installation: runs of several logs that belong together are one, judged by the run that started
 * the others, with the cause from the log that proves it. The newest comes first.
 */
export function installationsOf(logs: readonly ReadLog[]): Installation[] {
  const located = logs.flatMap(({ id: log, found }) =>
    // Copies: joining writes into the run that it judges by.
    [...found].map(({ path, run }, index) => ({ id: `${log}-${index}`, log, logFile: path, run: { ...run } })),
  );
  const stories = joinStories(located);
  const installations = located
    .filter(({ id }) => stories.get(id) === id)
    .map((judge): Installation => {
      const others = located.filter(({ id }) => id !== judge.id && stories.get(id) === judge.id);
      const proof = others.find(({ logFile, run }) => judge.run.cause.endsWith(`(${logFile}, line ${run.causeLine})`));
      const { logFile: path, run } = proof ?? judge;
      return {
        id: judge.id,
        run: judge.run,
        path: judge.logFile,
        logs: [...new Set([judge, ...others].map(({ log }) => log))],
        evidence: [...(proof === undefined ? [] : [proof]), judge].flatMap(({ logFile, run: { evidence } }) =>
          evidence.map((one) => ({ ...one, path: logFile })),
        ),
        causeAt: run.causeLine === 0 ? null : { path, line: run.causeLine },
      };
    });
  return installations.sort((a, b) => (b.run.startedAt ?? 0) - (a.run.startedAt ?? 0));
}
