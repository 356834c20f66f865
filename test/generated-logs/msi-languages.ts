/**
 * What Windows Installer says in its own words, by language. Summaries of en, fr, nl, nb, sv, pl, pt, ko, ja and zh are
 * those of public logs and of vendors' instructions; action lines of en and zh likewise, the others from memory.
 */
export interface Language {
  name: string;
  verbose: [started: string, stopped: string];
  plain: [started: string, stopped: string];
  /** With the time of day and the name filled in: `Action start 10:11:12: INSTALL.` */
  info: (time: string, name: string, text: string) => string;
  start: (time: string, name: string) => string;
  end: (time: string, name: string, value: number) => string;
  /** `Product: NAME -- text` */
  product: (name: string, text: string) => string;
  failed: string;
  completed: string;
  removed: string;
  /** `Error 1722. text` */
  error: (number: number, text: string) => string;
  summary: (product: string, version: string, language: number, manufacturer: string, status: number) => string;
  /** Message 1920 with the names of its service, where this language has it. */
  service?: (display: string, service: string) => string;
  lcid: number;
}

/** Languages that put a colon, a blank and a full stop where English has them. */
function western(
  words: Pick<Language, 'name' | 'lcid' | 'verbose' | 'plain' | 'failed' | 'completed' | 'removed' | 'service'> & {
    action: string;
    started: string;
    ended: string;
    returned: string;
    product: string;
    errorWord: string;
    fields: [sentence: string, name: string, version: string, language: string, manufacturer: string, status: string];
    colon?: string;
  },
): Language {
  const { action, started, ended, returned, product, errorWord, fields, colon = ':' } = words;
  const [sentence, nameField, version, language, manufacturer, status] = fields;
  return {
    ...words,
    info: (time, name, text) => `${action} ${time}${colon} ${name}. ${text}`,
    start: (time, name) => `${started} ${time}${colon} ${name}.`,
    end: (time, name, value) => `${ended} ${time}${colon} ${name}. ${returned} ${value}.`,
    product: (name, text) => `${product}${colon} ${name} -- ${text}`,
    error: (number, text) => `${errorWord} ${number}. ${text}`,
    summary: (name, productVersion, lcid, maker, result) =>
      `${sentence} ${nameField}${colon} ${name}. ${version}${colon} ${productVersion}. ${language}${colon} ${lcid}. ${manufacturer}${colon} ${maker}. ${status}${colon} ${result}.`,
  };
}

const english: Pick<Language, 'verbose' | 'plain'> = {
  verbose: ['Verbose logging started', 'Verbose logging stopped'],
  plain: ['Logging started', 'Logging stopped'],
};

function chinese(words: {
  name: string;
  lcid: number;
  plain: [string, string];
  action: [string, string, string];
  returned: string;
  product: string;
  error: string;
  failed: string;
  completed: string;
  removed: string;
  fields: [string, string, string, string, string, string];
  stop: string;
  separator: string;
  service: NonNullable<Language['service']>;
}): Language {
  const { action, returned, product, error, fields, stop, separator } = words;
  return {
    ...words,
    verbose: words.plain,
    info: (time, name, text) => `${action[0]} ${time}: ${name}. ${text}`,
    start: (time, name) => `${action[1]} ${time}: ${name}${stop}`,
    end: (time, name, value) => `${action[2]} ${time}: ${name}${stop}${returned} ${value}${stop}`,
    product: (name, text) => `${product}: ${name} -- ${text}`,
    error: (number, text) => `${error} ${number}${stop}${text}`,
    summary: (name, version, lcid, maker, status) =>
      `${fields[0]}${stop}${fields[1]}: ${name}${separator}${fields[2]}: ${version}${separator}${fields[3]}: ${lcid}${separator}${fields[4]}: ${maker}${separator}${fields[5]}: ${status}${stop}`,
  };
}

