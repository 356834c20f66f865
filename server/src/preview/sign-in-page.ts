/** The page that asks for a token; works without scripts. */
export function signInPage({ to, failed = false }: { to: string; failed?: boolean }): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <link rel="icon" href="/public/plugins/fallbackstatuspoint-fsp-app/img/logo.svg" />
    <title>Sign in – Fallback status point, preview console</title>
    <style>
      :root { color-scheme: light dark; --back: #f4f5f5; --card: #fff; --text: #24292e; --line: #c7cdd4; --error: #b3001b; }
      @media (prefers-color-scheme: dark) { :root { --back: #111217; --card: #181b1f; --text: #ccccdc; --line: #4a4f58; --error: #ff7383; } }
      body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--back); color: var(--text); font: 15px/1.5 system-ui, sans-serif; }
      main { background: var(--card); border: 1px solid var(--line); border-radius: 4px; padding: 32px; width: min(400px, 86vw); }
      h1 { font-size: 22px; margin: 0 0 4px; font-weight: 500; }
      label { display: block; margin: 18px 0 4px; font-weight: 500; }
      input { box-sizing: border-box; width: 100%; padding: 8px 10px; font: inherit; color: inherit; background: transparent; border: 1px solid var(--line); border-radius: 2px; }
      button { margin-top: 22px; padding: 8px 18px; font: inherit; font-weight: 500; color: #fff; background: #3865ab; border: 0; border-radius: 2px; cursor: pointer; }
      :focus-visible { outline: 2px solid #6e9fff; outline-offset: 2px; }
      .error { color: var(--error); }
      small { display: block; margin-top: 20px; opacity: .85; }
      code { font-size: 13px; }
    </style>
  </head>
  <body>
    <main>
      <h1>Fallback status point</h1>
      <div>Preview console: the Grafana plugin without a Grafana.</div>
      <form method="post" action="/login">
        ${failed ? '<p class="error" role="alert">This is neither the admin nor the viewer token.</p>' : ''}
        <input type="hidden" name="to" value="${escaped(to)}" />
        <label for="token">Token</label>
        <input id="token" name="token" type="password" autocomplete="current-password" required autofocus />
        <label for="name">Your name (optional, stands beside changes you make)</label>
        <input id="name" name="name" autocomplete="username" maxlength="100" />
        <button type="submit">Sign in</button>
      </form>
      <small>The tokens are in <code>tokens.json</code> in the server’s data folder, unless they were configured. The admin
        token changes, the viewer token reads.</small>
    </main>
  </body>
</html>
`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}
