import type { Text } from '../text.js';

/** What to do first about a state, by `topic/state`; every state that asks for something has one. */
export const stateSteps: Readonly<Record<string, Text>> = {
  '800/0': {
    en: 'Read the end of C:\\Windows\\ccmsetup\\Logs\\ccmsetup.log on the client: this state says nothing of what happened',
    fr: 'Lisez la fin de C:\\Windows\\ccmsetup\\Logs\\ccmsetup.log sur le client : cet état ne dit rien de ce qui s’est passé',
  },
  '800/101': {
    en: 'Where it stays so: look in ccmsetup.log for the distribution point that is tried, and for the BITS job (bitsadmin /list /allusers)',
    fr: 'Si cela dure : cherchez dans ccmsetup.log le point de distribution essayé, et la tâche BITS (bitsadmin /list /allusers)',
  },
  '800/301': {
    en: 'Read C:\\Windows\\ccmsetup\\Logs\\ccmsetup.log on the client: the first error before the end is the cause',
    fr: 'Lisez C:\\Windows\\ccmsetup\\Logs\\ccmsetup.log sur le client : la première erreur avant la fin est la cause',
  },
  '800/302': {
    en: 'Check that ccmsetup runs as an administrator and that no service ccmsetup is left from before (sc query ccmsetup; close services.msc); the code stands in ccmsetup.log',
    fr: 'Vérifiez que ccmsetup tourne en administrateur et qu’aucun service ccmsetup ne reste d’avant (sc query ccmsetup ; fermez services.msc) ; le code est dans ccmsetup.log',
  },
  '800/303': {
    en: 'Close services.msc and what else holds the service ccmsetup, or restart; then delete it: sc delete ccmsetup',
    fr: 'Fermez services.msc et ce qui retient le service ccmsetup, ou redémarrez ; puis supprimez-le : sc delete ccmsetup',
  },
  '800/304': {
    en: 'Turn the write filter off, restart, install the client, and turn it on again (Configuration Manager can do so by itself for deployments)',
    fr: 'Désactivez le filtre d’écriture, redémarrez, installez le client, puis réactivez-le (Configuration Manager sait le faire pour les déploiements)',
  },
  '800/305': {
    en: 'Take this machine out of the deployment: its system is too old for HTTPS clients',
    fr: 'Retirez cette machine du déploiement : son système est trop ancien pour les clients HTTPS',
  },
  '800/306': {
    en: 'Check that ccmsetup can start the download: service BITS, room on the disk, security software; ccmsetup.log names what was to be started',
    fr: 'Vérifiez que ccmsetup peut lancer le téléchargement : service BITS, place sur le disque, logiciel de sécurité ; ccmsetup.log nomme ce qui devait démarrer',
  },
  '800/307': {
    en: 'Compare the command line at the top of ccmsetup.log with the documented properties: parameters with / come before client.msi properties, and values with blanks need quotes',
    fr: 'Comparez la ligne de commande au début de ccmsetup.log avec les propriétés documentées : les paramètres en / viennent avant les propriétés de client.msi, et les valeurs à espaces demandent des guillemets',
  },
  '800/308': {
    en: "Try the address that the message names from the client (Test-NetConnection, then a browser as SYSTEM); ccmsetup.log has the WinHTTP error, the server's IIS log the status",
    fr: 'Essayez depuis le client l’adresse que nomme le message (Test-NetConnection, puis un navigateur sous SYSTEM) ; ccmsetup.log donne l’erreur WinHTTP, le journal IIS du serveur l’état',
  },
  '800/309': {
    en: 'Check the service BITS on the client (bitsadmin /list /allusers /verbose shows the error) and that the address that the message names serves the client package',
    fr: 'Vérifiez le service BITS du client (bitsadmin /list /allusers /verbose montre l’erreur) et que l’adresse nommée par le message sert le package client',
  },
  '800/310': {
    en: 'Install BITS by hand and read its log; on present versions of Windows it is built in: repair the system (sfc /scannow) where it is missing',
    fr: 'Installez BITS à la main et lisez son journal ; les versions actuelles de Windows l’intègrent : réparez le système (sfc /scannow) s’il manque',
  },
  '800/311': {
    en: 'Update the root certificates of the client and check that it reaches the revocation lists of Microsoft; ccmsetup.log names the file',
    fr: 'Mettez à jour les certificats racines du client et vérifiez qu’il atteint les listes de révocation de Microsoft ; ccmsetup.log nomme le fichier',
  },
  '800/312': {
    en: 'Make room on the system drive of the client (C:\\Windows\\ccmsetup and C:\\Windows\\ccmcache), then run ccmsetup again; it retries by itself where its task is left',
    fr: 'Libérez de la place sur le disque système du client (C:\\Windows\\ccmsetup et C:\\Windows\\ccmcache), puis relancez ccmsetup ; il réessaie de lui-même si sa tâche existe encore',
  },
  '800/313': {
    en: 'Read client.msi.log beside ccmsetup.log on the client: the first action that returned 3 and the lines before it; the MSI error of the message is only the result',
    fr: 'Lisez client.msi.log à côté de ccmsetup.log sur le client : la première action ayant renvoyé 3 et les lignes qui la précèdent ; l’erreur MSI du message n’est que le résultat',
  },
  '800/314': {
    en: 'Copy the client package anew: ccmsetup.xml (in ccmsetup.cab) is missing or damaged in C:\\Windows\\ccmsetup or at the source that ccmsetup.log names',
    fr: 'Recopiez le package client : ccmsetup.xml (dans ccmsetup.cab) manque ou est endommagé dans C:\\Windows\\ccmsetup ou à la source que nomme ccmsetup.log',
  },
  '800/315': {
    en: 'Look in the Personal store of the computer (certlm.msc) for a valid certificate for client authentication with its private key; ccmsetup.log shows which were looked at and why they were refused',
    fr: 'Cherchez dans le magasin Personnel de l’ordinateur (certlm.msc) un certificat valide d’authentification client avec sa clé privée ; ccmsetup.log montre lesquels ont été examinés et pourquoi ils ont été refusés',
  },
  '800/316': {
    en: 'Replace the file that ccmsetup.log names with the original from the site server: it is not signed by Microsoft, or was changed on the way',
    fr: 'Remplacez le fichier que nomme ccmsetup.log par l’original du serveur de site : il n’est pas signé par Microsoft, ou a été modifié en chemin',
  },
  '800/317': {
    en: 'Restart the client; ccmsetup goes on by itself afterwards',
    fr: 'Redémarrez le client ; ccmsetup continue ensuite de lui-même',
  },
  '800/318': {
    en: 'Install the client from the site that the management point belongs to: on a management point both must be of one version',
    fr: 'Installez le client depuis le site auquel appartient le point de gestion : sur un point de gestion, les deux doivent être de la même version',
  },
  '800/319': {
    en: 'Compare the system and its updates with the supported versions for clients; update it, or take it out of the deployment',
    fr: 'Comparez le système et ses mises à jour avec les versions prises en charge pour les clients ; mettez-le à jour, ou retirez-le du déploiement',
  },
  '800/320': {
    en: 'See in ccmsetup.log why this machine is refused (edition, role, architecture), and take it out of the deployment',
    fr: 'Voyez dans ccmsetup.log pourquoi cette machine est refusée (édition, rôle, architecture), et retirez-la du déploiement',
  },
  '800/321': {
    en: 'Check the service BITS on the client (sc qc bits): it is disabled or removed; on servers install the feature BITS',
    fr: 'Vérifiez le service BITS du client (sc qc bits) : il est désactivé ou supprimé ; sur les serveurs, installez la fonctionnalité BITS',
  },
  '800/322': {
    en: 'Check that the computer account of the client may read the source that ccmsetup.log names (/source or the management point), and that name and share are right',
    fr: 'Vérifiez que le compte d’ordinateur du client peut lire la source que nomme ccmsetup.log (/source ou le point de gestion), et que le nom et le partage sont justes',
  },
  '800/323': {
    en: 'Update or remove the App-V client on this machine: its version does not go with this client',
    fr: 'Mettez à jour ou supprimez le client App-V de cette machine : sa version ne va pas avec ce client',
  },
  '800/324': {
    en: 'Use the client files of the site that it is installed for; see in ccmsetup.log which site and version were found, and whether boundaries overlap',
    fr: 'Utilisez les fichiers client du site visé ; voyez dans ccmsetup.log le site et la version trouvés, et si des limites se chevauchent',
  },
  '800/325': {
    en: 'Update the client package on the distribution points and empty C:\\Windows\\ccmsetup on the client; ccmsetup.log names the file whose hash differs',
    fr: 'Mettez à jour le package client sur les points de distribution et videz C:\\Windows\\ccmsetup sur le client ; ccmsetup.log nomme le fichier dont le hachage diffère',
  },
  '800/326': {
    en: 'Disconnect the device from its management by hand (Access work or school), then install again; the event log DeviceManagement-Enterprise-Diagnostics-Provider says why it failed',
    fr: 'Déconnectez à la main l’appareil de sa gestion (Accès professionnel ou scolaire), puis réinstallez ; le journal DeviceManagement-Enterprise-Diagnostics-Provider dit pourquoi cela a échoué',
  },
  '800/327': {
    en: 'Decide who manages the device: end its MDM registration, or set up co-management and install the client through it',
    fr: 'Décidez qui gère l’appareil : mettez fin à son inscription MDM, ou configurez la cogestion et installez le client par elle',
  },
  '800/328': {
    en: 'Decide who manages the device: remove the Intune client, or set up co-management',
    fr: 'Décidez qui gère l’appareil : supprimez le client Intune, ou configurez la cogestion',
  },
  '800/329': {
    en: 'Install over another network, or allow metered connections in the client settings (or ccmsetup with /AllowMetered)',
    fr: 'Installez par un autre réseau, ou autorisez les connexions limitées dans les paramètres client (ou ccmsetup avec /AllowMetered)',
  },
  '800/401': {
    en: 'Restart the client: the installation is complete, but some of it waits for the restart',
    fr: 'Redémarrez le client : l’installation est terminée, mais une partie attend le redémarrage',
  },
  '800/601': {
    en: 'Read LocationServices.log and ClientLocation.log in C:\\Windows\\CCM\\Logs on the client: they tell which site was tried and what answered',
    fr: 'Lisez LocationServices.log et ClientLocation.log dans C:\\Windows\\CCM\\Logs sur le client : ils disent quel site a été essayé et ce qui a répondu',
  },
  '800/602': {
    en: 'Correct the site code in SMSSITECODE (or in group policy): it must be that of a primary site that exists; ClientLocation.log shows where the client has it from',
    fr: 'Corrigez le code de site de SMSSITECODE (ou de la stratégie de groupe) : ce doit être celui d’un site principal existant ; ClientLocation.log montre d’où le client le tient',
  },
  '800/603': {
    en: 'Check that the client reaches a management point of its site: LocationServices.log names the ones it knows; open http(s)://MP/sms_mp/.sms_aut?mplist on the client',
    fr: 'Vérifiez que le client atteint un point de gestion de son site : LocationServices.log nomme ceux qu’il connaît ; ouvrez http(s)://PG/sms_mp/.sms_aut?mplist sur le client',
  },
  '800/604': {
    en: 'Check that the site publishes its management points (Active Directory with schema extension, DNS), or give one with SMSMP or /mp; LocationServices.log shows each place that was asked',
    fr: 'Vérifiez que le site publie ses points de gestion (Active Directory avec extension du schéma, DNS), ou donnez-en un par SMSMP ou /mp ; LocationServices.log montre chaque endroit interrogé',
  },
  '800/605': {
    en: 'Open http(s)://MP/sms_mp/.sms_aut?sitesigncert on the client; LocationServices.log shows the status, and whether the certificate of the site fits what the client trusts (reset with RESETKEYINFORMATION=TRUE)',
    fr: 'Ouvrez http(s)://PG/sms_mp/.sms_aut?sitesigncert sur le client ; LocationServices.log montre l’état, et si le certificat du site convient à ce que le client approuve (réinitialisez avec RESETKEYINFORMATION=TRUE)',
  },
  '800/606': {
    en: 'Put the address of the client into a boundary group that assigns a site, or give SMSSITECODE; ClientLocation.log and LocationServices.log show the address and the answer',
    fr: 'Mettez l’adresse du client dans un groupe de limites qui affecte un site, ou donnez SMSSITECODE ; ClientLocation.log et LocationServices.log montrent l’adresse et la réponse',
  },
  '800/607': {
    en: 'Install the client version of that site, or update the site: a client may not be newer than its site',
    fr: 'Installez la version du client de ce site, ou mettez le site à jour : un client ne peut pas être plus récent que son site',
  },
  '800/608': {
    en: 'Check that the site publishes to Active Directory (hman.log on the site server) and that the client may read it, or give a management point with SMSMP; LocationServices.log shows what was asked',
    fr: 'Vérifiez que le site publie dans Active Directory (hman.log sur le serveur de site) et que le client peut le lire, ou donnez un point de gestion par SMSMP ; LocationServices.log montre ce qui a été demandé',
  },
  '800/609': {
    en: 'Check WMI on the client: Get-CimInstance -Namespace root\\ccm SMS_Client must give a version; where it does not, repair the client (ccmrepair.exe)',
    fr: 'Vérifiez WMI sur le client : Get-CimInstance -Namespace root\\ccm SMS_Client doit donner une version ; sinon, réparez le client (ccmrepair.exe)',
  },
  '810/108': {
    en: 'Let a user sign on who has a licence for device management: the enrolment waits for one',
    fr: 'Faites ouvrir une session à un utilisateur qui a une licence de gestion des appareils : l’inscription en attend un',
  },
  '810/110': {
    en: 'Read CoManagementHandler.log on the client, and DeviceManagement-Enterprise-Diagnostics-Provider in its event log; dsregcmd /status shows how the device is joined',
    fr: 'Lisez CoManagementHandler.log sur le client, et DeviceManagement-Enterprise-Diagnostics-Provider dans son journal d’événements ; dsregcmd /status montre comment l’appareil est joint',
  },
  '1000/2': {
    en: 'Read CcmMessaging.log on the client: it names the management point, the address and the error; then open http(s)://MP/sms_mp/.sms_aut?mplist there',
    fr: 'Lisez CcmMessaging.log sur le client : il nomme le point de gestion, l’adresse et l’erreur ; puis y ouvrez http(s)://PG/sms_mp/.sms_aut?mplist',
  },
  '1001/2': {
    en: 'Look in the Personal and SMS stores of the computer (certlm.msc): certificate there, valid, with a private key that SYSTEM may read? ClientIDManagerStartup.log and CertificateMaintenance.log tell which failed',
    fr: 'Regardez les magasins Personnel et SMS de l’ordinateur (certlm.msc) : certificat présent, valide, avec une clé privée lisible par SYSTEM ? ClientIDManagerStartup.log et CertificateMaintenance.log disent lequel a échoué',
  },
  '1100/1': {
    en: 'Give the client a certificate for client authentication before the site takes HTTPS only; CertificateMaintenance.log says what was missing',
    fr: 'Donnez au client un certificat d’authentification client avant que le site n’accepte que HTTPS ; CertificateMaintenance.log dit ce qui manquait',
  },
  '1300/2': {
    en: 'Read CcmEval.log and CcmEvalReport.xml on the client: they name the check that failed and whether it was repaired',
    fr: 'Lisez CcmEval.log et CcmEvalReport.xml sur le client : ils nomment le contrôle qui a échoué et s’il a été réparé',
  },
};
