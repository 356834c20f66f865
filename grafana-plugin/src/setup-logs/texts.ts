import { t } from '@grafana/i18n';
import type { Verdict } from '../queries/setup-logs.js';

export function verdictSentence(verdict: Verdict): string {
  switch (verdict) {
    case 'succeeded':
      return t('setup.succeeded', 'The set-up succeeded');
    case 'failed':
      return t('setup.failed', 'The set-up failed');
    case 'reboot_pending':
      return t('setup.reboot', 'The set-up succeeded, and the server must be restarted');
    default:
      return t('setup.unfinished', 'The log ends before the set-up does');
  }
}

export function certaintyText(certainty: string): string {
  switch (certainty) {
    case 'certain':
      return t('certainty.certain', 'Certain');
    case 'likely':
      return t('certainty.likely', 'Likely');
    default:
      return t('certainty.guess', 'A guess');
  }
}

/** What a line of the evidence shows. */
export function evidenceText(shows: string): string {
  switch (shows) {
    case 'cause':
      return t('evidence.cause', 'cause');
    case 'detail':
      return t('evidence.detail', 'detail');
    case 'failed_action':
      return t('evidence.failed-action', 'failed step');
    case 'result':
      return t('evidence.result', 'result');
    case 'echo':
      return t('evidence.echo', 'repeats it');
    case 'recovered':
      return t('evidence.recovered', 'overcome');
    default:
      return shows;
  }
}

/** Why it is that sure; in the server's words where it is a newer one's reason. */
export function reasonText(id: string, english: string): string {
  switch (id) {
    case 'result_told':
      return t('reason.result-told', 'The log tells the result in numbers');
    case 'result_from_action':
      return t('reason.result-from-action', 'Only the return value of the last action tells the result');
    case 'error_message':
      return t('reason.error-message', 'An error message stands where it failed');
    case 'package_named':
      return t('reason.package-named', 'A line names the package that failed, with its exit code');
    case 'requirement_named':
      return t('reason.requirement-named', 'A line names what is missing or not supported');
    case 'code_tells':
      return t('reason.code-tells', 'The code itself tells the cause');
    case 'custom_action_code':
      return t('reason.custom-action', 'A custom action returned an error, and its own lines speak of trouble');
    case 'trouble_nearby':
      return t('reason.trouble-nearby', 'The lines before the failure speak of trouble');
    case 'first_error':
      return t('reason.first-error', 'It is the first error that nothing later made good');
    case 'same_code':
      return t('reason.same-code', 'It is the error with the code that the run ended with');
    case 'often_recovered':
      return t('reason.often-recovered', 'It is an error that set-up often goes on after, and the only one there is');
    case 'said_in_step':
      return t('reason.said-in-step', 'It is the last that the step said which failed');
    case 'trouble_elsewhere':
      return t('reason.trouble-elsewhere', 'The step that failed says nothing; this stands elsewhere in the log');
    case 'code_only':
      return t('reason.code-only', 'The log tells a code and no reason');
    case 'no_end':
      return t('reason.no-end', 'The log does not tell how it ended');
    default:
      return english;
  }
}

/** What to collect next; in the server's words where it is a newer one's step. */
export function nextStepText(id: string, english: string): string {
  switch (id) {
    case 'msi_verbose_log':
      return t(
        'next.msi-verbose',
        'run it again with a verbose log, msiexec /i PACKAGE /l*vx C:\\Temp\\msi.log, and read the lines before the first “Return value 3”',
      );
    case 'msi_event_log':
      return t(
        'next.msi-event-log',
        'look in the Application event log (source MsiInstaller) at the time of the failure, and for a log of the failed action’s own program',
      );
    case 'msi_whole_log':
      return t('next.msi-whole', 'collect the log from its beginning: the part that would tell why is missing');
    case 'client_msi_log':
      return t('next.client-msi', 'read client.msi.log in %windir%\\ccmsetup\\Logs: it tells why client.msi failed');
    case 'package_log':
      return t(
        'next.package',
        'read the log of the package that is named, in %windir%\\ccmsetup\\Logs or in the Temp folder of SYSTEM (C:\\Windows\\Temp)',
      );
    case 'ccmsetup_whole_log':
      return t(
        'next.ccmsetup-whole',
        'collect ccmsetup.log together with the older ccmsetup-*.log beside it in %windir%\\ccmsetup\\Logs: this one begins in the middle',
      );
    case 'ccmsetup_locations':
      return t(
        'next.ccmsetup-locations',
        'check the boundary groups and the management point, and read LocationServices.log in %windir%\\CCM\\Logs and the IIS log of the management point',
      );
    case 'fsp_msi_log':
      return t('next.fsp-msi', 'read fspMSI.log beside this log: it tells why fsp.msi failed');
    case 'role_msi_log':
      return t(
        'next.role-msi',
        'read the log of Windows Installer beside this log that is called after the package (mpMSI.log of mp.msi): it tells why it failed',
      );
    case 'prerequisite_log':
      return t(
        'next.prerequisite',
        'read the log of the prerequisite that is named, in the same folder or in the Temp folder of SYSTEM',
      );
    case 'wait_for_end':
      return t(
        'next.wait',
        'collect the log again when set-up has ended; if it has, look in the Application event log for the end of its process',
      );
    default:
      return english;
  }
}

/** What a run set out to do. */
export function actionText(action: string): string {
  switch (action) {
    case 'install':
      return t('action.install', 'installation');
    case 'uninstall':
      return t('action.uninstall', 'removal');
    case 'repair':
      return t('action.repair', 'repair');
    case 'upgrade':
      return t('action.upgrade', 'upgrade');
    default:
      return action;
  }
}
