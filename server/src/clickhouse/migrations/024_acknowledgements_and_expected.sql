-- What people say of failures, and which machines they expect. Both are shared by all receivers, and nothing is ever
-- changed, only added: the newest word counts, by ClickHouse's own clock.

CREATE TABLE IF NOT EXISTS {database}.acknowledgements {on_cluster}
(
    cause String COMMENT 'What is acknowledged: topic, state and error as one, 800/313/1603',
    client_name String COMMENT 'The machine that fails so; empty for all machines',
    changed_at DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC') COMMENT 'When it was said',
    changed_by String COMMENT 'Who said it',
    note String COMMENT 'Why, in their words',
    until DateTime64(3, 'UTC') COMMENT 'When it ends by itself',
    withdrawn Bool COMMENT 'Whether this takes back what was said before'
)
ENGINE = {replicated}MergeTree
ORDER BY (cause, client_name, changed_at)
SETTINGS {dedup_window} = 1000, fsync_after_insert = 1, fsync_part_directory = 1
COMMENT 'Failures that somebody takes care of: alerts are silent about them. The view acknowledged has those in force';

CREATE TABLE IF NOT EXISTS {database}.expected_loads {on_cluster}
(
    list_name LowCardinality(String) COMMENT 'List that was loaded',
    changed_at DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC') COMMENT 'When it was',
    changed_by String COMMENT 'By whom',
    mode LowCardinality(String) COMMENT 'replace: instead of what the list held; merge: beside it; remove: the list is gone',
    load_id String COMMENT 'Identity of the load',
    file_name String COMMENT 'File that it came from',
    machines UInt32 COMMENT 'Machines in it'
)
ENGINE = {replicated}MergeTree
ORDER BY (list_name, changed_at)
SETTINGS {dedup_window} = 1000, fsync_after_insert = 1, fsync_part_directory = 1
COMMENT 'Loads of lists of expected machines: a load counts once it stands here';

CREATE TABLE IF NOT EXISTS {database}.expected_machines {on_cluster}
(
    load_id String COMMENT 'Load that brought it',
    client_name String COMMENT 'Short name of the machine, upper case',
    client_fqdn String COMMENT 'Full name, lower case; empty where the list has none' CODEC(ZSTD),
    organisational_unit String COMMENT 'Where it stands in the directory; empty where the list does not tell' CODEC(ZSTD),
    operating_system LowCardinality(String) COMMENT 'As the list has it',
    last_logon String COMMENT 'As the list has it' CODEC(ZSTD)
)
ENGINE = {replicated}MergeTree
PARTITION BY load_id
ORDER BY client_name
SETTINGS {dedup_window} = 1000, fsync_after_insert = 1, fsync_part_directory = 1
COMMENT 'Machines that are expected to be heard of, by load. The view expected_clients holds them against what was heard';
