import { preferences } from './preferences.js';

/** What the host itself says, and the names of plugin.json, which Grafana shows as they are: French for each. */
const french: Record<string, string> = {
  Overview: 'Vue d’ensemble',
  Clients: 'Clients',
  Failures: 'Échecs',
  Live: 'En direct',
  'Expected machines': 'Machines attendues',
  Runbooks: 'Procédures',
  'Set-up logs': 'Journaux d’installation',
  'Open logs': 'Ouvrir des journaux',
  'Look up a code': 'Chercher un code',
  'Role configuration': 'Configuration du rôle',
  Receivers: 'Récepteurs',
  Configuration: 'Configuration',
  Dashboards: 'Tableaux de bord',
  'Client health overview': 'Santé des clients',
  'Deployment failures': 'Échecs de déploiement',
  Client: 'Client',
  'Client communication': 'Communication des clients',
  'FSP operations': 'Exploitation du FSP',
  'FSP set-up': 'Installation du FSP',
  'Fallback status point': 'Point d’état de secours',
  'Preview, not Grafana': 'Aperçu, pas Grafana',
  'Look as': 'Voir comme',
  Admin: 'Administrateur',
  Viewer: 'Lecteur',
  Theme: 'Thème',
  Dark: 'Sombre',
  Light: 'Clair',
  Language: 'Langue',
  'Sign out': 'Se déconnecter',
  Main: 'Principal',
  Menu: 'Menu',
  All: 'Tous',
  'No data': 'Aucune donnée',
  'Not in the preview': 'Pas dans l’aperçu',
  'Grafana has this page; the preview has not.': 'Grafana a cette page ; l’aperçu ne l’a pas.',
  'There is no such dashboard': 'Ce tableau de bord n’existe pas',
  'A panel on a dashboard': 'Un panneau d’un tableau de bord',
  'Sign in again': 'Se reconnecter',
  'Your session has ended. Sign in to go on where you are; nothing on this page is lost.':
    'Votre session est terminée. Connectez-vous pour continuer où vous êtes ; rien de cette page n’est perdu.',
  Token: 'Jeton',
  'Your name (optional, stands beside changes you make)': 'Votre nom (facultatif, figure à côté de vos modifications)',
  'Sign in': 'Se connecter',
  'This is neither the admin nor the viewer token.': 'Ce n’est ni le jeton d’administration ni celui de lecture.',
  'The server does not answer; try again.': 'Le serveur ne répond pas ; réessayez.',
};

/** A text of the host in the user's language. */
export function say(english: string): string {
  return preferences().language === 'fr-FR' ? (french[english] ?? english) : english;
}
