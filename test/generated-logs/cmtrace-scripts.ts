import { CcmWriter, clockText, dateText, signed, type Stamper } from './ccm-writer.js';
import { two, type MachineClock } from './clock.js';
import type { Draw } from './draw.js';
import type { Script } from './script.js';
import type { TimeTruth } from './types.js';

interface Dialect {
  kind: string;
  component: string;
  file: string;
  context: string;
  stamper: Stamper;
}

/**
 * Scripts that write CMTrace's format after their own fashion. Where a stamp means two things and the file does not say
 * which, its truth is arguable; a reader that is told the zone can tell.
 */
export function playScript(draw: Draw, script: Script, clock: MachineClock, told: boolean, bulk: number): string {
  const { kind, component, file, context, stamper } = draw.pick(dialects)(draw, told);
  const writer = new CcmWriter(draw, script, clock, stamper, component, file);
  const secret = draw.secret();
  const dayFirst = kind === 'day first';
  // The number above twelve of the first record proves the order; what comes later has to be read by it. Not at the end of
  // a month, as the clock goes on before that record.
  while (dayFirst && (clock.wall.day <= 12 || clock.wall.day > 27)) clock.utc += 86_400_000;
  for (let left = draw.integer(3, Math.ceil(14 * bulk)); left > 0; left--) {
    const kindOf = draw.next();
    if (kindOf < 0.06) {
      script.secrets.push(secret);
      writer.write({ message: `Executing [setup.exe /S /password=${secret}]...`, context });
    } else if (kindOf < 0.2) {
      writer.write({
        message: `Execution failed with exit code [${draw.pick([1603, 1618, 1, 3010])}].`,
        type: 3,
        context,
      });
    } else if (kindOf < 0.3) {
      const text = draw.pick(['Übernahme für Benutzer Müller', 'Déploiement terminé à Orléans', 'Instalación año 2']);
      script.mustRead(writer.write({ message: text, context }), text);
    } else {
      const message = draw.pick([
        '[Initialize-ADTModule] :: Started',
        '[Installation] :: Script is running in the system context.',
        'Driver package download has begun',
        'Working directory is C:\\ProgramData\\Packages, 3 files',
        'Checking whether the BIOS is current: 1.2.3 against 1.2.4',
      ]);
      writer.write({ message, context, spare: true, type: draw.pick([1, 1, 1, 2, '' as const]) });
    }
    if (dayFirst && draw.chance(0.2)) clock.utc += draw.integer(1, 20) * 86_400_000;
  }
  return kind;
}

/** The truth of a stamp whose sign, order or zone the file alone does not prove. */
function arguable(clock: MachineClock, told: boolean, resolution: 1 | 1000 = 1): TimeTruth {
  const truth = clock.unzoned(resolution, true);
  return told && truth.sure === 'exact' ? truth : { ...truth, sure: 'arguable' };
}

const dialects: readonly ((draw: Draw, told: boolean) => Dialect)[] = [
  (draw, told) => ({
    kind: 'psadt',
    component: 'PSAppDeployToolkit',
    file: draw.pick(['Invoke-AppDeployToolkit.ps1', 'Deploy-Application.ps1']),
    context: 'NT AUTHORITY\\SYSTEM',
    // Minutes that the zone is ahead: the toolkit's own source.
    stamper: (clock) => ({
      time: clockText(clock) + signed(clock.offset, draw.pick([1, 1])),
      date: dateText(clock),
      truth: arguable(clock, told),
    }),
  }),
  (draw, told) => ({
    kind: 'script bias',
    component: draw.pick(['Install-Drivers', 'Invoke-Update', 'Write-Log']),
    file: draw.pick(['', 'Install-Drivers.ps1']),
    context: '',
    stamper: (clock) => ({
      time: clockText(clock) + signed(-clock.offset, 3),
      date: dateText(clock),
      truth: arguable(clock, told),
    }),
  }),
  (draw, told) => ({
    kind: 'script offset',
    component: draw.pick(['ApplyBIOSPackage', 'Invoke-CMApplyDriverPackage', 'Write-Log']),
    file: draw.pick(['', 'Apply.ps1']),
    context: 'CONTOSO\\PC1$',
    stamper: (clock) => ({
      time: clockText(clock) + signed(clock.offset, 3),
      date: dateText(clock),
      truth: arguable(clock, told),
    }),
  }),
  (_draw, told) => ({
    kind: 'plus and sign',
    component: 'ApplyDriverPackage',
    file: '',
    context: 'NT AUTHORITY\\SYSTEM',
    // "+" and then a number that has its own sign.
    stamper: (clock) => ({
      time: `${clockText(clock)}+${clock.offset}`,
      date: dateText(clock),
      truth: arguable(clock, told),
    }),
  }),
  (_draw, told) => ({
    kind: 'blank',
    component: 'DriverTool',
    file: '',
    context: 'NT AUTHORITY\\SYSTEM',
    stamper: (clock) => ({
      time: `${clockText(clock)} ${clock.offset}`,
      date: dateText(clock),
      truth: arguable(clock, told),
    }),
  }),
  (_draw, told) => ({
    kind: 'dots',
    component: 'Scripted',
    file: 'install.ps1',
    context: '',
    stamper: (clock) => ({
      time: clockText(clock).replaceAll(':', '.') + signed(clock.offset, 3),
      date: dateText(clock),
      truth: arguable(clock, told),
    }),
  }),
  (draw, told) => ({
    kind: 'impossible',
    component: 'Broken',
    file: '',
    context: '',
    stamper: (clock) => ({
      time: `${clockText(clock)}${draw.pick(['+999', '-1440', '+-999'])}`,
      date: dateText(clock),
      truth: arguable(clock, told),
    }),
  }),
  (draw, told) => ({
    kind: 'no zone',
    component: 'Plain',
    file: draw.pick(['', 'plain.ps1']),
    context: '',
    stamper: (clock) => ({ time: clockText(clock), date: dateText(clock), truth: clock.unzoned(1, told) }),
  }),
  (draw, told) => ({
    kind: 'ticks',
    component: 'HealthScripts',
    file: '',
    context: '',
    stamper: (clock) => {
      const { year, month, day } = clock.wall;
      const time = `${clockText(clock)}${draw.integer(0, 9999).toString().padStart(4, '0')}`;
      return { time, date: `${month}-${day}-${year}`, truth: clock.unzoned(1, told) };
    },
  }),
  (_draw, told) => ({
    kind: 'day first',
    component: 'DellUpdate',
    file: '',
    context: 'S',
    stamper: (clock) => {
      const { year, month, day } = clock.wall;
      const truth = arguable(clock, told);
      // Which of the two is the day stands fast only where it can be nothing else.
      const sure = day > 12 || day === month ? truth.sure : 'arguable';
      const time = clockText(clock) + signed(-clock.offset, 3);
      return { time, date: `${two(day)}-${two(month)}-${year}`, truth: { ...truth, sure } };
    },
  }),
];
