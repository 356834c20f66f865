/**
 * Why a judgement is as sure as it is, in words. The ids are stable: rows carry them beside the English text, and other
 * languages are found by them.
 */
export const certaintyReasons = {
  result_told: 'The log tells the result in numbers',
  result_from_action: 'Only the return value of the last action tells the result',
  error_message: 'An error message stands where it failed',
  package_named: 'A line names the package that failed, with its exit code',
  requirement_named: 'A line names what is missing or not supported',
  code_tells: 'The code itself tells the cause',
  custom_action_code: 'A custom action returned an error, and its own lines speak of trouble',
  trouble_nearby: 'The lines before the failure speak of trouble',
  first_error: 'It is the first error that nothing later made good',
  same_code: 'It is the error with the code that the run ended with',
  often_recovered: 'It is an error that set-up often goes on after, and the only one there is',
  said_in_step: 'It is the last that the step said which failed',
  trouble_elsewhere: 'The step that failed says nothing; this stands elsewhere in the log',
  code_only: 'The log tells a code and no reason',
  no_end: 'The log does not tell how it ended',
} as const;

export type CertaintyReason = keyof typeof certaintyReasons;

/** What to collect next where a log does not tell why. Ids as above. */
export const nextSteps = {
  msi_verbose_log:
    'Run it again with a verbose log, msiexec /i PACKAGE /l*vx C:\\Temp\\msi.log, and read the lines before the first “Return value 3”',
  msi_event_log:
    'Look in the Application event log (source MsiInstaller) at the time of the failure, and for a log of the failed action’s own program',
  msi_whole_log: 'Collect the log from its beginning: the part that would tell why is missing',
  client_msi_log: 'Read client.msi.log in %windir%\\ccmsetup\\Logs: it tells why client.msi failed',
  package_log:
    'Read the log of the package that is named, in %windir%\\ccmsetup\\Logs or in the Temp folder of SYSTEM (C:\\Windows\\Temp)',
  ccmsetup_whole_log:
    'Collect ccmsetup.log together with the older ccmsetup-*.log beside it in %windir%\\ccmsetup\\Logs: this one begins in the middle',
  ccmsetup_locations:
    'Check the boundary groups and the management point, and read LocationServices.log in %windir%\\CCM\\Logs and the IIS log of the management point',
  fsp_msi_log: 'Read fspMSI.log beside this log: it tells why fsp.msi failed',
  role_msi_log:
    'Read the log of Windows Installer beside this log that is called after the package (mpMSI.log of mp.msi): it tells why it failed',
  prerequisite_log:
    'Read the log of the prerequisite that is named, in the same folder or in the Temp folder of SYSTEM',
  wait_for_end:
    'Collect the log again when set-up has ended; if it has, look in the Application event log for the end of its process',
} as const;

export type NextStep = keyof typeof nextSteps;
