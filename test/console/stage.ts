import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { startServer, type RunningServer } from '../server-process.js';
import { launchBrowser, visit, type Visitor } from './browser.js';

/** A server with its console, a browser, and an administrator and a viewer in front of it. */
export interface Stage {
  server: RunningServer;
  browser: Browser;
  tokens: { admin: string; viewer: string };
  folder: string;
  admin: Visitor;
  viewer: Visitor;
  close(): Promise<void>;
}

/** @param prepare fills the server before anybody looks */
export async function setStage(
  folder: string,
  settings: Record<string, string>,
  args: string[],
  prepare: (server: RunningServer) => Promise<void>,
): Promise<Stage> {
  const server = await startServer(folder, settings, args);
  let browser: Browser | undefined;
  const close = async () => {
    await browser?.close();
    await server.kill('SIGTERM');
  };
  try {
    const tokens = JSON.parse(readFileSync(join(folder, 'tokens.json'), 'utf8')) as Stage['tokens'];
    browser = await launchBrowser();
    await prepare(server);
    const [admin, viewer] = await Promise.all([
      visit(browser, server.management, tokens.admin, 'Ada'),
      visit(browser, server.management, tokens.viewer, ''),
    ]);
    return { server, browser, tokens, folder, admin, viewer, close };
  } catch (error) {
    // A stage that is not set is nobody's to close.
    await close();
    throw new Error(`The stage is not set; its server said:\n${server.output()}`, { cause: error });
  }
}