export const languages: readonly Language[] = [
  western({
    name: 'en',
    lcid: 1033,
    ...english,
    action: 'Action',
    started: 'Action start',
    ended: 'Action ended',
    returned: 'Return value',
    product: 'Product',
    errorWord: 'Error',
    failed: 'Installation failed.',
    completed: 'Installation completed successfully.',
    removed: 'Removal completed successfully.',
    fields: [
      'Windows Installer installed the product.',
      'Product Name',
      'Product Version',
      'Product Language',
      'Manufacturer',
      'Installation success or error status',
    ],
    service: (display, service) =>
      `Service '${display}' (${service}) failed to start.  Verify that you have sufficient privileges to start system services.`,
  }),
  western({
    name: 'de',
    lcid: 1031,
    verbose: ['Ausführliche Protokollierung gestartet', 'Ausführliche Protokollierung beendet'],
    plain: ['Protokollierung gestartet', 'Protokollierung beendet'],
    action: 'Aktion',
    started: 'Aktion gestartet um',
    ended: 'Aktion beendet um',
    returned: 'Rückgabewert',
    product: 'Produkt',
    errorWord: 'Fehler',
    failed: 'Installation ist fehlgeschlagen.',
    completed: 'Die Installation wurde erfolgreich abgeschlossen.',
    removed: 'Das Entfernen wurde erfolgreich abgeschlossen.',
    fields: [
      'Das Produkt wurde durch Windows Installer installiert.',
      'Produktname',
      'Produktversion',
      'Produktsprache',
      'Hersteller',
      'Erfolg- bzw. Fehlerstatus der Installation',
    ],
    service: (display, service) =>
      `Der Dienst "${display}" (${service}) konnte nicht gestartet werden. Stellen Sie sicher, dass Sie ausreichende Berechtigungen zum Starten von Systemdiensten besitzen.`,
  }),
  western({
    name: 'fr',
    lcid: 1036,
    verbose: ['Journalisation détaillée démarrée', 'Journalisation détaillée arrêtée'],
    plain: ['Journalisation démarrée', 'Journalisation arrêtée'],
    action: 'Action',
    started: 'Action démarrée à',
    ended: 'Action terminée à',
    returned: 'Valeur renvoyée',
    product: 'Produit',
    errorWord: 'Erreur',
    failed: 'Échec de l’installation.',
    completed: 'Installation effectuée.',
    removed: 'Suppression effectuée.',
    fields: [
      'Windows Installer a installé le produit.',
      'Nom du produit',
      'Version du produit',
      'Langue du produit',
      'Fabricant',
      'Réussite de l’installation ou état d’erreur',
    ],
    colon: ' :',
    service: (display, service) =>
      `Le service « ${display} » (${service}) n’a pas pu démarrer. Vérifiez que vous disposez des droits d’accès suffisants pour démarrer les services système.`,
  }),
  western({
    name: 'es',
    lcid: 3082,
    ...english,
    action: 'Acción',
    started: 'Acción iniciada a las',
    ended: 'Acción finalizada a las',
    returned: 'Valor devuelto',
    product: 'Producto',
    errorWord: 'Error',
    failed: 'Error de instalación.',
    completed: 'La instalación finalizó correctamente.',
    removed: 'La eliminación finalizó correctamente.',
    fields: [
      'Windows Installer instaló el producto.',
      'Nombre del producto',
      'Versión del producto',
      'Idioma del producto',
      'Fabricante',
      'Estado de éxito o error de la instalación',
    ],
  }),
  western({
    name: 'it',
    lcid: 1040,
    verbose: ['Registrazione dettagliata avviata', 'Registrazione dettagliata interrotta'],
    plain: ['Registrazione avviata', 'Registrazione interrotta'],
    action: 'Azione',
    started: 'Inizio azione',
    ended: 'Fine azione',
    returned: 'Valore restituito',
    product: 'Prodotto',
    errorWord: 'Errore',
    failed: 'Installazione non riuscita.',
    completed: 'Installazione completata.',
    removed: 'Rimozione completata.',
    fields: [
      'Il prodotto è stato installato da Windows Installer.',
      'Nome prodotto',
      'Versione prodotto',
      'Lingua prodotto',
      'Produttore',
      "Stato di operazione riuscita o errore dell'installazione",
    ],
  }),
  western({
    name: 'pt',
    lcid: 1046,
    ...english,
    action: 'Ação',
    started: 'Ação iniciada em',
    ended: 'Ação finalizada em',
    returned: 'Valor retornado',
    product: 'Produto',
    errorWord: 'Erro',
    failed: 'Falha na instalação.',
    completed: 'Instalação concluída com êxito.',
    removed: 'Remoção concluída com êxito.',
    fields: [
      'O Windows Installer instalou o produto.',
      'Nome do Produto',
      'Versão do produto',
      'Idioma do produto',
      'Fabricante',
      'Status de sucesso ou erro na instalação',
    ],
  }),
  western({
    name: 'nl',
    lcid: 1043,
    verbose: ['Uitgebreide logboekregistratie gestart', 'Uitgebreide logboekregistratie gestopt'],
    plain: ['Logboekregistratie gestart', 'Logboekregistratie gestopt'],
    action: 'Actie',
    started: 'Actie gestart om',
    ended: 'Actie beëindigd om',
    returned: 'Resultaatwaarde',
    product: 'Product',
    errorWord: 'Fout',
    failed: 'Installatie is mislukt.',
    completed: 'Installatie is voltooid.',
    removed: 'Verwijderen is voltooid.',
    fields: [
      'Het product is geïnstalleerd.',
      'Productnaam',
      'Versie van het product',
      'Taal van product',
      'Fabrikant',
      'Status van de installatie (voltooid of fout)',
    ],
  }),
  western({
    name: 'sv',
    lcid: 1053,
    ...english,
    action: 'Åtgärd',
    started: 'Åtgärden startades',
    ended: 'Åtgärden avslutades',
    returned: 'Returvärde',
    product: 'Produkt',
    errorWord: 'Fel',
    failed: 'Installationen misslyckades.',
    completed: 'Installationen har slutförts.',
    removed: 'Borttagningen har slutförts.',
    fields: [
      'Windows Installer installerade produkten.',
      'Produktnamn',
      'Produktversion',
      'Produktspråk',
      'Tillverkare',
      'Installationsstatus – slutförd eller misslyckades',
    ],
  }),
  western({
    name: 'nb',
    lcid: 1044,
    ...english,
    action: 'Handling',
    started: 'Handling startet',
    ended: 'Handling avsluttet',
    returned: 'Returverdi',
    product: 'Produkt',
    errorWord: 'Feil',
    failed: 'Installasjonen mislyktes.',
    completed: 'Installasjonen er fullført.',
    removed: 'Fjerningen er fullført.',
    fields: [
      'Windows Installer installerte produktet.',
      'Produktnavn',
      'Produktversjon',
      'Produktspråk',
      'Produsent',
      'Installasjonen var vellykket eller feilstatus',
    ],
  }),
  western({
    name: 'pl',
    lcid: 1045,
    ...english,
    action: 'Akcja',
    started: 'Akcja rozpoczęta',
    ended: 'Akcja zakończona',
    returned: 'Zwrócona wartość',
    product: 'Produkt',
    errorWord: 'Błąd',
    failed: 'Instalacja nie powiodła się.',
    completed: 'Instalacja została ukończona pomyślnie.',
    removed: 'Usuwanie zostało ukończone pomyślnie.',
    fields: [
      'Instalator Windows zainstalował produkt.',
      'Nazwa produktu',
      'Wersja produktu',
      'Język produktu',
      'Producent',
      'Stan powodzenia lub błędu instalacji',
    ],
  }),
  western({
    name: 'ru',
    lcid: 1049,
    ...english,
    action: 'Действие',
    started: 'Начало действия',
    ended: 'Окончание действия',
    returned: 'Возвращенное значение',
    product: 'Продукт',
    errorWord: 'Ошибка',
    failed: 'Установка завершилась неудачно.',
    completed: 'Установка успешно завершена.',
    removed: 'Удаление успешно завершено.',
    fields: [
      'Установщик Windows выполнил установку продукта.',
      'Продукт',
      'Версия',
      'Язык',
      'Изготовитель',
      'Установка завершена с состоянием',
    ],
    service: (display, service) =>
      `Не удалось запустить службу "${display}" (${service}). Проверьте наличие прав на запуск системных служб.`,
  }),
  western({
    name: 'cs',
    lcid: 1029,
    ...english,
    action: 'Akce',
    started: 'Spuštění akce',
    ended: 'Ukončení akce',
    returned: 'Návratová hodnota',
    product: 'Produkt',
    errorWord: 'Chyba',
    failed: 'Instalace se nezdařila.',
    completed: 'Instalace byla úspěšně dokončena.',
    removed: 'Odebrání bylo úspěšně dokončeno.',
    fields: [
      'Instalační služba systému Windows nainstalovala produkt.',
      'Název produktu',
      'Verze produktu',
      'Jazyk produktu',
      'Výrobce',
      'Stav úspěchu či selhání instalace',
    ],
  }),
  western({
    name: 'tr',
    lcid: 1055,
    ...english,
    action: 'Eylem',
    started: 'Eylem başlangıcı',
    ended: 'Eylem bitişi',
    returned: 'Dönüş değeri',
    product: 'Ürün',
    errorWord: 'Hata',
    failed: 'Yükleme başarısız oldu.',
    completed: 'Yükleme başarıyla tamamlandı.',
    removed: 'Kaldırma başarıyla tamamlandı.',
    fields: [
      'Windows Installer ürünü yükledi.',
      'Ürün Adı',
      'Ürün Sürümü',
      'Ürün Dili',
      'Üretici',
      'Yükleme başarı ya da hata durumu',
    ],
  }),
  western({
    name: 'hu',
    lcid: 1038,
    ...english,
    action: 'Művelet',
    started: 'Művelet kezdete:',
    ended: 'Művelet vége:',
    returned: 'Visszatérési érték:',
    product: 'Termék',
    errorWord: 'Hiba',
    failed: 'A telepítés sikertelen.',
    completed: 'A telepítés sikeresen befejeződött.',
    removed: 'Az eltávolítás sikeresen befejeződött.',
    fields: [
      'A Windows Installer telepítette a terméket.',
      'Termék neve',
      'Termék verziója',
      'Termék nyelve',
      'Gyártó',
      'A telepítés sikerességi vagy hibaállapota',
    ],
  }),
  western({
    name: 'ko',
    lcid: 1042,
    ...english,
    action: '작업',
    started: '작업 시작',
    ended: '작업 종료',
    returned: '반환 값',
    product: '제품',
    errorWord: '오류',
    failed: '설치하지 못했습니다.',
    completed: '설치를 완료했습니다.',
    removed: '제거를 완료했습니다.',
    fields: [
      'Windows Installer에서 제품을 설치했습니다.',
      '제품 이름',
      '제품 버전',
      '제품 언어',
      '제조업체',
      '설치 성공 또는 오류 상태',
    ],
  }),
  chinese({
    name: 'zh-CN',
    lcid: 2052,
    plain: ['日志已启动', '日志已停止'],
    action: ['操作', '操作开始', '操作结束'],
    returned: '返回值',
    product: '产品',
    error: '错误',
    failed: '安装失败。',
    completed: '安装操作成功完成。',
    removed: '删除操作成功完成。',
    fields: ['Windows Installer 已安装产品', '产品名称', '产品版本', '产品语言', '制造商', '安装成功或错误状态'],
    stop: '。',
    separator: '。',
    service: (display, service) => `服务“${display}”(${service})启动失败。请确认您有足够的权限来启动系统服务。`,
  }),
  chinese({
    name: 'zh-TW',
    lcid: 1028,
    plain: ['記錄已開始', '記錄已停止'],
    action: ['動作', '動作開始', '動作結束'],
    returned: '傳回值',
    product: '產品',
    error: '錯誤',
    failed: '安裝失敗。',
    completed: '安裝成功地完成。',
    removed: '移除成功地完成。',
    fields: ['Windows Installer 已安裝產品', '產品名稱', '產品版本', '產品語言', '製造商', '安裝成功或錯誤狀態'],
    stop: '。',
    separator: '。',
    service: (display, service) => `無法啟動服務 '${display}' (${service})。請確認您有足夠的權限來啟動系統服務。`,
  }),
  chinese({
    name: 'ja',
    lcid: 1041,
    plain: ['ログの開始', 'ログの停止'],
    action: ['アクション', 'アクション開始', 'アクション終了'],
    returned: '戻り値',
    product: '製品',
    error: 'エラー',
    failed: 'インストールに失敗しました。',
    completed: 'インストールを正しく完了しました。',
    removed: '正しく削除されました。',
    fields: [
      'Windows インストーラーにより製品がインストールされました',
      '製品名',
      '製品バージョン',
      '製品の言語',
      '製造元',
      'インストールの成功またはエラーの状態',
    ],
    stop: '。',
    separator: '、',
    service: (display, service) =>
      `サービス '${display}' (${service}) を開始できませんでした。システム サービスを開始するための十分な特権があるかどうかを確認してください。`,
  }),
];
