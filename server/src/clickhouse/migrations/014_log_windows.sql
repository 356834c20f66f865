-- A log is read in the order of its file. Lines follow times closely enough for an index of extremes to find a stretch of them.

ALTER TABLE {database}.setup_log_records {on_cluster}
    ADD INDEX IF NOT EXISTS by_line line_number TYPE minmax GRANULARITY 1;

ALTER TABLE {database}.setup_log_records {on_cluster}
    MATERIALIZE INDEX by_line;
