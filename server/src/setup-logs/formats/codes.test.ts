import { describe, expect, test } from 'vitest';
import { codesIn } from './codes.js';
import { severityByWords } from './words.js';

describe('codes', () => {
  test.each<[string, string[]]>([
    ['Failed to send status 100. Error (87D00215)', ['0x87D00215']],
    ['CcmGetProfilerInstance(&g_spCcmProfiler), HRESULT=80004005 (logging.cpp,805)', ['0x80004005']],
    ['The error code is 80041002', ['0x80041002']],
    ['The operating system reported error 2147942402: The system cannot find the file specified.', ['0x80070002']],
    ['MSI ended with exit code [1603].', ['1603']],
    ['installation failed. Error text: ExitCode: 1603', ['1603']],
    ["File 'x.exe' returned failure exit code 1612. Fail the installation.", ['1612']],
    ['fsp.msi exited with return code 1603', ['1603']],
    ['fsp.msi exited with return code: 1618', ['1618']],
    ['Error 1601: the service could not be reached', ['1601']],
    ['Win32 Error = 5', ['5']],
    ['powershell execution is done, exitCode = 1603', ['1603']],
    ['hr = -2147467259', ['0x80004005']],
    ['error code: 0x643', ['1603']],
    ['Download failed with status code 401 and error 0x80190191', ['0x80190191']],
    ['Process exited with code 3221225477', ['0xC0000005']],
    ['The process ended (-1073741819)', ['0xC0000005']],
    ['CustomAction X returned actual error code 1603 (note this may not be 100% accurate)', ['1603']],
    ['MainEngineThread is returning 1618', ['1618']],
    ['Return code 0x80070643 [1603]', ['0x80070643']],
    ['failed (0x80070005), then HRESULT: 0x80041010', ['0x80070005', '0x80041010']],
    ['CreateInstance of CLSID_BackgroundCopyManager failed with 8007042C.', ['0x8007042C']],
    ['---> Failed to connect to \\\\PC1\\admin$ using machine account (53)', ['53']],
    ['Failed to copy client.msi (112).', ['112']],
    ['Port=80, Options=480, Code=12029, Text: ERROR_WINHTTP_CANNOT_CONNECT', ['12029']],
    ['Unknown of a known kind: 0x87D0FFFE', ['0x87D0FFFE']],
  ])('%s', (text, codes) => {
    expect(codesIn(text).map(({ code }) => code)).toEqual(codes);
  });

  test.each([
    'Product code {80070005-87D0-4215-8004-80004005ABCD}',
    '{87D00215-0000-0000-0000-000000000000}',
    'Action ended 7:58:11: ADMIN. Return value 1.',
    'Action ended 10:11:13: InstallFiles. Return value 3.',
    'Note: 1: 1706 2: -2147483647 3: fsp.msi ',
    'Product: FSP -- Error 1601. Out of disk space. 12 MB available.',
    'MSI: Error 1606. Could not access network location %APPDATA%\\.',
    'Number of failed attempts (3)',
    'Copied report (5)',
    'KB2147942402 is installed',
    'Thread 2147942402, process 80070005 at line 80004005',
    'Version 5.00.9096.1000, build 80004005.1',
    'Loaded at 0x80070000, at address 0x87D00000',
    'MSI (s) (54:F8) Note: 1: 1708',
    'Error 25140. Setup was unable to create the virtual directory.',
    'exit code 0, error 0, return code: 0',
    'SHA256 87D0021580004005',
    'Status 200 OK in 2147 ms on 20260617',
    'ccmsetup.cpp:1603',
  ])('%s has none', (text) => {
    expect(codesIn(text)).toEqual([]);
  });

  test('lines of a megabyte take no longer than their length', () => {
    for (const piece of ['error ', 'return code ', 'exit ', '(80', 'error error code is ', '-2147', 'no error ', '0x'])
      expect(codesIn(piece.repeat(1_000_000 / piece.length)).length).toBe(0);
    expect(severityByWords('no error '.repeat(100_000))).toBe('INFO');
  });
});

describe('words', () => {
  test.each([
    ['It failed', 'ERROR'],
    ['Errors found', 'ERROR'],
    ['error 5, and 0 errors before', 'ERROR'],
    ['failure', 'ERROR'],
    ['Error: 0x80070005', 'ERROR'],
    ['error 0.5 of the way', 'ERROR'],
    ['Backing up fspMSI.log to fspMSI.log.LastError', 'INFO'],
    ['GetLastError, ERROR_SUCCESS, FailFast', 'INFO'],
    ['error 0', 'INFO'],
    ['Error code: 0x00000000', 'INFO'],
    ['errors: 0', 'INFO'],
    ['0 errors, no failures', 'INFO'],
    ['completed without error', 'INFO'],
    ['failover partner', 'INFO'],
    ['Downloading errors.xml', 'INFO'],
    ['Reported errors: none', 'INFO'],
    ['CoCreateInstance(), HRESULT=80040102 (resolvesource.cpp,2665)', 'ERROR'],
    ['hr = 0x00000000', 'INFO'],
    ['No error, but a warning', 'WARN'],
  ])('%s is %s', (text, severity) => {
    expect(severityByWords(text)).toBe(severity);
  });
});
