import { useCallback, useEffect, useMemo, useRef, useState, type KeyboardEvent } from 'react';
import { t } from '@grafana/i18n';
import { Alert, Button, EmptyState, useStyles2 } from '@grafana/ui';
import { useLatest } from 'react-use';
import { copyText, tellFailure } from '../components/copy-text.js';
import { count } from '../components/format.js';
import { Failed, QueryState } from '../components/QueryState.js';
import { columnsOf, LogGrid, type GridHandle, type Selection } from './LogGrid.js';
import { messagesOf } from './export-text.js';
import { useHighlightRules } from './highlight-rules.js';
import { compileRules } from './marks.js';
import type { Pattern } from './matcher.js';
import { defaultOptions, initialOptions, type LogViewOptions } from './options.js';
import { RecordDetails } from './RecordDetails.js';
import { TooManyToMerge } from './source.js';
import type { FilePlace, Hits, Landmark, LogSource, OpenLog, Place, Scope } from './source.js';
import { getLogStyles } from './styles.js';
import type { ZoneChoice } from './times.js';
import { LogToolbar } from './LogToolbar.js';
import { useFind } from './use-find.js';
import { useHeightLeft } from './use-height-left.js';
import { useOpenLog, useWindows } from './use-open-log.js';

export interface LogViewProps {
  source: LogSource;
  /** Pixels; absent: what the window has left below its upper edge. */
  height?: number;
  options?: Partial<LogViewOptions>;
  /** Where to go; again whenever it is another one. */
  target?: FilePlace;
  landmarks?: Landmark[];
  /** What is looked for to begin with. */
  find?: Partial<Pattern>;
  /** Told which record was chosen. */
  onChoose?(place: FilePlace): void;
  onFind?(pattern: Pattern): void;
}

const refreshEveryMs = 5_000;
const detailsHeight = 190;

/**
 * A log as CMTrace shows it, in the order of its file, whatever its length. Arrow keys, Page, Home and End move (with
 * Shift they select), Enter shows the details, Left and Right fold, F3 and Shift+F3 go to the next and the previous match,
 * N and Shift+N to the next and the previous error, Ctrl+F or / leads to the search, Ctrl+C copies.
 */
export function LogView(props: LogViewProps) {
  const { source, options } = props;
  const [scope, setScope] = useState<Scope>({
    order: 'file',
    least: options?.leastSeverity ?? defaultOptions.leastSeverity,
    containing: '',
  });
  const [follow, setFollow] = useState(options?.follow ?? false);
  const opened = useOpenLog(source, scope, follow ? refreshEveryMs : undefined);
  if (opened.error instanceof TooManyToMerge) {
    const { records, most } = opened.error;
    return (
      <Alert
        bottomSpacing={0}
        severity="warning"
        title={t('log.too-many', '{{records}} records are too many to be merged by time; at the most {{most}} are', {
          records: count(records),
          most: count(most),
        })}
      >
        <Button
          variant="secondary"
          onClick={() => {
            setScope({ ...scope, order: 'file' });
          }}
        >
          {t('log.one-after-other', 'Read them one after the other')}
        </Button>
      </Alert>
    );
  }
  return (
    <QueryState of={opened}>
      {(log) => <Opened {...props} log={log} scope={scope} setScope={setScope} follow={follow} setFollow={setFollow} />}
    </QueryState>
  );
}

interface OpenedProps extends LogViewProps {
  log: OpenLog;
  scope: Scope;
  setScope(scope: Scope): void;
  follow: boolean;
  setFollow(follow: boolean): void;
}

const nothing: Selection = { position: -1, anchor: -1 };

