import { setImmediate } from 'node:timers/promises';
import type { FileAnswers } from './file-answers.js';
import type { FileThreads } from './file-threads.js';
import type { FileQuestion } from './file-worker.js';

/** How long there may be no answer before that is told. */
const silentAfterMs = 30_000;
/** So much is asked for in one message; what is more waits for the next. */
const mostQuestions = 1_000;
const mostBytes = 2 * 1024 * 1024;

interface Asked {
  question: FileQuestion;
  settle: (answer: never) => void;
  fail: (error: Error) => void;
}

/**
 * What one folder's follower asks of files: what is asked for in the same turn goes in one message, and the next message
 * goes when the one before is answered.
 */
export class FollowedFiles {
  private waiting: Asked[] = [];
  private asking = false;

  constructor(
    private readonly threads: FileThreads,
    private readonly logger?: { info(message: string): void; warn(message: string): void },
  ) {}

  /**
   * @param name of a question of {@link fileAnswers}
   * @throws Error with what the file system said
   */
  ask<K extends keyof FileAnswers>(name: K, ...about: Parameters<FileAnswers[K]>): Promise<ReturnType<FileAnswers[K]>> {
    return new Promise((settle, fail) => {
      this.waiting.push({ question: [name, ...about] as unknown as FileQuestion, settle, fail });
      if (!this.asking) void this.askAll();
    });
  }

  private async askAll(): Promise<void> {
    this.asking = true;
    await setImmediate();
    while (this.waiting.length > 0) {
      const asked = this.take();
      try {
        const answers = await this.patiently(asked);
        for (const [index, one] of answers.entries()) {
          const { settle, fail } = asked[index]!;
          if ('failed' in one) fail(new Error(one.failed));
          else settle(one.answer as never);
        }
      } catch (error) {
        for (const { fail } of asked) fail(error as Error);
      }
      await setImmediate();
    }
    this.asking = false;
  }

  private take(): Asked[] {
    let bytes = 0;
    let count = 0;
    for (const { question } of this.waiting) {
      if (question[0] === 'read') bytes += question[3];
      if (count > 0 && (count >= mostQuestions || bytes > mostBytes)) break;
      count++;
    }
    return this.waiting.splice(0, count);
  }

  private async patiently(asked: Asked[]) {
    const [, about] = asked[0]!.question;
    let told = false;
    const patience = setTimeout(() => {
      told = true;
      this.logger?.warn(`${about}: the file system does not answer; what is followed there is read on when it does`);
    }, silentAfterMs).unref();
    try {
      return await this.threads.ask(asked.map(({ question }) => question));
    } finally {
      clearTimeout(patience);
      if (told) this.logger?.info(`${about}: the file system answers again`);
    }
  }
}
