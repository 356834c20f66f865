import type { Draw } from './draw.js';
import type { Language } from './msi-languages.js';

/** One thing that goes wrong in an installation, in the order of its lines. */
export interface Failure {
  kind: string;
  /** The action that returns 3, or 2. */
  action: string;
  /** Lines before the action ends; an engine line stands for one with a stamp. */
  lines: FailureLine[];
  words: string[];
  status: number;
}

export interface FailureLine {
  text: string;
  /** `engine`: with the stamp of the engine; `bare`: as it is. */
  as: 'engine' | 'bare';
  /** It shows the cause. */
  tells: boolean;
}

const bare = (text: string, tells = false): FailureLine => ({ text, as: 'bare', tells });
const engine = (text: string, tells = false): FailureLine => ({ text, as: 'engine', tells });
const sandbox = '(note this may not be 100% accurate if translation happened inside sandbox)';

/** A numbered message: by itself, with the product's name before it, or both. */
function message(draw: Draw, language: Language, product: string, number: number, text: string): FailureLine[] {
  const said = language.error(number, text);
  const one = bare(said, true);
  // A blank line ends a message of the engine.
  const two = [engine(language.product(product, said), true), bare('')];
  return draw.pick([[one], [one, ...two], two]);
}

function notes(number: number, rest: string): FailureLine[] {
  return [
    engine('Note: 1: 2205 2:  3: Error '),
    engine(`Note: 1: 2228 2:  3: Error 4: SELECT \`Message\` FROM \`Error\` WHERE \`Error\` = ${number} `),
    engine(`Note: 1: ${number} ${rest}`),
  ];
}

type Maker = (draw: Draw, language: Language, product: string, verbose: boolean) => Failure;

