import type { Text } from '../text.js';

/** First steps about certificates, signatures, accounts and rights. */
export const securitySteps = {
  tls: {
    en: 'Check the certificates and clocks on both sides, and that they share a TLS version: Schannel events in the System log tell which',
    fr: 'Vérifiez les certificats et les horloges des deux côtés, et qu’ils partagent une version de TLS : les événements Schannel du journal Système le disent',
  },
  certMissing: {
    en: 'Look in the Personal store of the computer (certlm.msc) for a valid certificate for client authentication with its private key; request one (certutil -pulse), or check the selection criteria in ccmsetup.log',
    fr: 'Cherchez dans le magasin Personnel de l’ordinateur (certlm.msc) un certificat valide d’authentification client avec sa clé privée ; demandez-en un (certutil -pulse), ou vérifiez les critères de sélection dans ccmsetup.log',
  },
  certTrust: {
    en: 'Check that this machine trusts the authority that issued the certificate: the root in Trusted Root Certification Authorities, the intermediates beside it (certutil -verify -urlfetch FILE)',
    fr: 'Vérifiez que cette machine fait confiance à l’autorité émettrice du certificat : racine dans Autorités de certification racines de confiance, intermédiaires à côté (certutil -verify -urlfetch FICHIER)',
  },
  certName: {
    en: "Use the name that the certificate bears: compare the address in the lines before with the subject and alternative names of the server's certificate",
    fr: 'Utilisez le nom que porte le certificat : comparez l’adresse des lignes précédentes avec le sujet et les autres noms du certificat du serveur',
  },
  certDate: {
    en: 'Check the clock of the machine (w32tm /query /status), then renew the certificate that has expired or is not valid yet',
    fr: 'Vérifiez l’horloge de la machine (w32tm /query /status), puis renouvelez le certificat expiré ou pas encore valide',
  },
  certRevoked: {
    en: 'Issue a new certificate: the authority has revoked this one; find out from the authority why',
    fr: 'Émettez un nouveau certificat : l’autorité a révoqué celui-ci ; demandez-lui pourquoi',
  },
  crl: {
    en: 'Check that this machine reaches the revocation list (certutil -verify -urlfetch FILE); on the Internet publish it there, or install the client with /NoCRLCheck',
    fr: 'Vérifiez que cette machine atteint la liste de révocation (certutil -verify -urlfetch FICHIER) ; sur Internet, publiez-la, ou installez le client avec /NoCRLCheck',
  },
  certUsage: {
    en: 'Use a certificate for the purpose: Client Authentication on clients, Server Authentication on site systems (enhanced key usage)',
    fr: 'Utilisez un certificat prévu pour cet usage : authentification du client sur les clients, du serveur sur les systèmes de site (utilisation améliorée de la clé)',
  },
  certKey: {
    en: 'Check the private key of the certificate: it must be there (certutil -store My shows whether) and SYSTEM must be able to read it (C:\\ProgramData\\Microsoft\\Crypto)',
    fr: 'Vérifiez la clé privée du certificat : elle doit exister (certutil -store My le montre) et SYSTEM doit pouvoir la lire (C:\\ProgramData\\Microsoft\\Crypto)',
  },
  certStore: {
    en: 'Delete the certificates of the client in the store SMS, restart the service ccmexec and let it register anew; ClientIDManagerStartup.log shows how far it gets',
    fr: 'Supprimez les certificats du client dans le magasin SMS, redémarrez le service ccmexec et laissez-le s’enregistrer de nouveau ; ClientIDManagerStartup.log montre jusqu’où il va',
  },
  certPolicy: {
    en: 'Check the chain of the certificate for constraints of its authorities: certutil -verify -urlfetch FILE names the element that is at fault',
    fr: 'Vérifiez dans la chaîne du certificat les contraintes de ses autorités : certutil -verify -urlfetch FICHIER nomme l’élément fautif',
  },
  certData: {
    en: 'Take the certificate or message anew from its source: what arrived is damaged or in another format',
    fr: 'Reprenez le certificat ou le message à sa source : ce qui est arrivé est endommagé ou d’un autre format',
  },
  signature: {
    en: 'Copy the file that is named anew from the site server; if its signature still fails, update the root certificates of the machine',
    fr: 'Copiez de nouveau depuis le serveur de site le fichier nommé ; si sa signature échoue encore, mettez à jour les certificats racines de la machine',
  },
  hash: {
    en: 'Update the content on the distribution points and empty the local copy (C:\\Windows\\ccmsetup or ccmcache): what was downloaded is not what was published',
    fr: 'Mettez à jour le contenu sur les points de distribution et videz la copie locale (C:\\Windows\\ccmsetup ou ccmcache) : ce qui a été téléchargé n’est pas ce qui a été publié',
  },
  crypto: {
    en: 'Check the cryptographic services (service cryptsvc) and security software, restart, then try again; the lines before name the key or certificate',
    fr: 'Vérifiez les services de chiffrement (service cryptsvc) et le logiciel de sécurité, redémarrez, puis recommencez ; les lignes précédentes nomment la clé ou le certificat',
  },
  machineKeys: {
    en: 'Check the rights on C:\\ProgramData\\Microsoft\\Crypto\\RSA\\MachineKeys: SYSTEM and Administrators need full control; a damaged key container can be renamed there',
    fr: 'Vérifiez les droits sur C:\\ProgramData\\Microsoft\\Crypto\\RSA\\MachineKeys : SYSTEM et Administrateurs y ont besoin du contrôle total ; un conteneur de clé endommagé peut y être renommé',
  },
  tpm: {
    en: 'Check the TPM (tpm.msc, Get-Tpm) and its firmware; where it stays locked, clear it or let the client use a software key',
    fr: 'Vérifiez le module TPM (tpm.msc, Get-Tpm) et son micrologiciel ; s’il reste verrouillé, effacez-le ou laissez le client utiliser une clé logicielle',
  },
  rights: {
    en: 'Check the rights of the account that installs: it must be a local administrator, and security software must not block it',
    fr: 'Vérifiez les droits du compte qui installe : il doit être administrateur local, et aucun logiciel de sécurité ne doit le bloquer',
  },
  elevate: {
    en: 'Run it elevated, as SYSTEM or as a local administrator with Run as administrator',
    fr: 'Lancez-le avec élévation, sous SYSTEM ou comme administrateur local avec Exécuter en tant qu’administrateur',
  },
  policyBlocks: {
    en: 'A policy forbids it: check the Windows Installer and software restriction policies (AppLocker, WDAC) in their event logs',
    fr: 'Une stratégie l’interdit : vérifiez les stratégies de Windows Installer et de restriction logicielle (AppLocker, WDAC) dans leurs journaux d’événements',
  },
  securitySoftware: {
    en: 'Look at the history of the security software at that time, and exclude the folders of the client as Microsoft recommends',
    fr: 'Regardez l’historique du logiciel de sécurité à cet instant, et excluez les dossiers du client comme Microsoft le recommande',
  },
  logon: {
    en: 'Check name and password of the account that is used (client push account, network access account), and that it is not locked or expired',
    fr: 'Vérifiez le nom et le mot de passe du compte utilisé (compte d’installation poussée, compte d’accès réseau), et qu’il n’est ni verrouillé ni expiré',
  },
  logonRight: {
    en: 'Check the user rights assignment on the machine (secpol.msc): the account needs the kind of logon that is refused',
    fr: 'Vérifiez l’attribution des droits utilisateur sur la machine (secpol.msc) : le compte a besoin du type d’ouverture de session refusé',
  },
  domainTrust: {
    en: 'Check the secure channel of the machine: Test-ComputerSecureChannel, with -Repair where it is broken',
    fr: 'Vérifiez le canal sécurisé de la machine : Test-ComputerSecureChannel, avec -Repair s’il est rompu',
  },
  domainController: {
    en: 'Check that the machine reaches a domain controller: nltest /dsgetdc:DOMAIN',
    fr: 'Vérifiez que la machine atteint un contrôleur de domaine : nltest /dsgetdc:DOMAINE',
  },
  targetName: {
    en: 'Check the name for duplicates in DNS and WINS and for a wrong service principal name (setspn -X): the name leads to another machine',
    fr: 'Cherchez des doublons de ce nom dans DNS et WINS et un nom principal de service erroné (setspn -X) : le nom mène à une autre machine',
  },
  clock: {
    en: 'Set the clock right (w32tm /resync): Kerberos takes no more than five minutes of difference',
    fr: 'Réglez l’horloge (w32tm /resync) : Kerberos n’admet pas plus de cinq minutes d’écart',
  },
  enrol: {
    en: 'Read DeviceManagement-Enterprise-Diagnostics-Provider in the event log, and CoManagementHandler.log; dsregcmd /status shows how the device is joined',
    fr: 'Lisez DeviceManagement-Enterprise-Diagnostics-Provider dans le journal d’événements, et CoManagementHandler.log ; dsregcmd /status montre comment l’appareil est joint',
  },
  enrolUser: {
    en: 'Check that the user has a licence for device management and is in the MDM user scope',
    fr: 'Vérifiez que l’utilisateur a une licence de gestion des appareils et fait partie de l’étendue des utilisateurs MDM',
  },
  enrolLeft: {
    en: 'Remove the earlier enrolment (Access work or school in the settings, and its key below HKLM\\SOFTWARE\\Microsoft\\Enrollments), then enrol again',
    fr: 'Supprimez l’inscription précédente (Accès professionnel ou scolaire dans les paramètres, et sa clé sous HKLM\\SOFTWARE\\Microsoft\\Enrollments), puis recommencez',
  },
} satisfies Record<string, Text>;
