-- A message that two receivers took counts once. Its key – hour, half of its identity, day of its receipt – is noted
-- behind its row, in the order of time: what is new is looked for among what is new. A row whose message another batch
-- has brought already goes to repeated_messages instead. See sinks/counted-once.ts.
--
-- Said again after a crash it begins anew; nobody looks for keys before all of it was said.

CREATE TABLE IF NOT EXISTS {database}.message_keys{local} {on_cluster}
(
    hour UInt32 COMMENT 'Hour since 1970 in which the client made the message, by its own clock; 0 where it does not say' CODEC(Delta, ZSTD),
    id UInt64 COMMENT 'The second half of message_id' CODEC(Delta, ZSTD),
    received_on Date COMMENT 'Day of its receipt, where its row is found' CODEC(Delta, ZSTD)
)
ENGINE = {replicated}MergeTree
ORDER BY (hour, id)
SETTINGS index_granularity = 1024, {dedup_window} = 1000, fsync_after_insert = 1, fsync_part_directory = 1
COMMENT 'Which messages are in state_messages, to know one that another receiver took as well';

{shards} CREATE TABLE IF NOT EXISTS {database}.message_keys {on_cluster} AS {database}.message_keys_local
ENGINE = Distributed('{cluster}', '{database}', 'message_keys_local', id)
COMMENT 'All of message_keys_local';

CREATE TABLE IF NOT EXISTS {database}.repeated_messages {on_cluster}
(
    message_id String COMMENT 'Identity of the message, as in state_messages',
    received_at DateTime64(3, 'UTC') COMMENT 'When this receiver took it',
    fsp_server LowCardinality(String) COMMENT 'Name of this receiver',
    batch_id LowCardinality(String) COMMENT 'Batch that it would have been delivered in',
    row_id UInt32 COMMENT 'Position in that batch'
)
ENGINE = {replicated}MergeTree
ORDER BY (batch_id, row_id)
SETTINGS {dedup_window} = 1000, fsync_after_insert = 1, fsync_part_directory = 1
COMMENT 'Messages that a receiver took and that are in state_messages already, mostly because another receiver took them too';

TRUNCATE TABLE IF EXISTS {database}.message_keys{local} {on_cluster};

INSERT INTO {database}.message_keys SELECT toUInt32(greatest(intDiv(toUnixTimestamp64Milli(message_time), 3600000), 0)), reinterpretAsUInt64(reverse(unhex(substring(message_id, 17, 16)))), toDate(received_at) FROM {database}.state_messages SETTINGS insert_deduplicate = 0, max_insert_threads = 1;
