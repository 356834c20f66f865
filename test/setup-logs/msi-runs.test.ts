import { describe, expect, test } from 'vitest';
import { parseLog } from '../synthetic-logs.js';
import { failedAction, msiLog, only, result, runsOf } from './verdict-logs.js';

describe('one run for each installation of Windows Installer', () => {
  const verdicts = (text: string) => runsOf(text).map(({ verdict, exitCode }) => [verdict, exitCode]);

  test('both stops, lines between and after them, and blank lines belong to the run', () => {
    const log = `${msiLog([...failedAction, ...result(1603)])}\n\nMSI (c) (2C:64) [10:00:31:000]: Cleaning up uninstalled install packages, if any exist\n\n`;
    expect(verdicts(log)).toEqual([['failed', 1603]]);
    const { records } = parseLog(Buffer.from(log));
    expect(records.every(({ run }) => run !== null)).toBe(true);
  });

  test('several that were appended have a verdict each, also seconds apart and from one process', () => {
    const log = [
      msiLog([...failedAction, ...result(1603)]),
      msiLog(result(0), { start: 31 }),
      msiLog(result(3010), { start: 33, client: '94:D4' }),
    ].join('');
    expect(verdicts(log)).toEqual([
      ['failed', 1603],
      ['succeeded', 0],
      ['reboot_pending', 3010],
    ]);
  });

  test('one that is refused while another goes on takes nothing from it', () => {
    const [, ...first] = msiLog([]).split('\n');
    const refused = msiLog(
      [
        'MSI (c) (94:D4) [10:00:04:100]: Failed to grab execution mutex. System error 258.',
        'MSI (c) (94:D4) [10:00:04:200]: MainEngineThread is returning 1618',
      ],
      { start: 4, client: '94:D4' },
    );
    const begun = 'MSI (s) (54:F8) [10:00:03:000]: Doing action: INSTALL';
    // The service begins before the other is refused, or after it was.
    for (const both of [
      [begun, refused.trimEnd()],
      [refused.trimEnd(), begun],
    ]) {
      const log = [
        msiLog([]).split('\n')[0],
        first[0],
        ...both,
        'MSI (s) (54:F8) [10:00:10:000]: MainEngineThread is returning 0',
        'MSI (c) (2C:64) [10:00:11:000]: MainEngineThread is returning 0',
        '=== Verbose logging stopped: 1/15/2026  10:00:11 ===',
        '',
      ].join('\n');
      expect(verdicts(log)).toEqual([
        ['succeeded', 0],
        ['failed', 1618],
      ]);
    }
  });

  test.each([
    ['de', 'Protokollierung gestartet', 'Protokollierung beendet'],
    ['fr', 'Journalisation démarrée', 'Journalisation arrêtée'],
    ['ru', 'Запись в журнал запущена', 'Запись в журнал остановлена'],
    ['ja', 'ログの開始', 'ログの終了'],
    ['ko', '로깅 시작', '로깅 중지'],
    ['a language that nobody knows', 'Qapla nuq', 'Qapla ghob'],
  ])('headings without a build, in %s', (_, starts, stops) => {
    const one = (second: number) =>
      [
        `=== ${starts}: 01.08.2021  23:28:0${second} ===`,
        `Action start 23:28:0${second}: INSTALL.`,
        `Action ended 23:28:0${second + 1}: INSTALL. Return value 1.`,
        `=== ${stops}: 01.08.2021  23:28:0${second + 1} ===`,
        `=== ${stops}: 01.08.2021  23:28:0${second + 2} ===`,
        '',
      ].join('\n');
    expect(verdicts(one(1) + one(4))).toEqual([
      ['succeeded', 0],
      ['succeeded', 0],
    ]);
  });

  test('only the tail, only the head, and nothing but a stop', () => {
    const log = msiLog([...failedAction, ...result(1603)]).split('\n');
    for (let from = 1; from < log.length - 3; from++) {
      expect([from, ...verdicts(log.slice(from).join('\n'))]).toEqual([from, ['failed', 1603]]);
    }
    expect(verdicts(log.slice(0, 5).join('\n'))).toEqual([['unfinished', null]]);
    expect(verdicts(log.at(-2)!)).toEqual([]);
  });

  test('what stands before the first heading is no run', () => {
    expect(verdicts(`\nsome text\n${msiLog(result(0))}`)).toEqual([['succeeded', 0]]);
  });

  test('the removal of an earlier version is part of the installation, not its result', () => {
    const log = msiLog([
      'Action start 10:00:02: INSTALL.',
      'Action start 10:00:03: RemoveExistingProducts.',
      'Action start 10:00:03: INSTALL.',
      'Action ended 10:00:04: INSTALL. Return value 1.',
      'Property(S): REMOVE = ALL',
      'MSI (s) (54:F8) [10:00:04:000]: Windows Installer removed the product. Product Name: Old. Product Version: 1.0.0. Product Language: 1033. Manufacturer: M. Removal success or error status: 0.',
      '',
      'MSI (s) (54:F8) [10:00:04:500]: MainEngineThread is returning 0',
    ]);
    const run = only(runsOf(log));
    expect(run).toMatchObject({ verdict: 'unfinished', action: 'upgrade', productName: '' });
  });

  test.each([
    [1, 0, 'succeeded'],
    [2, 1602, 'failed'],
    [3, 1603, 'failed'],
  ])('without engine lines a sequence that returned %i is the verdict', (value, exitCode, verdict) => {
    const log = `=== Logging started: 1/15/2026  10:00:00 ===\nAction start 10:00:01: INSTALL.\nAction ended 10:00:02: INSTALL. Return value ${value}.\n=== Logging stopped: 1/15/2026  10:00:02 ===\n`;
    expect(only(runsOf(log))).toMatchObject({ verdict, exitCode });
  });
});