/** Failures by what fails. `verbose`: engine lines of the most talkative level may stand in the log. */
export const failures: readonly Maker[] = [
  (draw, language, product) => {
    const what = draw.pick(['the Internet virtual directory SMS_FSP', 'the Internet virtual directory CCM_Incoming']);
    return {
      kind: 'package message',
      action: 'CcmCreateIISVirtualDirectories',
      lines: [
        bare('[10:11:12] Creating the virtual directory'),
        ...message(draw, language, product, 25140, `Setup was unable to create ${what}\nThe error code is 80070005`),
      ],
      words: ['25140', 'virtual directory'],
      status: 1603,
    };
  },
  (draw, language, product) => ({
    kind: 'iis',
    action: 'CcmCheckIIS',
    lines: message(draw, language, product, 25012, 'IIS is not installed on this server.'),
    words: ['25012', 'IIS is not installed'],
    status: 1603,
  }),
  (draw, language, product, verbose) => {
    const [display, service] = draw.pick([
      ['SMS Agent Host', 'CcmExec'],
      ['ConfigMgr Task Sequence Agent', 'smstsmgr'],
    ] as const);
    const text = (
      language.service ??
      ((a, b) =>
        `Service '${a}' (${b}) failed to start.  Verify that you have sufficient privileges to start system services.`)
    )(display, service);
    return {
      kind: 'service',
      action: 'StartServices',
      lines: [
        ...(verbose ? notes(1920, `2: ${display} 3: ${service} `) : []),
        ...message(draw, language, product, 1920, text),
      ],
      words: ['1920', service],
      status: 1603,
    };
  },
  (draw, language, product, verbose) => {
    const file = draw.pick(['C:\\Windows\\CCM\\ccmexec.exe', 'C:\\SMS_CCM\\fspisapi.dll']);
    const [number, text] = draw.pick([
      [
        1306,
        `Another application has exclusive access to the file '${file}'.  Please shut down all other applications, then click Retry.`,
      ],
      [1310, `Error writing to file: ${file}.  Verify that you have access to that directory.`],
      [
        1303,
        `The installer has insufficient privileges to access this directory: ${file}.  The installation cannot continue.`,
      ],
    ] as const);
    return {
      kind: 'file',
      action: 'InstallFiles',
      lines: [...(verbose ? notes(number, `2: ${file} `) : []), ...message(draw, language, product, number, text)],
      words: [String(number), file.split('\\').at(-1)!],
      status: 1603,
    };
  },
  (draw, language, product) => {
    const action = draw.pick(['CcmRegisterPerfCounters', 'RegisterCounters', 'RunAgentSetup']);
    return {
      kind: 'program 1722',
      action,
      lines: [
        bare(`CustomAction ${action} returned actual error code 1 ${sandbox}`),
        engine(`Note: 1: 1722 2: ${action} 3: C:\\Windows\\Installer\\MSI5E5A.tmp 4: /register `),
        ...message(
          draw,
          language,
          product,
          1722,
          `There is a problem with this Windows Installer package. A program run as part of the setup did not finish as expected. Contact your support personnel or package vendor.  Action ${action}, location: C:\\Windows\\Installer\\MSI5E5A.tmp, command: /register`,
        ),
      ],
      words: ['1722', action],
      status: 1603,
    };
  },
  () => ({
    kind: 'sql',
    action: 'InstallFinalize',
    lines: [
      engine(
        'Executing op: CustomActionSchedule(Action=CcmCreateStateMessageStore,ActionType=3073,Source=BinaryData,Target=CcmCreateStateMessageStore,)',
      ),
      bare(
        'Compiling Sql CE script file: C:\\Windows\\CCM\\StateMessageStore.sqlce into database C:\\Windows\\CCM\\StateMessageStore.sdf',
      ),
      bare('ERROR: Failed to execute SQL statement:', true),
      bare(''),
      bare('DROP TABLE CCM_StateMsg;', true),
      bare(''),
      bare('with error (0x80040e37).', true),
      bare(`CustomAction CcmCreateStateMessageStore returned actual error code 1603 ${sandbox}`),
    ],
    words: ['CCM_StateMsg'],
    status: 1603,
  }),
  (draw) => {
    const action = draw.pick([
      'CcmRegisterWinTask',
      'CcmRegisterWmiMofFile',
      'CcmInitializePolicy',
      'SmsSwDistInstallMetering',
    ]);
    return {
      kind: 'custom action alone',
      action: 'InstallFinalize',
      lines: [
        engine(
          `Executing op: CustomActionSchedule(Action=${action},ActionType=3073,Source=BinaryData,Target=${action},CustomActionData=C:\\Windows\\CCM\\)`,
        ),
        bare(`CustomAction ${action} returned actual error code 1603 ${sandbox}`, true),
      ],
      words: [action],
      status: 1603,
    };
  },
  (draw) => {
    const action = draw.pick(['RunConfigTool', 'ExecSecureObjects', 'InstallService']);
    const error = draw.pick(['0x80070001', '0x80070643', '0x80004005']);
    return {
      kind: 'quiet exec',
      action: 'InstallFinalize',
      lines: [
        engine(
          `Executing op: CustomActionSchedule(Action=${action},ActionType=3073,Source=BinaryData,Target=CAQuietExec,CustomActionData=tool.exe /x)`,
        ),
        bare('CAQuietExec:  Loading the configuration'),
        bare(`CAQuietExec:  Error ${error}: Command line returned an error.`, true),
        bare(`CAQuietExec:  Error ${error}: QuietExec Failed`, true),
        bare(`CAQuietExec:  Error ${error}: Failed in ExecCommon method`, true),
        bare(`CustomAction ${action} returned actual error code 1603 ${sandbox}`),
      ],
      words: [error],
      status: 1603,
    };
  },
  (draw, language, product) => ({
    kind: 'remove older',
    action: 'RemoveExistingProducts',
    lines: [
      bare(`CustomAction  returned actual error code 1612 ${sandbox}`),
      ...message(
        draw,
        language,
        product,
        1714,
        `The older version of ${product} cannot be removed.  Contact your technical support group.  System Error 1612.`,
      ),
    ],
    words: ['1714'],
    status: 1603,
  }),
  (draw, language, product) => {
    const text = draw.pick([
      'This product can only be installed on Windows Server 2016 or later.',
      'Background Intelligent Transfer Service 2.5 or later is required.',
    ]);
    return {
      kind: 'launch condition',
      action: 'LaunchConditions',
      lines: draw.pick([
        [bare(text), engine(language.product(product, text), true), bare('')],
        [engine(language.product(product, text), true), bare('')],
      ]),
      words: [text.split(' ').slice(-4).join(' ').replace('.', '')],
      status: 1603,
    };
  },
  (draw) => {
    const action = draw.pick(['InstallFiles', 'CostFinalize', 'WriteRegistryValues']);
    return { kind: 'cancelled', action, lines: [], words: [action], status: 1602 };
  },
];
