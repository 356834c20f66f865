// Tests look at the console in a real browser. Where none is found, Debian's own is installed.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';

// The headless shell is the same browser without windows: a third less work for the machine, and what Playwright itself takes.
const places = [
  process.env.FSP_TEST_CHROMIUM,
  '/usr/bin/chromium-headless-shell',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];

/** Path of a Chromium; undefined where there is none. */
export const chromium = () => places.find((path) => path !== undefined && existsSync(path));

if (process.argv[1] === import.meta.filename && chromium() === undefined) {
  console.error('Installing Chromium for the browser tests …');
  try {
    execFileSync('apt-get', ['update', '-qq'], { stdio: ['ignore', 2, 2] });
    const install = (name) =>
      execFileSync('apt-get', ['install', '-y', '-qq', name], { stdio: ['ignore', 'ignore', 2] });
    try {
      install('chromium-headless-shell');
    } catch {
      install('chromium');
    }
  } catch {
    console.error(
      'Chromium could not be installed (it needs root and apt): install it, or name one in FSP_TEST_CHROMIUM',
    );
    process.exit(2);
  }
}
