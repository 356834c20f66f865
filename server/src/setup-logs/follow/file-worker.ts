/** A thread that asks the file system, one message of questions after the other, for file-threads.ts. */
import { parentPort } from 'node:worker_threads';
import { fileAnswers, type FileAnswers } from './file-answers.js';

/** The name of a question, and what it is about. */
export type FileQuestion = { [K in keyof FileAnswers]: [K, ...Parameters<FileAnswers[K]>] }[keyof FileAnswers];

export type FileAnswer = { answer: ReturnType<FileAnswers[keyof FileAnswers]> } | { failed: string };

parentPort?.on('message', (questions: FileQuestion[]) => {
  const answers = questions.map(answerTo);
  const blocks = new Set<ArrayBuffer>();
  for (const one of answers)
    if ('answer' in one && one.answer !== null && typeof one.answer === 'object' && 'bytes' in one.answer)
      blocks.add(one.answer.bytes.buffer);
  parentPort?.postMessage(answers, [...blocks]);
});

function answerTo([name, ...about]: FileQuestion): FileAnswer {
  try {
    const ask = fileAnswers[name] as (...about: unknown[]) => ReturnType<FileAnswers[keyof FileAnswers]>;
    return { answer: ask(...about) };
  } catch (error) {
    return { failed: (error as Error).message };
  }
}
