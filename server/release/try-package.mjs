// Installs the packed package in an empty folder outside of the repository and does with it what its users will.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const largestWithoutEngine = 130e6;
const report = `<Report><ReportHeader><Identification><Machine><ClientInstalled>0</ClientInstalled><ClientType>1</ClientType><ClientID IDType="0" IDFlag="1">00000000-0000-0000-0000-000000000000</ClientID><ClientVersion>5.00.0000.0000</ClientVersion><NetBIOSName>PC042</NetBIOSName></Machine></Identification></ReportHeader><ReportBody><StateMessage MessageTime="20260102030405.000000+000" SerialNumber="1"><Topic ID="{0D94311F-CB7B-4E73-94B1-75878081111C}" Type="800" IDType="0"/><State ID="313" Criticality="0"/><UserParameters Flags="0" Count="1"><Param>1603</Param></UserParameters></StateMessage></ReportBody></Report>`;

/**
 * Installs and tries the package; throws where something is not as promised.
 * @param engine whether the embedded engine is installed; without it the server has a ClickHouse by URL that is away
 * @param node the Node to run it with, as npm's package `node` has it; '' for this one
 * @returns a line of what was measured
 */
export async function tryPackage(tarball, { engine, node = '' }) {
  const folder = mkdtempSync(join(tmpdir(), 'fsp-package-'));
  let server = null;
  try {
    writeFileSync(join(folder, 'package.json'), '{"private": true}');
    const began = Date.now();
    const omit = engine ? [] : ['--omit=optional'];
    const installed = run(folder, 'npm', [
      'install',
      '--no-fund',
      '--no-audit',
      '--prefer-offline',
      '--loglevel=warn',
      ...omit,
      tarball,
    ]);
    if (/EBADENGINE/.test(installed)) throw new Error(`the installation warns:\n${installed}`);
    const installMs = Date.now() - began;
    const bytes = sizeOf(join(folder, 'node_modules'));
    if (!engine && bytes > largestWithoutEngine) throw new Error(`${bytes} bytes are installed without the engine`);

    let runtime = process.execPath;
    if (node !== '') {
      run(folder, 'npm', [
        'install',
        '--no-fund',
        '--no-audit',
        '--no-save',
        '--prefer-offline',
        ...omit,
        `node@${node}`,
        '--prefix',
        join(folder, 'runtime'),
      ]);
      runtime = join(folder, 'runtime', 'node_modules', 'node', 'bin', 'node');
    }
    const program = join(folder, 'node_modules', 'fallback-status-point', 'bin', 'fsp.js');
    const env = {
      PATH: process.env.PATH,
      FSP_INTAKE_PORT: '0',
      FSP_MANAGEMENT_PORT: '0',
      FSP_EMBEDDED_CLICKHOUSE_PORT: '0',
      FSP_EMBEDDED_CLICKHOUSE_NATIVE_PORT: '0',
      ...(engine ? {} : { FSP_CLICKHOUSE_URL: 'http://127.0.0.1:9' }),
    };
    const nodeVersion = run(folder, runtime, ['--version']).trim();
    server = spawn(runtime, [program, 'serve'], { cwd: folder, env, stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    server.stderr.on('data', (chunk) => (said += chunk));
    for (let waited = 0; !said.includes('Ctrl+C'); waited += 50) {
      if (server.exitCode !== null || waited > 60_000) throw new Error(`the server did not start: ${said}`);
      await sleep(50);
    }
    const [, intake, console_] = /clients post to\s+(\S+)[^]*console\s+(\S+)/.exec(said);
    const answer = await fetch(intake, { method: 'POST', body: report });
    if (answer.status !== 200) throw new Error(`the message was answered ${answer.status}`);
    const firstMs = Date.now() - began;
    await expectPage(`${console_}/login`, /token/i);
    await expectPage(`${console_}/public/plugins/fallbackstatuspoint-fsp-app/module.js`, /define\(/);
    if (engine) {
      const sql = "SELECT client_name, error_code FROM state_messages WHERE client_name = 'PC042'";
      let found = '';
      for (let tries = 0; !found.includes('PC042\t1603'); tries++) {
        if (tries > 100) throw new Error(`the message is not found: ${found}`);
        await sleep(200);
        found = run(folder, runtime, [program, 'query', sql], env);
      }
    }
    const parsed = run(folder, runtime, [program, 'explain', '1603'], env);
    if (!parsed.includes('1603')) throw new Error('fsp explain does not explain');
    return `${nodeVersion}, ${engine ? 'with' : 'without'} the engine: ${(bytes / 1e6).toFixed(0)} MB, installed in ${(installMs / 1000).toFixed(1)} s, first message after ${(firstMs / 1000).toFixed(1)} s`;
  } finally {
    if (server !== null && server.exitCode === null) {
      const closed = once(server, 'close');
      server.kill('SIGTERM');
      await closed;
    }
    rmSync(folder, { recursive: true, force: true });
  }
}

async function expectPage(url, pattern) {
  const answer = await fetch(url);
  if (!answer.ok || !pattern.test(await answer.text())) throw new Error(`${url} answered ${answer.status}`);
}

function run(cwd, program, args, env = process.env) {
  // On Windows npm is a script of the shell.
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd,
    env,
    encoding: 'utf8',
    shell: process.platform === 'win32' && program === 'npm',
  });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${status}: ${stderr}`);
  return `${stdout}${program === 'npm' ? stderr : ''}`;
}

function sizeOf(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}