describe('what an installation does', () => {
  const change = (name: string, value: string) =>
    `MSI (s) (54:F8) [10:00:02:000]: PROPERTY CHANGE: Adding ${name} property. Its value is '${value}'.`;
  const reconfigured =
    'MSI (s) (54:F8) [10:00:05:000]: Windows Installer reconfigured the product. Product Name: P. Product Version: 1.2.3. Product Language: 1033. Manufacturer: M. Reconfiguration success or error status: 0.';

  test.each([
    ['a patch', 'upgrade', [change('PATCH', 'C:\\x\\fsp.msp'), change('REINSTALL', 'ALL'), reconfigured]],
    ['a patch that is told last', 'upgrade', [change('REINSTALL', 'ALL'), 'Property(S): PATCH = C:\\x\\fsp.msp']],
    ['a patch that nobody names but the summary', 'upgrade', ['Property(S): PATCH = C:\\x\\fsp.msp', reconfigured]],
    ['a repair', 'repair', [change('REINSTALL', 'ALL'), reconfigured]],
    ['an installation that brings its patch', 'install', [change('PATCH', 'C:\\x\\fsp.msp')]],
    [
      'the removal of a patch',
      'repair',
      [reconfigured.replace('reconfigured the product', 'removed an update').replace('Reconfiguration', 'Removal')],
    ],
  ])('%s is told as %s', (_, action, lines) => {
    expect(only(runsOf(msiLog([...lines, ...result(0)])))).toMatchObject({ action, verdict: 'succeeded' });
  });
});

