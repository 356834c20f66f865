import type { Text } from '../text.js';

/** First steps about Windows Installer, ccmsetup, the client and the role's set-up. */
export const clientSteps = {
  none: { en: 'Nothing to do', fr: 'Rien à faire' },
  msiService: {
    en: 'Check that the Windows Installer service (msiserver) is not disabled and can start',
    fr: 'Vérifiez que le service Windows Installer (msiserver) n’est pas désactivé et peut démarrer',
  },
  msiCancelled: {
    en: 'Somebody or something cancelled it: run it again, and see who was signed on',
    fr: 'Quelqu’un ou quelque chose l’a annulée : relancez-la, et voyez qui avait ouvert une session',
  },
  msiFatal: {
    en: 'Look at the lines before the first action that returned 3; the code itself names no cause',
    fr: 'Regardez les lignes qui précèdent la première action ayant renvoyé 3 ; le code lui-même ne nomme aucune cause',
  },
  msiLog: {
    en: 'Read the log of Windows Installer itself (client.msi.log beside ccmsetup.log): the first action that returned 3, and what stands before it',
    fr: 'Lisez le journal de Windows Installer (client.msi.log à côté de ccmsetup.log) : la première action ayant renvoyé 3, et ce qui la précède',
  },
  msiBusy: {
    en: 'Wait until the other installation has ended (see msiexec.exe and Windows Update), or restart, then try again',
    fr: 'Attendez la fin de l’autre installation (voyez msiexec.exe et Windows Update), ou redémarrez, puis recommencez',
  },
  msiSource: {
    en: "Check that the package's folder is still there and that the computer account may read it",
    fr: 'Vérifiez que le dossier du package existe encore et que le compte d’ordinateur peut le lire',
  },
  msiOpen: {
    en: 'Check that the package exists at that path, that it is whole, and that the account may read it',
    fr: 'Vérifiez que le package existe à cet endroit, qu’il est entier et que le compte peut le lire',
  },
  msiDamaged: {
    en: 'Copy the package again from the site server: it is damaged',
    fr: 'Recopiez le package depuis le serveur de site : il est endommagé',
  },
  msiUpdate: { en: 'Update Windows Installer', fr: 'Mettez à jour Windows Installer' },
  msiLogFile: {
    en: 'Check that the folder of the log exists and may be written',
    fr: 'Vérifiez que le dossier du journal existe et est accessible en écriture',
  },
  msiTransform: {
    en: 'Check that the transform exists and belongs to this package',
    fr: 'Vérifiez que la transformation existe et appartient à ce package',
  },
  msiTemp: {
    en: 'Make room in the Temp folder, and check that SYSTEM may write to it',
    fr: 'Libérez de la place dans le dossier Temp, et vérifiez que SYSTEM peut y écrire',
  },
  msiPlatform: {
    en: "Use the package for this machine's architecture",
    fr: 'Utilisez le package prévu pour l’architecture de cette machine',
  },
  msiOtherVersion: { en: 'Remove the other version first', fr: 'Supprimez d’abord l’autre version' },
  msiProperties: {
    en: 'Check the properties on the command line',
    fr: 'Vérifiez les propriétés sur la ligne de commande',
  },
  msiNotInstalled: {
    en: 'Nothing to remove or repair: the product is not registered for this machine; install it anew, or compare the product code',
    fr: 'Rien à supprimer ni à réparer : le produit n’est pas enregistré sur cette machine ; installez-le de nouveau, ou comparez le code de produit',
  },
  msiRegistration: {
    en: "Repair the registration of the product (msiexec /fvomus PACKAGE), or remove what is left of it with Microsoft's program for install and uninstall problems",
    fr: 'Réparez l’enregistrement du produit (msiexec /fvomus PACKAGE), ou supprimez-en les restes avec le programme Microsoft de résolution des problèmes d’installation et de désinstallation',
  },
  msiPatch: {
    en: 'Use the patch that belongs to the installed version; take it anew from its source',
    fr: 'Utilisez le correctif qui correspond à la version installée ; reprenez-le à sa source',
  },
  msiRestarts: {
    en: 'The machine restarts by itself; check the role afterwards',
    fr: 'La machine redémarre d’elle-même ; vérifiez le rôle ensuite',
  },
  msiInterface: {
    en: "Run it without interface (/qn): there is nobody at SYSTEM's session to see one",
    fr: 'Lancez-la sans interface (/qn) : personne ne voit celle de la session de SYSTEM',
  },
  writeFolder: {
    en: 'Give SYSTEM the right to write to the folder that is named',
    fr: 'Donnez à SYSTEM le droit d’écrire dans le dossier nommé',
  },
  writeFile: {
    en: 'Check the rights on the file that is named, and that the disk has room',
    fr: 'Vérifiez les droits sur le fichier nommé, et que le disque a de la place',
  },
  heldFile: {
    en: 'Another program holds the file that is named: end it, or restart',
    fr: 'Un autre programme retient le fichier nommé : fermez-le, ou redémarrez',
  },
  sourceFile: {
    en: 'Check that the source holds the file that is named and is whole: copy the installation files anew',
    fr: 'Vérifiez que la source contient le fichier nommé et qu’elle est entière : recopiez les fichiers d’installation',
  },
  registryKey: {
    en: 'Check the rights on the registry key that is named',
    fr: 'Vérifiez les droits sur la clé de registre nommée',
  },
  earlierVersion: {
    en: 'The earlier version could not be removed: its own package is needed',
    fr: 'La version précédente n’a pas pu être supprimée : il faut son propre package',
  },
  scriptHost: {
    en: 'Check that Windows Script Host is not disabled, and that security software does not block scripts',
    fr: 'Vérifiez que Windows Script Host n’est pas désactivé et qu’aucun logiciel de sécurité ne bloque les scripts',
  },
  programMissing: {
    en: 'Check that the program that is named exists and may be run',
    fr: 'Vérifiez que le programme nommé existe et peut être lancé',
  },
  programFailed: {
    en: "A program that the set-up runs failed: look at the lines just before, and at that program's own log",
    fr: 'Un programme lancé par l’installation a échoué : regardez les lignes juste avant, et le journal de ce programme',
  },
  libraryFailed: {
    en: 'A library that the set-up loads failed: check that its dependencies are installed, and that security software lets it run',
    fr: 'Une bibliothèque chargée par l’installation a échoué : vérifiez que ses dépendances sont installées et que le logiciel de sécurité la laisse fonctionner',
  },
  registerFile: {
    en: 'Check the dependencies of the file that is named: it could not be registered',
    fr: 'Vérifiez les dépendances du fichier nommé : il n’a pas pu être enregistré',
  },
  serviceStart: {
    en: 'Check the account and the dependencies of the service that is named, and the System event log',
    fr: 'Vérifiez le compte et les dépendances du service nommé, et le journal d’événements Système',
  },
  serviceStop: {
    en: 'End the service that is named by hand, and try again',
    fr: 'Arrêtez à la main le service nommé, et recommencez',
  },
  serviceName: {
    en: 'Check that nothing else has a service of that name, and that it is not marked for deletion (close services.msc)',
    fr: 'Vérifiez que rien d’autre ne porte un service de ce nom, et qu’il n’est pas marqué pour suppression (fermez services.msc)',
  },
  installerFolder: {
    en: 'Give the account that runs msiexec full control of C:\\Windows\\Temp, and run the set-up elevated',
    fr: 'Donnez au compte qui lance msiexec le contrôle total de C:\\Windows\\Temp, et lancez l’installation avec élévation',
  },
  ccmsetupLog: {
    en: 'Read ccmsetup.log (C:\\Windows\\ccmsetup\\Logs): the first error before the end is the cause, what follows it only repeats the code',
    fr: 'Lisez ccmsetup.log (C:\\Windows\\ccmsetup\\Logs) : la première erreur avant la fin est la cause, la suite ne fait que répéter le code',
  },
  ccmsetupRunning: {
    en: 'Wait until the set-up that is running has ended',
    fr: 'Attendez la fin de l’installation en cours',
  },
  ccmsetupReboot: { en: 'Restart the machine', fr: 'Redémarrez la machine' },
  ccmsetupPrerequisite: {
    en: 'See the prerequisite that failed, in the lines before',
    fr: 'Voyez dans les lignes précédentes le composant requis qui a échoué',
  },
  ccmsetupHash: {
    en: 'Update the client package on the distribution points',
    fr: 'Mettez à jour le package client sur les points de distribution',
  },
  ccmsetupExe: {
    en: "Start ccmsetup.exe rather than client.msi: it brings the prerequisites and the site's settings",
    fr: 'Lancez ccmsetup.exe plutôt que client.msi : il apporte les composants requis et les paramètres du site',
  },
  iis: {
    en: 'Install IIS with its IIS 6 metabase and WMI compatibility on this server, and check that W3SVC runs',
    fr: 'Installez IIS avec ses compatibilités métabase IIS 6 et WMI IIS 6 sur ce serveur, et vérifiez que W3SVC fonctionne',
  },
  prerequisite: {
    en: 'Install the prerequisite that is named by hand, and read its own log, then let the role install again',
    fr: 'Installez à la main le composant requis nommé et lisez son journal, puis relancez l’installation du rôle',
  },
  mpCommunication: {
    en: 'Look in CcmMessaging.log and LocationServices.log for the address and the HTTP status, then open http(s)://MP/sms_mp/.sms_aut?mplist on the machine',
    fr: 'Cherchez dans CcmMessaging.log et LocationServices.log l’adresse et l’état HTTP, puis ouvrez http(s)://PG/sms_mp/.sms_aut?mplist sur la machine',
  },
  mpLookUp: {
    en: 'Check that the machine lies in a boundary group with a site and that a management point is published (Active Directory, DNS) or given with /mp; LocationServices.log shows what was tried',
    fr: 'Vérifiez que la machine est dans un groupe de limites affecté à un site et qu’un point de gestion est publié (Active Directory, DNS) ou donné par /mp ; LocationServices.log montre les essais',
  },
  registration: {
    en: 'Read ClientIDManagerStartup.log: whether registration was sent, accepted or rejected, and with which certificate; then approval of the client in the console',
    fr: 'Lisez ClientIDManagerStartup.log : si l’enregistrement a été envoyé, accepté ou rejeté, et avec quel certificat ; puis l’approbation du client dans la console',
  },
  policy: {
    en: 'Trigger a machine policy retrieval and read PolicyAgent.log and PolicyEvaluator.log; reset the policy where it stays so',
    fr: 'Déclenchez une récupération de la stratégie ordinateur et lisez PolicyAgent.log et PolicyEvaluator.log ; réinitialisez la stratégie si cela persiste',
  },
  content: {
    en: "Check that the content is on a distribution point and that the machine's boundary group has it; LocationServices.log and ContentTransferManager.log show which were offered",
    fr: 'Vérifiez que le contenu est sur un point de distribution et que le groupe de limites de la machine l’inclut ; LocationServices.log et ContentTransferManager.log montrent ceux proposés',
  },
  download: {
    en: 'Follow the job in ContentTransferManager.log and DataTransferService.log: address and BITS error stand there',
    fr: 'Suivez la tâche dans ContentTransferManager.log et DataTransferService.log : l’adresse et l’erreur BITS s’y trouvent',
  },
  ciDownload: {
    en: 'Follow CIAgent.log, CIDownloader.log and DataTransferService.log; then check on the management point that IIS serves SMS_MP/.sms_dcm',
    fr: 'Suivez CIAgent.log, CIDownloader.log et DataTransferService.log ; puis vérifiez sur le point de gestion qu’IIS sert SMS_MP/.sms_dcm',
  },
  cache: {
    en: 'Compare the client cache (ccmcache, its size in the client settings) with the size of the content, and make room',
    fr: 'Comparez le cache client (ccmcache, sa taille dans les paramètres client) avec la taille du contenu, et faites de la place',
  },
  cacheBusy: {
    en: 'Wait until the running program or download has ended: it uses the cache',
    fr: 'Attendez la fin du programme ou du téléchargement en cours : il utilise le cache',
  },
  detection: {
    en: 'Compare the detection method with what is really installed (AppDiscovery.log), and the exit code in AppEnforce.log',
    fr: 'Comparez la méthode de détection avec ce qui est réellement installé (AppDiscovery.log), et le code de sortie dans AppEnforce.log',
  },
  detectionRule: {
    en: 'Correct the detection method or requirement of the deployment type; AppDiscovery.log and AppIntentEval.log name the rule',
    fr: 'Corrigez la méthode de détection ou la condition du type de déploiement ; AppDiscovery.log et AppIntentEval.log nomment la règle',
  },
  deploymentType: {
    en: 'Correct the deployment: user or device, run mode and sign-on requirement do not fit each other',
    fr: 'Corrigez le déploiement : utilisateur ou appareil, mode d’exécution et exigence de session ne vont pas ensemble',
  },
  scriptSigning: {
    en: 'Sign the script, or set the PowerShell execution policy in the client settings to Bypass',
    fr: 'Signez le script, ou réglez la stratégie d’exécution PowerShell des paramètres client sur Bypass',
  },
  runTime: {
    en: 'Raise the maximum run time of the deployment and see in AppEnforce.log or execmgr.log what the program waits for (a dialogue, in most cases)',
    fr: 'Augmentez la durée maximale du déploiement et voyez dans AppEnforce.log ou execmgr.log ce que le programme attend (le plus souvent, une boîte de dialogue)',
  },
  window: {
    en: 'Give the collection a maintenance window that is long enough for the maximum run time; ServiceWindowManager.log shows what applies',
    fr: 'Donnez au regroupement une fenêtre de maintenance assez longue pour la durée maximale ; ServiceWindowManager.log montre ce qui s’applique',
  },
  program: {
    en: 'Run the command line by hand as SYSTEM from the content folder; execmgr.log and AppEnforce.log show the command and its exit code',
    fr: 'Lancez la ligne de commande à la main sous SYSTEM depuis le dossier du contenu ; execmgr.log et AppEnforce.log montrent la commande et son code de sortie',
  },
  programWaits: {
    en: 'Wait: another program runs, a restart is pending, or the program it depends on has yet to succeed; execmgr.log says which',
    fr: 'Attendez : un autre programme s’exécute, un redémarrage est en attente ou le programme dont il dépend n’a pas encore réussi ; execmgr.log dit lequel',
  },
  appV: {
    en: 'Check that a supported App-V client is installed and enabled, and read its event log',
    fr: 'Vérifiez qu’un client App-V pris en charge est installé et activé, et lisez son journal d’événements',
  },
  updates: {
    en: 'Read WUAHandler.log, UpdatesHandler.log and UpdatesDeployment.log in this order: the first error there is the cause',
    fr: 'Lisez dans cet ordre WUAHandler.log, UpdatesHandler.log et UpdatesDeployment.log : la première erreur y est la cause',
  },
  updatesScan: {
    en: 'Look at the scan: WUAHandler.log and ScanAgent.log, then the software update point that LocationServices.log names',
    fr: 'Regardez l’analyse : WUAHandler.log et ScanAgent.log, puis le point de mise à jour logicielle nommé dans LocationServices.log',
  },
  clientRepair: {
    en: 'Restart the service ccmexec; where it returns, repair the client (ccmrepair.exe) and read CcmExec.log',
    fr: 'Redémarrez le service ccmexec ; si cela revient, réparez le client (ccmrepair.exe) et lisez CcmExec.log',
  },
  clientDatabase: {
    en: 'Stop ccmexec and reinstall the client: its local database (CcmStore.sdf and the others in C:\\Windows\\CCM) cannot be used',
    fr: 'Arrêtez ccmexec et réinstallez le client : sa base locale (CcmStore.sdf et les autres dans C:\\Windows\\CCM) est inutilisable',
  },
  siteDatabase: {
    en: 'Check that the management point reaches the site database (MP_*.log, MPControl.log), and its account there',
    fr: 'Vérifiez que le point de gestion atteint la base de données du site (MP_*.log, MPControl.log), et son compte dans celle-ci',
  },
  multicast: {
    en: 'Check the multicast role: McsMgr.log and McsExec.log on the distribution point, and Windows Deployment Services there',
    fr: 'Vérifiez le rôle multidiffusion : McsMgr.log et McsExec.log sur le point de distribution, et les services de déploiement Windows',
  },
} satisfies Record<string, Text>;
