-- A log is read in the order of its file. Lines follow times closely enough for an index of extremes to find a stretch of
-- them. What was rotated away has the same name and its own lines from 1.

ALTER TABLE {database}.setup_log_records {on_cluster}
    ADD COLUMN IF NOT EXISTS log_part LowCardinality(String) COMMENT 'Which file of a rotated log: time of its beginning and a digest of it, in order as texts; empty for records of an earlier version' AFTER log_format,
    ADD INDEX IF NOT EXISTS by_line line_number TYPE minmax GRANULARITY 1;

ALTER TABLE {database}.setup_log_records {on_cluster}
    MATERIALIZE INDEX by_line;

ALTER TABLE {database}.setup_log_records {on_cluster}
    MODIFY COLUMN remarks Array(LowCardinality(String)) COMMENT 'How sure it is: damaged, no_stamp, time_inherited, time_unknown, zone_unknown, impossible_bias, date_order_assumed, date_unknown, dst_gap, dst_fold, line_split';
