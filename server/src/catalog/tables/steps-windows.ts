import type { Text } from '../text.js';

/** First steps about Windows: files, disks, services, memory, restarts, WMI, COM and servicing. */
export const windowsSteps = {
  readLines: {
    en: 'Read the lines before: this code only says that something failed, the first error above it says what',
    fr: 'Lisez les lignes précédentes : ce code dit seulement que quelque chose a échoué, la première erreur au-dessus dit quoi',
  },
  fileMissing: {
    en: 'Check that the file that is named before this line exists',
    fr: 'Vérifiez que le fichier nommé avant cette ligne existe',
  },
  folderMissing: {
    en: 'Check that the folder that is named before this line exists',
    fr: 'Vérifiez que le dossier nommé avant cette ligne existe',
  },
  fileInUse: {
    en: 'Find the program that holds the file or folder that is named (Resource Monitor, handle.exe), end it, or restart',
    fr: 'Trouvez le programme qui retient le fichier ou dossier nommé (Moniteur de ressources, handle.exe), fermez-le ou redémarrez',
  },
  leftOver: {
    en: 'Something is already there under that name: look for what an earlier installation left',
    fr: 'Quelque chose existe déjà sous ce nom : cherchez ce qu’une installation précédente a laissé',
  },
  diskFull: {
    en: 'Make room on the disk that is named (C: needs some 500 MB for the client and its cache), then try again',
    fr: 'Libérez de la place sur le disque nommé (C: demande environ 500 Mo pour le client et son cache), puis recommencez',
  },
  diskBad: {
    en: 'Check the disk: chkdsk /scan, and the disk events in the System log; copy the file anew afterwards',
    fr: 'Vérifiez le disque : chkdsk /scan, et les événements de disque du journal Système ; recopiez ensuite le fichier',
  },
  memory: {
    en: 'Look at memory and handles of the machine; restart it, then try again',
    fr: 'Regardez la mémoire et les descripteurs de la machine ; redémarrez-la, puis recommencez',
  },
  path: {
    en: 'Check the path or name that is given: spelling, quotes, characters that are not allowed, length',
    fr: 'Vérifiez le chemin ou le nom donné : orthographe, guillemets, caractères interdits, longueur',
  },
  commandLine: {
    en: 'Compare the command line at the top of the log with the documentation of the installation properties',
    fr: 'Comparez la ligne de commande au début du journal avec la documentation des propriétés d’installation',
  },
  wrongPlatform: {
    en: 'Use the file for this edition and architecture of Windows; where it should fit, copy it anew, for it is damaged',
    fr: 'Utilisez le fichier prévu pour cette édition et cette architecture de Windows ; s’il devrait convenir, recopiez-le : il est endommagé',
  },
  library: {
    en: 'Install what the library that is named depends on (the Visual C++ runtime in most cases), or repair Windows: sfc /scannow',
    fr: 'Installez ce dont dépend la bibliothèque nommée (le plus souvent l’environnement d’exécution Visual C++), ou réparez Windows : sfc /scannow',
  },
  registry: {
    en: 'Check the key that is named: that it exists, and that SYSTEM and Administrators have full control of it',
    fr: 'Vérifiez la clé nommée : qu’elle existe, et que SYSTEM et Administrateurs en ont le contrôle total',
  },
  registryBad: {
    en: 'Check the disk (chkdsk /scan) and the hive that is named; restore it from a backup or reinstall the machine',
    fr: 'Vérifiez le disque (chkdsk /scan) et la ruche nommée ; restaurez-la d’une sauvegarde ou réinstallez la machine',
  },
  service: {
    en: 'Try to start the service that is named by hand, and read its error in the System event log (Service Control Manager)',
    fr: 'Démarrez à la main le service nommé, et lisez son erreur dans le journal d’événements Système (Service Control Manager)',
  },
  serviceDisabled: {
    en: 'Set the start type of the service that is named back (sc config NAME start= demand) and find the policy or script that disabled it',
    fr: 'Rétablissez le type de démarrage du service nommé (sc config NOM start= demand) et trouvez la stratégie ou le script qui l’a désactivé',
  },
  serviceDependency: {
    en: 'Check the services that the failing service depends on',
    fr: 'Vérifiez les services dont dépend le service en échec',
  },
  serviceDeleted: {
    en: 'Close services.msc and other tools that show services, or restart: the service goes when the last of them lets go of it',
    fr: 'Fermez services.msc et les autres outils qui montrent les services, ou redémarrez : le service disparaît quand le dernier l’abandonne',
  },
  serviceAccount: {
    en: 'Check the account of the service that is named: password, and the right to log on as a service',
    fr: 'Vérifiez le compte du service nommé : mot de passe, et droit d’ouvrir une session en tant que service',
  },
  restart: {
    en: 'Restart the machine, then let the installation run again',
    fr: 'Redémarrez la machine, puis relancez l’installation',
  },
  restartServer: { en: 'Restart the server', fr: 'Redémarrez le serveur' },
  retry: {
    en: 'Try again in some minutes: the other side was busy or not ready; look at it only where this returns',
    fr: 'Recommencez dans quelques minutes : l’autre côté était occupé ou pas prêt ; n’y regardez que si cela revient',
  },
  cancelled: {
    en: 'Find out who or what cancelled it: a user, a restart, a time limit of the deployment; then run it again',
    fr: 'Cherchez qui ou quoi l’a annulé : un utilisateur, un redémarrage, une durée limite du déploiement ; puis relancez',
  },
  alreadyDone: {
    en: 'Nothing to do: what was asked for is so already',
    fr: 'Rien à faire : ce qui était demandé est déjà ainsi',
  },
  shuttingDown: {
    en: 'Nothing to repair: the machine or service was stopping; let it run again after the start',
    fr: 'Rien à réparer : la machine ou le service s’arrêtait ; relancez après le démarrage',
  },
  bug: {
    en: 'A program asked for something impossible: note version and log lines, look whether an update of the client mentions it, then open a support case',
    fr: 'Un programme a demandé une chose impossible : notez la version et les lignes du journal, cherchez si une mise à jour du client en parle, puis ouvrez un dossier de support',
  },
  wmiRepository: {
    en: 'Check WMI: winmgmt /verifyrepository, then winmgmt /salvagerepository where it is inconsistent',
    fr: 'Vérifiez WMI : winmgmt /verifyrepository, puis winmgmt /salvagerepository s’il est incohérent',
  },
  wmiService: {
    en: 'Check that the service winmgmt runs, that the machine is not short of memory, and restart it: net stop winmgmt && net start winmgmt',
    fr: 'Vérifiez que le service winmgmt fonctionne, que la machine ne manque pas de mémoire, et redémarrez-le : net stop winmgmt && net start winmgmt',
  },
  wmiNamespace: {
    en: 'Check that the namespace that is named exists (root\\ccm comes with the client); where it is missing, reinstall the client, and see winmgmt /verifyrepository',
    fr: 'Vérifiez que l’espace de noms cité existe (root\\ccm vient avec le client) ; s’il manque, réinstallez le client, et lancez winmgmt /verifyrepository',
  },
  wmiProvider: {
    en: 'Compile the definitions of the provider anew (mofcomp FILE.mof) and register its library (regsvr32); the WMI-Activity event log names the provider',
    fr: 'Recompilez les définitions du fournisseur (mofcomp FICHIER.mof) et enregistrez sa bibliothèque (regsvr32) ; le journal WMI-Activity nomme le fournisseur',
  },
  wmiRights: {
    en: 'Check the rights on the namespace (wmimgmt.msc, Security) and DCOM (dcomcnfg): administrators need remote enable and remote launch',
    fr: 'Vérifiez les droits sur l’espace de noms (wmimgmt.msc, Sécurité) et DCOM (dcomcnfg) : les administrateurs ont besoin de l’activation et du lancement à distance',
  },
  wmiQuota: {
    en: 'Look at what asks WMI so much (WMI-Activity event log), then restart winmgmt; the quota stands in __ProviderHostQuotaConfiguration',
    fr: 'Cherchez ce qui sollicite autant WMI (journal WMI-Activity), puis redémarrez winmgmt ; le quota est dans __ProviderHostQuotaConfiguration',
  },
  comRegister: {
    en: 'A component is not registered: repair the product that it belongs to (for the role: check that IIS and its WMI compatibility are installed)',
    fr: 'Un composant n’est pas enregistré : réparez le produit auquel il appartient (pour le rôle : vérifiez qu’IIS et sa compatibilité WMI sont installés)',
  },
  comServer: {
    en: 'Look in the System event log for DistributedCOM errors of that time; restart the service behind the component, or the machine',
    fr: 'Cherchez dans le journal Système les erreurs DistributedCOM de cet instant ; redémarrez le service derrière le composant, ou la machine',
  },
  script: {
    en: 'Read the error text and line of the script in the lines before; run the script by hand as SYSTEM',
    fr: 'Lisez le texte d’erreur et la ligne du script dans les lignes précédentes ; lancez le script à la main sous SYSTEM',
  },
  dotNet: {
    en: 'Check the .NET Framework; see the HRESULT in that line',
    fr: 'Vérifiez le .NET Framework ; voyez le HRESULT de cette ligne',
  },
  componentStore: {
    en: 'Repair the component store: DISM /Online /Cleanup-Image /RestoreHealth, then sfc /scannow; CBS.log names what is missing',
    fr: 'Réparez le magasin de composants : DISM /Online /Cleanup-Image /RestoreHealth, puis sfc /scannow ; CBS.log nomme ce qui manque',
  },
  featureSource: {
    en: 'Give the source of the features (DISM … /Source:\\\\SERVER\\sources\\sxs), or allow Windows Update for optional components in group policy',
    fr: 'Indiquez la source des fonctionnalités (DISM … /Source:\\\\SERVEUR\\sources\\sxs), ou autorisez Windows Update pour les composants facultatifs dans la stratégie de groupe',
  },
  notApplicable: {
    en: 'Use the package for this version and edition of Windows: this one does not apply, or a newer one is already there',
    fr: 'Utilisez le package prévu pour cette version et édition de Windows : celui-ci ne s’applique pas, ou un plus récent est déjà là',
  },
  wuCache: {
    en: 'Stop wuauserv and bits, rename C:\\Windows\\SoftwareDistribution, start them again and scan anew; WindowsUpdate.log (Get-WindowsUpdateLog) tells the rest',
    fr: 'Arrêtez wuauserv et bits, renommez C:\\Windows\\SoftwareDistribution, redémarrez-les et relancez l’analyse ; WindowsUpdate.log (Get-WindowsUpdateLog) dit le reste',
  },
  wuServer: {
    en: 'Check the software update point: the WSUS application pool and its memory limit, its IIS log, and that the address in WUAHandler.log answers',
    fr: 'Vérifiez le point de mise à jour logicielle : le pool d’applications WSUS et sa limite de mémoire, son journal IIS, et que l’adresse dans WUAHandler.log répond',
  },
  wuPolicy: {
    en: 'Look for a domain policy that sets another update server than the client does: WUAHandler.log and gpresult /h',
    fr: 'Cherchez une stratégie de domaine qui impose un autre serveur de mise à jour que le client : WUAHandler.log et gpresult /h',
  },
  wuAgent: {
    en: 'Check the services wuauserv and cryptsvc, and update the Windows Update Agent with the newest servicing stack',
    fr: 'Vérifiez les services wuauserv et cryptsvc, et mettez à jour l’agent Windows Update avec la pile de maintenance la plus récente',
  },
  wuBusy: {
    en: 'Wait until the scan or installation that is running has ended, then try again',
    fr: 'Attendez la fin de l’analyse ou de l’installation en cours, puis recommencez',
  },
} satisfies Record<string, Text>;
