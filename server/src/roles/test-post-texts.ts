/** What a test message can come to, in the languages of the product; `{url}` and `{status}` are filled in. */
export const testPostTexts = {
  arrived: {
    en: 'The message arrived here by {url}: clients can report to this server, without signing in',
    fr: 'Le message est arrivé ici par {url} : les clients peuvent s’adresser à ce serveur, sans authentification',
  },
  other_server: {
    en: '{url} answers 200, but the message did not arrive at this server: the name or a proxy leads to another one',
    fr: '{url} répond 200, mais le message n’est pas arrivé à ce serveur : le nom ou un proxy mène à un autre',
  },
  not_anonymous: {
    en: '{url} answers {status}: it wants clients to sign in; allow anonymous access to SMS_FSP',
    fr: '{url} répond {status} : une authentification est exigée ; autorisez l’accès anonyme à SMS_FSP',
  },
  redirected: {
    en: '{url} answers {status}, a redirection, which clients do not follow: let HTTP to SMS_FSP through as it is',
    fr: '{url} répond {status}, une redirection que les clients ne suivent pas : laissez passer HTTP vers SMS_FSP tel quel',
  },
  no_role: {
    en: '{url} answers {status}: a web server is there, and no fallback status point behind it',
    fr: '{url} répond {status} : un serveur web est là, mais aucun point d’état de secours derrière lui',
  },
  not_taken: {
    en: '{url} answers {status}: it takes no messages at the moment; see the state of the receiver',
    fr: '{url} répond {status} : aucun message n’est accepté en ce moment ; voyez l’état du récepteur',
  },
  unexpected: {
    en: '{url} answers {status}, which no fallback status point does; see what listens there',
    fr: '{url} répond {status}, ce que ne fait aucun point d’état de secours ; voyez qui écoute à cette adresse',
  },
  unresolved: {
    en: 'The name in {url} cannot be resolved from here; enter it in the DNS that clients ask',
    fr: 'Le nom dans {url} ne peut pas être résolu d’ici ; inscrivez-le dans le DNS que les clients interrogent',
  },
  refused: {
    en: 'Nothing listens at {url}; let the intake listen on the HTTP port of the site, or lead that port to it',
    fr: 'Rien n’écoute à {url} ; faites écouter le récepteur sur le port HTTP du site ou redirigez ce port vers lui',
  },
  silent: {
    en: '{url} does not answer within five seconds; see the firewalls on the way',
    fr: '{url} ne répond pas en cinq secondes ; voyez les pare-feu sur le chemin',
  },
  broken: {
    en: 'The connection to {url} broke before an answer; see what is on the way',
    fr: 'La connexion à {url} a été rompue avant la réponse ; voyez ce qui se trouve sur le chemin',
  },
  not_tried: {
    en: 'The name in {url} is an address itself, or leads to one of this link alone, which no client reaches; correct the name or the DNS',
    fr: 'Le nom dans {url} est lui-même une adresse, ou mène à une adresse de liaison locale, qu’aucun client n’atteint ; corrigez le nom ou le DNS',
  },
} as const satisfies Record<string, { en: string; fr: string }>;

export type TestPostVerdict = keyof typeof testPostTexts;