describe('summaries of Windows Installer', () => {
  test.each([
    [
      'de',
      'Das Produkt wurde durch Windows Installer installiert. Produktname: P. Produktversion: 1.2.3. Produktsprache: 1033. Hersteller: M. Erfolg- bzw. Fehlerstatus der Installation: 1603.',
    ],
    [
      'fr',
      'Windows Installer a installé le produit. Nom du produit : P. Version du produit : 1.2.3. Langue du produit : 0. Fabricant : M. Réussite de l’installation ou état d’erreur : 1603.',
    ],
    [
      'fr, blanks that do not break',
      'Windows Installer a installé le produit. Nom du produit\u00a0: P. Version du produit\u00a0: 1.2.3. Langue du produit\u00a0: 0. Fabricant\u00a0: M. Réussite de l’installation ou état d’erreur\u00a0: 1603.',
    ],
    [
      'es',
      'Windows Installer instaló el producto. Nombre del producto: P. Versión del producto: 1.2.3. Idioma del producto: 1033. Fabricante: Microsoft Corporation Resultado de la instalación: 1603.',
    ],
    [
      'zh-Hant',
      'Windows Installer 已安裝該產品。產品名稱: P。產品版本: 1.2.3。產品語言: 1033。製造商: M。安裝成功或錯誤狀態: 1603。',
    ],
    [
      'zh-Hans, wide colons',
      'Windows Installer 已重新配置产品。产品名称：P。产品版本：1.2.3。产品语言：1033。制造商：M。重新配置成功或错误状态：1603。',
    ],
    [
      'ja',
      'Windows インストーラーにより製品がインストールされました。製品名: P、製品バージョン: 1.2.3、製品の言語: 1041、製造元: M、インストールの成功またはエラーの状態: 1603。',
    ],
    [
      'ko',
      'Windows Installer에서 제품을 설치했습니다. 제품 이름: P. 제품 버전: 1.2.3. 제품 언어: 1033. 제조업체: M. 설치 성공 또는 오류 상태: 1603.',
    ],
    [
      'ru',
      'Установщик Windows выполнил установку продукта. Продукт: P. Версия: 1.2.3. Язык: 1033. Изготовитель: M. Установка завершена с состоянием: 1603.',
    ],
    [
      'pl',
      'Instalator systemu Windows zainstalował produkt. Nazwa produktu: P. Wersja produktu: 1.2.3. Język produktu: 1033. Producent: M. Stan powodzenia lub błędu instalacji: 1603.',
    ],
    [
      'cs',
      'Instalační služba systému Windows nainstalovala produkt. Název produktu: P. Verze produktu: 1.2.3. Jazyk produktu: 1033. Výrobce: M. Stav úspěšnosti instalace nebo chybový stav: 1603.',
    ],
    [
      'tr',
      'Windows Installer ürünü yükledi. Ürün Adı: P. Ürün Sürümü: 1.2.3. Ürün Dili: 1033. Üretici: M. Yükleme başarısı veya hata durumu: 1603.',
    ],
    [
      'nl',
      'Het product is geïnstalleerd. Productnaam: P. Versie van het product: 1.2.3. Taal van product: 1033. Fabrikant: M. Status van de installatie (voltooid of fout): 1603.',
    ],
    [
      'ar',
      '\u200fقام Windows Installer بتثبيت المنتج. اسم المنتج: P. إصدار المنتج: 1.2.3. لغة المنتج: 1033. الشركة المصنعة: M. حالة نجاح أو خطأ التثبيت: \u200e1603\u200f.',
    ],
    [
      'he',
      'Windows Installer התקין את המוצר. שם המוצר: P. גירסת המוצר: 1.2.3. שפת המוצר: 1033. יצרן: M. מצב הצלחה או שגיאה בהתקנה: 1603.',
    ],
    [
      'an update',
      'Windows Installer installed an update. Product Name: P. Product Version: 1.2.3. Product Language: 1033. Manufacturer: M. Update Name: KB: 5. Installation success or error status: 1603.',
    ],
  ])('%s', (_, summary) => {
    const run = only(runsOf(msiLog([`MSI (s) (54:F8) [10:00:05:000]: ${summary}`, ''])));
    expect(run).toMatchObject({ verdict: 'failed', exitCode: 1603, productName: 'P', productVersion: '1.2.3' });
  });

  test('a name with full stops and colons is read whole', () => {
    const summary =
      'MSI (s) (54:F8) [10:00:05:000]: Windows Installer installed the product. Product Name: Tools: C++ v. 3.1, x64. Product Version: 1.2.3. Product Language: 1033. Manufacturer: M. Inc. Installation success or error status: 0.';
    expect(only(runsOf(msiLog([summary])))).toMatchObject({
      productName: 'Tools: C++ v. 3.1, x64',
      verdict: 'succeeded',
    });
  });

  test('a sentence of the same shape that tells of a restart is no result', () => {
    const restart =
      'MSI (s) (54:F8) [10:00:05:000]: Windows Installer requires a system restart. Product Name: P. Product Version: 1.2.3. Product Language: 1033. Manufacturer: M. Type of System Restart: 1. Reason for Restart: 1.';
    expect(only(runsOf(msiLog([restart]))).verdict).toBe('unfinished');
  });

  test('a message that asks for a restart is one to come where no number tells the result', () => {
    const log = [
      '=== Protokollierung gestartet: 15.01.2026  10:00:00 ===',
      'Aktion gestartet um 10:00:01: INSTALL.',
      'Aktion beendet um 10:00:05: INSTALL. Rückgabewert 1.',
      'Info 1903. Sie müssen das System neu starten, damit die Änderungen an P wirksam werden.',
      '=== Protokollierung beendet: 15.01.2026  10:00:06 ===',
      '',
    ].join('\n');
    expect(only(runsOf(log))).toMatchObject({ verdict: 'reboot_pending', certainty: 'likely' });
  });

  test('a file of the rollback that goes with the next restart is none to come where the engine says 0', () => {
    const log = msiLog([
      'MSI (s) (54:F8) [10:00:03:000]: Doing action: RemoveFiles',
      'Info 1903.Scheduling reboot operation: Deleting file C:\\Config.Msi\\1a2b3.rbf. Must reboot to complete operation.',
      'MSI (s) (54:F8) [10:00:05:000]: MainEngineThread is returning 0',
    ]);
    expect(only(runsOf(log))).toMatchObject({ verdict: 'succeeded', exitCode: 0, certainty: 'certain' });
  });

  test('a status of 0 beside a sentence that asks for a restart is a success with a restart to come', () => {
    const fields = 'Produktname: P. Produktversion: 1.2.3. Produktsprache: 1031. Hersteller: M.';
    const summary = `MSI (s) (54:F8) [10:00:05:000]: Das Produkt wurde durch Windows Installer installiert. ${fields} Erfolg- bzw. Fehlerstatus der Installation: 0.`;
    const restart = `MSI (s) (54:F8) [10:00:05:000]: Windows Installer erfordert einen Systemneustart. ${fields} Art des Systemneustarts: 2. Grund für den Neustart: 1.`;
    for (const lines of [
      [summary, restart],
      [restart, summary],
    ])
      expect(only(runsOf(msiLog(lines)))).toMatchObject({
        verdict: 'reboot_pending',
        exitCode: 0,
        certainty: 'likely',
      });
  });
});
