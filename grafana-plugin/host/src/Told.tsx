import { useEffect, useState } from 'react';
import { css } from '@emotion/css';
import { AppEvents, type AppEvent, type EventBusExtended, type GrafanaTheme2 } from '@grafana/data';
import { getAppEvents } from '@grafana/runtime';
import { Alert, useStyles2 } from '@grafana/ui';

interface Message {
  id: number;
  severity: 'success' | 'warning' | 'error';
  texts: string[];
}

const events: [Message['severity'], AppEvent<unknown[]>][] = [
  ['success', AppEvents.alertSuccess],
  ['warning', AppEvents.alertWarning],
  ['error', AppEvents.alertError],
];
const shownMs = 8_000;

/** What a page tells of something that was done, or that failed: Grafana's own shows it in a corner for a while. */
export function Told() {
  const styles = useStyles2(getStyles);
  const [messages, setMessages] = useState<Message[]>([]);
  useEffect(() => {
    const bus = getAppEvents() as EventBusExtended;
    let nextId = 0;
    const handlers = events.map(([severity, event]) => {
      const tell = (payload?: unknown[]) => {
        const id = nextId++;
        setMessages((before) => [...before, { id, severity, texts: (payload ?? []).map(String) }]);
        // An error stays until somebody has read it.
        if (severity !== 'error')
          setTimeout(() => {
            setMessages((now) => now.filter((one) => one.id !== id));
          }, shownMs);
      };
      bus.on(event, tell);
      return () => {
        bus.off(event, tell);
      };
    });
    return () => {
      for (const off of handlers) off();
    };
  }, []);
  return (
    <div className={styles.corner}>
      {messages.map(({ id, severity, texts: [title = '', ...more] }) => (
        <Alert
          key={id}
          elevated
          severity={severity}
          title={title}
          onRemove={() => {
            setMessages((now) => now.filter((one) => one.id !== id));
          }}
        >
          {more.join(' ')}
        </Alert>
      ))}
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  corner: css({
    position: 'fixed',
    zIndex: theme.zIndex.portal,
    top: theme.spacing(7),
    right: theme.spacing(2),
    width: 400,
    maxWidth: `calc(100vw - ${theme.spacing(4)})`,
    overflowWrap: 'anywhere',
  }),
});
