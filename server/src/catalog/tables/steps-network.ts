import type { Text } from '../text.js';

/** First steps about names, connections, proxies, HTTP and BITS. */
export const networkSteps = {
  resolveName: {
    en: 'Check DNS on the machine itself: nslookup the server that is named in the lines before (and the proxy, where one is set); then the DNS suffix and the hosts file',
    fr: 'Vérifiez le DNS sur la machine elle-même : nslookup du serveur nommé dans les lignes précédentes (et du proxy s’il y en a un) ; puis le suffixe DNS et le fichier hosts',
  },
  reach: {
    en: 'Check that the server runs, and that firewalls let this machine reach it: Test-NetConnection SERVER -Port 80 (or 443), run on the machine',
    fr: 'Vérifiez que le serveur fonctionne et que les pare-feu laissent passer cette machine : Test-NetConnection SERVEUR -Port 80 (ou 443), lancé sur la machine',
  },
  timeout: {
    en: 'Check the network and the proxy between this machine and the server: Test-NetConnection SERVER -Port 80 (or 443); if that answers at once, look at the load of the server and its IIS log',
    fr: 'Vérifiez le réseau et le proxy entre cette machine et le serveur : Test-NetConnection SERVEUR -Port 80 (ou 443) ; si la réponse est immédiate, regardez la charge du serveur et son journal IIS',
  },
  aborted: {
    en: 'Something on the way cut the connection: look in the HTTPERR log of the server, then at proxies and firewalls that inspect traffic, and at the TLS versions of both sides',
    fr: 'Quelque chose a coupé la connexion en chemin : regardez le journal HTTPERR du serveur, puis les proxys et pare-feu qui inspectent le trafic, et les versions de TLS des deux côtés',
  },
  proxy: {
    en: 'Look at the proxy that SYSTEM uses (netsh winhttp show proxy) and let the site systems bypass it',
    fr: 'Regardez le proxy qu’utilise SYSTEM (netsh winhttp show proxy) et excluez-en les systèmes de site',
  },
  url: {
    en: 'Check the address: the management point and source given on the ccmsetup command line, at the top of ccmsetup.log',
    fr: 'Vérifiez l’adresse : le point de gestion et la source donnés sur la ligne de commande de ccmsetup, au début de ccmsetup.log',
  },
  serverAnswer: {
    en: 'Open the address of the lines before in a browser on the machine: what answers there is no site system, or a proxy answers in its place; the IIS log of the server shows whether the request arrived',
    fr: 'Ouvrez l’adresse des lignes précédentes dans un navigateur sur la machine : ce qui répond n’est pas un système de site, ou un proxy répond à sa place ; le journal IIS du serveur montre si la requête est arrivée',
  },
  internalHttp: {
    en: 'Try again; where it returns, restart the machine, and see whether other programs (security software, an old proxy client) hook into WinHTTP',
    fr: 'Recommencez ; si cela revient, redémarrez la machine et voyez si d’autres programmes (logiciel de sécurité, ancien client proxy) s’insèrent dans WinHTTP',
  },
  httpStatus: {
    en: 'Find the request in the IIS log of the server: status, sub-status and Win32 status there name the reason; where it is missing, look in the HTTPERR log',
    fr: 'Cherchez la requête dans le journal IIS du serveur : l’état, le sous-état et le code Win32 y donnent la raison ; si elle manque, regardez le journal HTTPERR',
  },
  http400: {
    en: 'Look in the HTTPERR log of the server: a header too long (large Kerberos tokens), a name or a port that does not match a binding',
    fr: 'Regardez le journal HTTPERR du serveur : en-tête trop long (gros jetons Kerberos), nom ou port qui ne correspond à aucune liaison',
  },
  http401: {
    en: 'Check the authentication of the virtual directory in IIS; on a distribution point either allow anonymous access or check the network access account',
    fr: 'Vérifiez l’authentification du répertoire virtuel dans IIS ; sur un point de distribution, autorisez l’accès anonyme ou vérifiez le compte d’accès réseau',
  },
  http403: {
    en: 'Read the sub-status in the IIS log: 403.7 wants a client certificate, 403.13 found it revoked, 403.16 does not trust its authority; also check request filtering and address restrictions',
    fr: 'Lisez le sous-état dans le journal IIS : 403.7 exige un certificat client, 403.13 le trouve révoqué, 403.16 ne fait pas confiance à son autorité ; vérifiez aussi le filtrage des requêtes et les restrictions d’adresses',
  },
  http404: {
    en: 'Check that the content is on that distribution point and its package version is current; then request filtering in IIS (404.7, 404.8) and the virtual directory itself',
    fr: 'Vérifiez que le contenu se trouve sur ce point de distribution, dans sa version actuelle ; puis le filtrage des requêtes d’IIS (404.7, 404.8) et le répertoire virtuel lui-même',
  },
  http405: {
    en: 'Check on the distribution point that the verb is allowed (PROPFIND, BITS_POST) in request filtering and WebDAV',
    fr: 'Vérifiez sur le point de distribution que le verbe est autorisé (PROPFIND, BITS_POST) dans le filtrage des requêtes et WebDAV',
  },
  http413: {
    en: 'Raise the limits of IIS on the server: maxAllowedContentLength, and uploadReadAheadSize where client certificates are used',
    fr: 'Augmentez les limites d’IIS sur le serveur : maxAllowedContentLength, et uploadReadAheadSize en présence de certificats clients',
  },
  http500: {
    en: 'Look at the server: the sub-status in the IIS log, MPControl.log and the Application event log; a component of the role or its database does not work',
    fr: 'Regardez le serveur : le sous-état dans le journal IIS, MPControl.log et le journal d’événements Application ; un composant du rôle ou sa base de données ne fonctionne pas',
  },
  http503: {
    en: 'Check on the server that the application pool is started, and the HTTPERR log for the reason (AppOffline, QueueFull)',
    fr: 'Vérifiez sur le serveur que le pool d’applications est démarré, et la raison dans le journal HTTPERR (AppOffline, QueueFull)',
  },
  http504: {
    en: 'A gateway or proxy in between got no answer: ask the server directly from the proxy, and let the site systems bypass it',
    fr: 'Une passerelle ou un proxy intermédiaire n’a pas reçu de réponse : interrogez le serveur depuis le proxy, et excluez-en les systèmes de site',
  },
  bitsService: {
    en: 'Check that BITS (service bits) is not disabled and can start; bitsadmin /list /allusers /verbose shows the jobs and their errors',
    fr: 'Vérifiez que BITS (service bits) n’est pas désactivé et peut démarrer ; bitsadmin /list /allusers /verbose montre les tâches et leurs erreurs',
  },
  bitsRange: {
    en: 'A proxy or filter on the way drops the range or length headers: let the distribution points bypass it, and disable filtering for BITS traffic',
    fr: 'Un proxy ou un filtre en chemin supprime les en-têtes de plage ou de longueur : excluez-en les points de distribution et désactivez le filtrage du trafic BITS',
  },
  bitsFile: {
    en: 'Check the target folder (C:\\Windows\\ccmsetup or ccmcache): rights of SYSTEM, room, and security software that holds the file',
    fr: 'Vérifiez le dossier cible (C:\\Windows\\ccmsetup ou ccmcache) : droits de SYSTEM, place libre, et logiciel de sécurité qui retient le fichier',
  },
  bitsNetwork: {
    en: 'Check that the machine has a network connection that is not metered, then let the job try again',
    fr: 'Vérifiez que la machine a une connexion réseau non limitée, puis laissez la tâche réessayer',
  },
  bitsPolicy: {
    en: 'Look at the group policies for BITS (bandwidth, jobs, age of jobs, metered networks) that apply: gpresult /h',
    fr: 'Regardez les stratégies de groupe qui s’appliquent à BITS (bande passante, tâches, âge des tâches, réseaux limités) : gpresult /h',
  },
  bitsJob: {
    en: 'Cancel the stale jobs (bitsadmin /reset /allusers) and start the download anew; DataTransferService.log tells which job it was',
    fr: 'Annulez les tâches abandonnées (bitsadmin /reset /allusers) et relancez le téléchargement ; DataTransferService.log dit de quelle tâche il s’agit',
  },
  contentChanged: {
    en: 'Update the package on the distribution points, wait until it is complete, then start the download anew',
    fr: 'Mettez à jour le package sur les points de distribution, attendez que ce soit terminé, puis relancez le téléchargement',
  },
  share: {
    en: 'Check the share on the machine or server that is named: name resolution, file and printer sharing in the firewall (TCP 445), and that admin$ exists',
    fr: 'Vérifiez le partage sur la machine ou le serveur nommé : résolution de noms, partage de fichiers dans le pare-feu (TCP 445), existence d’admin$',
  },
  networkDown: {
    en: 'Check the network of the machine: adapter, address, route; then try again',
    fr: 'Vérifiez le réseau de la machine : carte, adresse, route ; puis recommencez',
  },
  portInUse: {
    en: 'Find what holds the port: netstat -ano, then the program behind that process id',
    fr: 'Trouvez ce qui occupe le port : netstat -ano, puis le programme de ce numéro de processus',
  },
  rpc: {
    en: 'Check that the machine is on and its name resolves to it, that the firewall lets RPC in (TCP 135 and the dynamic ports), and that the service on the other side runs',
    fr: 'Vérifiez que la machine est allumée et que son nom la désigne bien, que le pare-feu laisse entrer RPC (TCP 135 et ports dynamiques) et que le service distant fonctionne',
  },
} satisfies Record<string, Text>;
