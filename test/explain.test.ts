import { expect, test } from 'vitest';
import { environment, fsp } from './server-process.js';
import { testFolder } from './test-folder.js';

const folder = testFolder();
const explain = (...words: string[]) => fsp(['explain', ...words], environment(folder, {}));

test('fsp explain says meaning and first step of a code, also of a negative one', async () => {
  for (const code of ['-2146885628', '0x80092004', 'CRYPT_E_NOT_FOUND']) {
    const { code: exit, stdout, stderr } = await explain(code);
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' });
    expect(stdout).toMatch(/^HRESULT 0x80092004 · CRYPT_E_NOT_FOUND/);
    expect(stdout).toContain('First: Look in the Personal store');
    expect(stdout).toContain('Source: winerror.h');
  }
});

test('fsp explain takes several codes, and refuses them all where one is none', async () => {
  const { code, stdout } = await explain('1603', '0x80070005');
  expect(code).toBe(0);
  expect(stdout).toMatch(/^Windows Installer 1603[^]*\nHRESULT 0x80070005/);
  expect((await explain('1603', 'nonsense')).code).toBe(2);
});

test('fsp explain speaks French, and takes a state in words', async () => {
  const { code, stdout } = await explain('topic', '800', 'state', '312', '--lang', 'fr');
  expect(code).toBe(0);
  expect(stdout).toMatch(/^État 800\/312[^]*disque plein[^]*D’abord\u00a0: /);
});

test('fsp explain --json gives both languages and each meaning of a number', async () => {
  const { stdout } = await explain('1722', '--json');
  const { meanings } = JSON.parse(stdout) as { meanings: { kind: string; meaning: { fr: string } }[] };
  expect(meanings.map(({ kind }) => kind)).toEqual(['win32', 'message']);
  for (const { meaning } of meanings) expect(meaning.fr).not.toBe('');
});

test('fsp explain refuses nonsense with exit code 2 and names what resembles it', async () => {
  const { code, stdout, stderr } = await explain('certificate', 'revoked');
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(/is no code or state that is known; is one of these meant\? .*0x80092010/);
});
