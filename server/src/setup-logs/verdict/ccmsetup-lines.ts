import { anyHint, hint } from '../formats/hints.js';

/**
 * What lines of ccmsetup.log mean for the verdict (domain/logs.md §5, §6). ccmsetup writes English on every machine; only
 * what the packages and Windows tell it is in the machine's language.
 */

/** A line never counts for more than this. */
const longestHead = 2_000;

/**
 * How much a line tells about a failure:
 *
 * | kind | meaning |
 * |---|---|
 * | package | names a package that failed, with its exit code |
 * | requirement | names what is missing, not supported, not trusted or not found |
 * | message | what Windows Installer said while a package was installed |
 * | error | any other error |
 * | recoverable | an error that ccmsetup has another way for: it looks elsewhere, or tries again |
 * | noise | an error that never stops it |
 * | echo | repeats the code that it ends with, or comes of the failure |
 */
export type TroubleKind = 'package' | 'requirement' | 'message' | 'error' | 'recoverable' | 'noise' | 'echo';

const packages =
  /\breturned (?:a )?failure exit code -?\d+|\binstallation failed\. Error text:|^(?:Failed to install|Installation of) .*\.(?:msi|msp|exe|msu|cab)\b.*\b(?:failed|error|code)\b|\.(?:msi|msp|exe|msu)\b.*\b(?:failed|exited|returned|ended) with (?:an? )?(?:exit|return|error) ?code:? [[(]?(?!0\b)-?\d/i;
const requirements =
  /\b(?:not|isn't|aren't|no longer|never) (?:be )?supported\b|\bunsupported\b|\bis required\b|\bare required\b|\bdoes not contain the correct version\b|\bdoes not meet\b|\bauthenticode signature\b|\b(?:doesn.t|does not|did not|do not) match\b|\bhash (?:mismatch|validation|verification)\b|\bnot (?:MS|Microsoft) signed\b|\bnot trusted\b|\bnot enough\b|\binsufficient\b|\bdisk (?:is )?full\b|\bdisk space\b.*\b(?:fail|less|low|need|required|not)|\bNo valid source or MP locations\b|\bcannot be (?:specified|installed|used)\b|\b(?:reboot|restart) (?:is )?(?:pending|required)\b|\b(?:another|other) (?:installation|instance|setup|program)\b.*\b(?:progress|running)\b|\balready running\b|\bprerequisites?\b.*\bfail|\bfail\w*\b.*\bprerequisites?\b|\bwrite filter\b|\bnewer version\b|\bversions? do(?:es)? not match\b|\binvalid command line\b|\bunable to check BITS\b|\bCLSID_BackgroundCopyManager\b/i;
/** Of what stands in lines that the log calls no error, only this is a requirement: others are remarks in passing. */
const plainRequirements =
  /\b(?:is|are|was) not (?:be )?supported\b|\bnot supported on\b|\bunsupported\b|\bdoes not contain the correct version\b|\bauthenticode signature\b.*\b0x8|\bhash\b.*\b(?:doesn.t|does not|did not) match\b|\bNo valid source or MP locations\b|\bdisk (?:is )?full\b|\bnot enough\b.*\bdisk\b|\banother (?:installation|instance)\b.*\b(?:progress|running)\b|\bprerequisites?\b.*\bfail|\bfail\w*\b.*\bprerequisites?\b|\bunable to check BITS\b|\bnewer version\b.*\b(?:installed|cannot|not)\b/i;
const messages = /^MSI: (?!Action \d)/i;
const warnings = /^MSI: (?:Warning|Info|Avert\w+|Warnung|Aviso|Avviso|Advertencia|警告)\b/i;
const echoes =
  /^InstallFromManifest failed\b|^CcmSetup (?:failed|is exiting|has failed)\b|^Ccmsetup.*\b(?:will now abort|cannot continue)\b|^Installation (?:has )?failed\b|^Client installation has failed\b|^Fail(?:ed|ing) the installation\b|^Setup failed\.?$|^Failed to (?:install|update|upgrade) (?:the )?(?:client|SMS client|ConfigMgr client)\b|^Uninstall failed\b|^Deployment (?:has )?failed\b/i;
const noises =
  /\bfallback status point\b|\bFSP\b|\bstate ?message\b|\bstatus message\b|\bFailed to send status\b|\bDeleteFile\b|\bdelet(?:e|ing|ed)\b|\bclean(?:ing)? ?up\b|\bscheduled task\b|\bunregister|\bstop(?:ping)? (?:the )?(?:ccmsetup )?service\b|\bFailed to get client version\b|\bclient version for sending\b|\bRemoving\b|\bFailed to remove\b|\b(?:revert|restor|revok|persist)(?:e|ing|ed)?\b|\bstate store\b|\bclose(?:d)? handle\b|\btelemetry\b|\bFailed to raise\b/i;
const recoverables =
  /\bpolicy namespace\b|\bActive Directory\b|\b(?:through|from|in|to|query) AD\b|\bGetADInstallParams\b|\bGetSMSLookupMP|\bMP (?:source|list|location)|\bmanagement point\b|\bMPs?\b|\bDPs?\b|\bDP locations?\b|\bGetDPLocations\b|\bGetMPLocations\b|\bdistribution point\b|\bBITS\b|\bdownload|\bWinHTTP\b|\bWINHTTP\b|\bHTTP status\b|\bSSL\b|\bcert(?:ificate)?s?\b|^\[CCMHTTP\] ERROR INFO|\bsite code\b|\bassigned site\b|\bsite version\b|\bboundary\b|\blocation (?:request|service)|\bMSXML\b.*\bretry|\bretr(?:y|ied|ying)\b|\bWMI\b.*\bretr|\bRegOpenKey|\bregistry\b|\bGetHttpRequestObjects\b|\bCCM_POST\b|\bHTTP request\b|\bSend(?:ing)? (?:HTTP|location|message)|\bCcmExec\b.*\bstop|\bAAD\b|\btoken\b|\bCRL\b|\bhttps?:\/\//i;
const speaksOfTrouble =
  /\b(?:errors?|fail(?:ed|ure|s)?|unable|couldn.t|could not|cannot|can.t|denied|invalid|not (?:found|supported|trusted|enough)|does(?: not|n.t)|no valid|required|missing|corrupt\w*|timed out|abort\w*|another in(?:stance|stallation))\b/i;
const admits =
  /^(?:MSI: |\[?\w+\]? ?[:-] )?(?:failed|error|unable|could ?n.t|could not|cannot|get\w* failed|\w+ failed)\b/i;
const fine = /\b(?:0x0+|error code 0|code 0|no errors?|succe\w+)\b(?!.*\bfail)/i;

/** A line that was torn before it said what failed: a block of zeroes, or a writer that was ended, leaves such. */
const torn = /^MSI: .{0,8}<!\[LOG\[|^(?:failed|unable|could ?n.t|could not|cannot)(?: to?)?(?: \w{0,30})?$/i;

/** What WinHTTP calls back with: rules and lengths say nothing, a flag names what is wrong with the certificate. */
const callback = /^\[CCMHTTP\]\s{0,40}(?:AsyncCallback\(\))?\s{0,4}: /;
const certificateFlag = /\bWINHTTP_CALLBACK_STATUS_FLAG_\w{1,60} is set\b/;

/**
 * What a line tells about a failure; null where it speaks of none. `severe`: the log itself calls it an error.
 * @param hints what the line may hold
 */
export function troubleIn(message: string, severe: boolean, hints = anyHint): TroubleKind | null {
  if (!severe && (hints & hint.trouble) === 0 && !message.startsWith('[')) return null;
  const head = message.slice(0, longestHead);
  if (/^MSI: Action \d/i.test(head)) return null;
  if (callback.test(head)) return certificateFlag.test(head) ? 'requirement' : null;
  if (packages.test(head)) return 'package';
  if (echoes.test(head)) return 'echo';
  if (!severe && (!speaksOfTrouble.test(head) || fine.test(head))) return null;
  if (noises.test(head)) return 'noise';
  if (messages.test(head)) return warnings.test(head) || torn.test(head) ? 'recoverable' : 'message';
  if ((severe ? requirements : plainRequirements).test(head)) return 'requirement';
  if (!severe) return admits.test(head) && /\d{3}/.test(head) ? 'recoverable' : null;
  return recoverables.test(head) || torn.test(head) ? 'recoverable' : 'error';
}

/** ccmsetup got further: what went wrong before did not stop it. Steps aside, see {@link isStep}. */
export function succeeds(message: string): boolean {
  const head = message.slice(0, longestHead);
  return /\bsuccessfully\b|\bsucceeded\b|^Found accessible|^Current DP/i.test(head) && !noises.test(head);
}

/** A step that only comes when those before are done, whatever was reported of them. */
export function isStep(message: string): boolean {
  return /^Installing\b|^Running installation package|^Download(?:ed| complete| update: complete|ing .{1,300} complete)|^Starting (?:\w+ )?download|^MSI: Action \d{1,2}:\d\d:\d\d: INSTALL\b|^File '.{1,500}' (?:has been|was) downloaded/i.test(
    message.slice(0, longestHead),
  );
}

/** It waits and begins anew: what failed so far is not what it ends with. */
export function isRetry(message: string): boolean {
  return /\bNext retry in \d+ minute|\bretry (?:attempt )?(?:in|after) \d+ (?:minute|hour)/i.test(
    message.slice(0, longestHead),
  );
}

/** It reports a failure to the fallback status point, or would: what follows only comes of it. */
export function reportsFailure(message: string): boolean {
  return /\bSTATEID='3\d\d'/i.test(message.slice(0, longestHead));
}

/** It reports that the machine has to restart, be it to go on or because it is done. */
export function reportsRestart(message: string): boolean {
  return /\bSTATEID='(?:317|401)'/i.test(message.slice(0, longestHead));
}

/** It reports that it is done and nothing else is to come. */
export function reportsSuccess(message: string): boolean {
  return /\bSTATEID='400'/i.test(message.slice(0, longestHead));
}

/** The process that people start hands over to a service of the same name, and ends with 0. */
export function handsOver(message: string): boolean {
  const head = message.slice(0, longestHead);
  if (!/\bccmsetup(?:\.exe)?['"]? (?:as a )?service\b/i.test(head)) return false;
  return (
    /\b(?:creat|start|install|regist|launch)ed\b/i.test(head) && !/\bfail|\bunable\b|\bnot\b|\bwithout\b/i.test(head)
  );
}