function Opened(props: OpenedProps) {
  const { source, log, scope, follow, target, onChoose, onFind, landmarks = [] } = props;
  const styles = useStyles2(getLogStyles);
  const [frame, heightLeft] = useHeightLeft(props.height);
  const [changed, setOptions] = useState<Partial<LogViewOptions>>({});
  const given = props.options;
  const [initial] = useState(initialOptions);
  const options = useMemo(() => ({ ...initial, ...given, ...changed }), [initial, given, changed]);
  const [zoneChosen, setZone] = useState<ZoneChoice>();
  const [unfoldAll, setUnfoldAll] = useState(false);
  const [folded, setFolded] = useState<ReadonlySet<number>>(new Set());
  const [selection, setSelection] = useState(nothing);
  const [hasDetails, setDetails] = useState(true);
  const [rules, setRules] = useHighlightRules();
  const compiledRules = useMemo(() => compileRules(rules), [rules]);
  const windows = useWindows(log);
  const find = useFind(log, props.find ?? {});
  const errors = useErrors(log);
  const grid = useRef<GridHandle>(null);
  const findInput = useRef<HTMLInputElement>(null);

  const firstRecord = windows.at(0);
  const zone = zoneChosen ?? (firstRecord !== undefined && firstRecord.utcOffset !== null ? 'log' : 'browser');
  const chosen = selection.position < 0 ? undefined : windows.at(selection.position);
  const shown = useColumns(
    options,
    columnsOf(Array.from({ length: Math.min(log.total, 100) }, (_, index) => windows.at(index))),
  );

  /** Counts where one wanted to go: what was asked for before is not gone to any more. */
  const wish = useRef(0);
  const choose = useCallback(
    (position: number, { extend = false, align = 'nearest' as 'nearest' | 'center' } = {}) => {
      if (position < 0 || position >= log.total) return;
      wish.current++;
      setSelection((before) => ({ position, anchor: extend && before.anchor >= 0 ? before.anchor : position }));
      grid.current?.reveal(position, align);
    },
    [log],
  );
  /** Goes where something is found, unless one has gone elsewhere by then. */
  const goWhere = useCallback(
    async (look: () => Promise<number>) => {
      const mine = ++wish.current;
      const position = await look();
      if (mine === wish.current) choose(position, { align: 'center' });
    },
    [choose],
  );
  const goTo = useCallback((place: Place) => goWhere(() => log.find(place)), [log, goWhere]);

  // Where one was stays where it is, when the scope or the order becomes another.
  const place = useRef<FilePlace>(undefined);
  if (chosen !== undefined && chosen.line > 0) place.current = { file: chosen.file, line: chosen.line };
  // What an effect does when it is due is what the newest rendering says.
  const { order, least, containing } = scope;
  const newest = useLatest({ goTo, onChoose, onFind, scope: `${order} ${least} ${containing}` });
  const { file: targetFile, line: targetLine } = target ?? {};
  useEffect(() => {
    const { file, line } = place.current ?? {};
    // The address tells where one has just gone.
    if (targetFile === undefined || targetLine === undefined || (targetFile === file && targetLine === line)) return;
    place.current = { file: targetFile, line: targetLine };
    void newest.current.goTo(place.current);
  }, [targetFile, targetLine, newest]);
  const scopeBefore = useRef('');
  useEffect(() => {
    const { scope: now, goTo: go } = newest.current;
    const isOther = scopeBefore.current !== '' && scopeBefore.current !== now;
    scopeBefore.current = now;
    if (!isOther) return;
    setFolded(new Set());
    setSelection(nothing);
    // Now that the log of the other scope is there.
    if (place.current !== undefined) void go(place.current);
  }, [log, newest]);
  const { file: chosenFile, line: chosenLine } = chosen ?? {};
  useEffect(() => {
    if (chosenFile !== undefined && chosenLine !== undefined && chosenLine > 0)
      newest.current.onChoose?.({ file: chosenFile, line: chosenLine });
  }, [chosenFile, chosenLine, newest]);
  useEffect(() => {
    newest.current.onFind?.(find.pattern);
  }, [find.pattern, newest]);
  useEffect(() => {
    if (follow && log.total > 0) grid.current?.reveal(log.total - 1, 'end');
  }, [follow, log.total]);

  const step = async (hits: Hits | undefined, direction: 1 | -1) => {
    if (hits === undefined || hits.count === 0) return;
    const from = selection.position;
    await goWhere(async () => {
      const found = direction === 1 ? await hits.after(from) : from < 0 ? -1 : await hits.before(from);
      // From the end it goes on at the beginning, and the other way round.
      if (found >= 0) return found;
      return direction === 1 ? hits.after(-1) : hits.before(log.total);
    });
  };
  const fold = useCallback((position: number) => {
    setFolded((before) => {
      const next = new Set(before);
      if (!next.delete(position)) next.add(position);
      return next;
    });
  }, []);
  const isUnfolded = (position: number) => unfoldAll !== folded.has(position);
  const [from, to] = [Math.min(selection.anchor, selection.position), Math.max(selection.anchor, selection.position)];

  const onGridKey = (event: KeyboardEvent) => {
    const { position } = selection;
    const rows = grid.current?.rows ?? 1;
    if ((event.ctrlKey || event.metaKey) && event.key === 'c') {
      if ((globalThis.getSelection()?.toString() ?? '') !== '' || position < 0) return;
      event.preventDefault();
      void messagesOf(log, from, to + 1)
        .then(copyText)
        .catch(tellFailure);
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const moves: Record<string, number> = {
      ArrowDown: Math.min(log.total - 1, position + 1),
      ArrowUp: Math.max(0, position - 1),
      PageDown: Math.min(log.total - 1, Math.max(0, position) + rows),
      PageUp: Math.max(0, position - rows),
      Home: 0,
      End: log.total - 1,
    };
    const actions: Record<string, () => void> = {
      Enter: () => {
        setDetails((before) => !before);
      },
      ArrowRight: () => {
        if (position >= 0 && !isUnfolded(position)) fold(position);
      },
      ArrowLeft: () => {
        if (position >= 0 && isUnfolded(position)) fold(position);
      },
      n: () => void step(errors, 1),
      N: () => void step(errors, -1),
      '/': () => findInput.current?.focus(),
    };
    const move = moves[event.key];
    const action = actions[event.key];
    if (move === undefined && action === undefined) return;
    event.preventDefault();
    if (move === undefined) action?.();
    else choose(move, { extend: event.shiftKey });
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key === 'F3') void step(find.hits, event.shiftKey ? -1 : 1);
    else if ((event.ctrlKey || event.metaKey) && event.key === 'f') {
      findInput.current?.focus();
      findInput.current?.select();
    } else return;
    event.preventDefault();
  };

  return (
    <div ref={frame} className={styles.view} style={{ height: heightLeft }} onKeyDown={onKey}>
      <LogToolbar
        log={log}
        source={source}
        find={find}
        findInput={findInput}
        errors={errors}
        onStep={(hits, direction) => void step(hits, direction)}
        onLeaveFind={() => grid.current?.focus()}
        goTo={(wanted) => void goTo(wanted)}
        choose={(position) => {
          choose(position, { align: 'center' });
        }}
        landmarks={landmarks}
        scope={scope}
        setScope={props.setScope}
        options={options}
        setOptions={setOptions}
        follow={follow}
        setFollow={props.setFollow}
        zone={zone}
        setZone={setZone}
        sample={chosen ?? firstRecord}
        unfoldAll={unfoldAll}
        setUnfoldAll={(all) => {
          setUnfoldAll(all);
          setFolded(new Set());
        }}
        rules={rules}
        setRules={setRules}
        selection={selection.position < 0 ? null : { from, to: to + 1 }}
      />
      {windows.error !== undefined && <Failed error={windows.error} onRetry={windows.retry} />}
      {log.total === 0 ? (
        <EmptyState
          variant="not-found"
          message={log.all === 0 ? t('log.empty', 'The log is empty') : t('app.no-match', 'Nothing matches')}
        />
      ) : (
        <LogGrid
          ref={grid}
          total={log.total}
          windows={windows}
          files={source.files}
          selection={selection}
          zone={zone}
          options={shown}
          find={find.matcher}
          rules={compiledRules}
          layout={`${order} ${least} ${containing} ${options.wrap} ${unfoldAll}`}
          isUnfolded={isUnfolded}
          onChoose={(position, extend) => {
            choose(position, { extend });
          }}
          onFold={fold}
          onKeyDown={onGridKey}
        />
      )}
      {hasDetails && selection.position >= 0 && (
        <RecordDetails
          log={log}
          record={chosen}
          file={chosen === undefined ? undefined : source.files[chosen.file]}
          height={Math.min(detailsHeight, heightLeft / 3)}
          onClose={() => {
            setDetails(false);
            grid.current?.focus();
          }}
        />
      )}
    </div>
  );
}

/** A column without a single value would only take room. */
function useColumns(options: LogViewOptions, seen: ReadonlySet<string>): LogViewOptions {
  const has = [seen.has('component'), seen.has('thread'), seen.has('line')].join();
  return useMemo(() => {
    const [component, thread, line] = has.split(',').map((one) => one === 'true');
    return {
      ...options,
      showComponent: options.showComponent && component === true,
      showThread: options.showThread && thread === true,
      showLine: options.showLine && line === true,
    };
  }, [options, has]);
}

/** The errors of a log, counted when it is opened. */
function useErrors(log: OpenLog): Hits | undefined {
  const [found, setFound] = useState<{ log: OpenLog; hits: Hits }>();
  useEffect(() => {
    let dropped = false;
    log.search({ least: 'error' }).then(
      (hits) => {
        if (!dropped) setFound({ log, hits });
      },
      // The log itself tells that it cannot be read.
      () => undefined,
    );
    return () => {
      dropped = true;
    };
  }, [log]);
  return found?.log === log ? found.hits : undefined;
}
