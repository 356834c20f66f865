import { css } from '@emotion/css';
import { useStyles2 } from '@grafana/ui';

/**
 * What a client wrote, in a list: as long as it likes to be, of which a list shows the beginning, or one message would
 * push all others out of sight. The client's page has the whole.
 */
export function Brief({ text, lines }: { text: string; lines: number }) {
  const style = useStyles2(getStyle);
  return (
    <span className={style} style={{ WebkitLineClamp: lines }} title={text.length > usualLength ? text : undefined}>
      {text}
    </span>
  );
}

/** Letters that are hardly ever cut off: those need no tip beside them. */
const usualLength = 40;

const getStyle = () =>
  css({ display: '-webkit-box', WebkitBoxOrient: 'vertical', overflow: 'hidden', overflowWrap: 'anywhere' });
