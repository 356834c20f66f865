-- For a billion messages and millions of clients. Messages lie by the day of their receipt, then by outcome, then by
-- client: a range of time reads its days, and of a client's messages an index finds the few stretches. What is known of
-- clients is kept as plain rows and small states under their names, each read for itself.
--
-- The partition is that of processed_at, so that a batch is one part; received_at stands in its key for nothing but the
-- extremes that ClickHouse keeps of each part for the columns of the key: the newest receipt is known without a look at
-- rows.
--
-- No clock of a client decides what is read: where it says what cannot be, said_at is the receipt, and an index on it
-- finds a range of time for what asks by Timestamp.
--
-- With shards, each has the messages of its clients and what is known of them, in tables whose names end in _local; the
-- plain names stand for all shards.
--
-- Every statement can be said again after a crash: state_messages is whole at every moment, and what others bring into
-- the former table while it is copied is fetched after the exchange.

DROP VIEW IF EXISTS {database}.client_rollup_of_new {on_cluster} SYNC;

DROP VIEW IF EXISTS {database}.client_facts_of_new {on_cluster} SYNC;

DROP VIEW IF EXISTS {database}.client_words_of_new {on_cluster} SYNC;

DROP VIEW IF EXISTS {database}.client_names_of_new {on_cluster} SYNC;

{one shard} DROP TABLE IF EXISTS {database}.state_messages_by_day {on_cluster} SYNC;

CREATE TABLE IF NOT EXISTS {database}.state_messages_{new} {on_cluster}
(
    received_at DateTime64(3, 'UTC') COMMENT 'When the fallback status point took the message' CODEC(Delta, ZSTD),
    processed_at DateTime64(3, 'UTC') COMMENT 'When the throttle had let it pass and its batch was made' CODEC(Delta, ZSTD),
    message_time DateTime64(3, 'UTC') COMMENT 'When the client made it, by the client''s clock; received_at where it says nothing usable' CODEC(Delta, ZSTD),
    site_code LowCardinality(String) COMMENT 'Site of the fallback status point',
    fsp_server LowCardinality(String) COMMENT 'Name of the fallback status point',
    client_id String COMMENT 'Bare upper-case GUID; all zeroes while there is no client' CODEC(ZSTD),
    client_name String COMMENT 'Short name of the machine, upper case' CODEC(ZSTD),
    client_fqdn String COMMENT 'Full name where the client gave one' CODEC(ZSTD),
    client_version LowCardinality(String) COMMENT '5.00.0000.0000 while there is no client',
    client_installed Nullable(Bool) COMMENT 'Whether the client says that it is installed',
    client_address String COMMENT 'IP address that the message came from' CODEC(ZSTD),
    topic_type UInt32 COMMENT '800 deployment and assignment, 1000 communication, 1001 certificate, 1300 health; see state_catalog',
    topic_name LowCardinality(String) COMMENT 'The topic in words',
    topic_id String COMMENT 'The topic''s own id as the client sent it' CODEC(ZSTD),
    state_id UInt32 COMMENT 'State within the topic; see state_catalog',
    state_text String COMMENT 'The state in words, with its parameter filled in' CODEC(ZSTD),
    phase LowCardinality(String) COMMENT 'deployment, assignment, communication, certificate, health, comanagement or other',
    outcome LowCardinality(String) COMMENT 'unknown, in_progress, succeeded, failed, reboot_pending or skipped',
    criticality Nullable(Int32) COMMENT 'As sent; 0 in all that were ever seen',
    serial_number Nullable(UInt32) COMMENT 'Counts since the client''s installation; may be absent',
    params Array(String) COMMENT 'UserParameters in their order; any may be empty' CODEC(ZSTD),
    error_code LowCardinality(String) COMMENT 'Error that the parameters name: 0x and eight digits for an HRESULT, else decimal',
    error_text LowCardinality(String) COMMENT 'What that error means',
    user_name String COMMENT 'User of the topic where given' CODEC(ZSTD),
    user_sid String COMMENT 'SID of that user' CODEC(ZSTD),
    details String COMMENT 'StateDetails as sent' CODEC(ZSTD),
    message_id String COMMENT 'Identity of the message: the same when it is sent again' CODEC(ZSTD),
    report_index UInt16 COMMENT 'Position in its report, from 0',
    batch_id LowCardinality(String) COMMENT 'Batch that it was delivered in',
    row_id UInt32 COMMENT 'Position in that batch' CODEC(ZSTD),
    raw String COMMENT 'The whole report as text; of a large report with many messages only on the first' CODEC(ZSTD),
    said_at DateTime64(3, 'UTC') MATERIALIZED {said at} COMMENT 'When the client made it: message_time where that may be, else received_at' CODEC(Delta, ZSTD),
    INDEX by_batch batch_id TYPE bloom_filter GRANULARITY 1,
    INDEX by_client client_name TYPE bloom_filter(0.005) GRANULARITY 1,
    INDEX by_client_id client_id TYPE bloom_filter GRANULARITY 1,
    INDEX by_message message_id TYPE bloom_filter GRANULARITY 1,
    INDEX by_said_at toDateTime64(said_at, 9, 'UTC') TYPE minmax GRANULARITY 1,
    INDEX by_said_second toDateTime(said_at, 'UTC') TYPE minmax GRANULARITY 1
)
ENGINE = {replicated}MergeTree
PARTITION BY (toYYYYMM(processed_at), received_at < toDateTime64('1900-01-01 00:00:00', 3, 'UTC'))
ORDER BY (toDate(received_at), outcome, client_name, message_time)
SETTINGS index_granularity = 2048, {dedup_window} = 1000, fsync_after_insert = 1, fsync_part_directory = 1
COMMENT 'Every state message, once';

{one shard} INSERT INTO {database}.state_messages_by_day SELECT * FROM {database}.state_messages SETTINGS insert_deduplicate = 0, max_partitions_per_insert_block = 0;

{one shard} EXCHANGE TABLES {database}.state_messages AND {database}.state_messages_by_day {on_cluster};

{shards} INSERT INTO {database}.state_messages_local SELECT * FROM cluster('{cluster}', {database}, state_messages) WHERE (batch_id, row_id) GLOBAL NOT IN (SELECT batch_id, row_id FROM cluster('{cluster}', {database}, state_messages_local)) SETTINGS insert_deduplicate = 0, max_partitions_per_insert_block = 0;

{shards} CREATE OR REPLACE TABLE {database}.state_messages {on_cluster} AS {database}.state_messages_local
ENGINE = Distributed('{cluster}', '{database}', 'state_messages_local', cityHash64(client_name))
COMMENT 'Every state message, once; each shard has those of its clients';

CREATE TABLE IF NOT EXISTS {database}.client_facts{local} {on_cluster}
(
    client_name String COMMENT 'As in state_messages',
    outcome SimpleAggregateFunction(max, UInt128) COMMENT 'Order, outcome and phase of the newest message of topic 800, or of any where there is none',
    word SimpleAggregateFunction(max, String) COMMENT 'Order, topic, state, its text, error, its text and first parameter of that message' CODEC(ZSTD),
    newest SimpleAggregateFunction(max, String) COMMENT 'Order, site, receiver, version, address and time of the newest message' CODEC(ZSTD),
    client_id SimpleAggregateFunction(max, String) COMMENT 'Order and id of the newest message whose id is none of zeroes' CODEC(ZSTD),
    client_fqdn SimpleAggregateFunction(max, String) COMMENT 'Order and full name of the newest message that has one' CODEC(ZSTD),
    user_name SimpleAggregateFunction(max, String) COMMENT 'Order and user of the newest message that has one' CODEC(ZSTD),
    deployment_begin SimpleAggregateFunction(max, UInt256) COMMENT 'Order, receipt and time of the newest begin of a deployment; 0 for none' CODEC(ZSTD),
    deployment_end SimpleAggregateFunction(max, UInt256) COMMENT 'The same of its end' CODEC(ZSTD),
    assignment_begin SimpleAggregateFunction(max, UInt256) COMMENT 'The same of the begin of an assignment' CODEC(ZSTD),
    assignment_end SimpleAggregateFunction(max, UInt256) COMMENT 'The same of its end' CODEC(ZSTD),
    management_point SimpleAggregateFunction(max, UInt128) COMMENT 'Order, receipt and result of the newest word on the management point; 0 for none' CODEC(ZSTD),
    certificate SimpleAggregateFunction(max, UInt128) COMMENT 'The same of certificates' CODEC(ZSTD),
    clock SimpleAggregateFunction(max, UInt64) COMMENT 'Hour of receipt and seconds that the client''s clock was ahead',
    first_received_at SimpleAggregateFunction(min, DateTime64(3, 'UTC')) COMMENT 'First receipt',
    last_received_at SimpleAggregateFunction(max, DateTime64(3, 'UTC')) COMMENT 'Newest receipt',
    messages AggregateFunction(uniq, String) COMMENT 'Identities of the messages, to count them'
)
ENGINE = {replicated}AggregatingMergeTree
ORDER BY client_name
SETTINGS {dedup_window} = 1000, fsync_after_insert = 1, fsync_part_directory = 1
COMMENT 'What the view clients is made of: one row a name. What is of the newest message begins with its order – when the client said it – so that the greatest value is the newest';

{shards} CREATE TABLE IF NOT EXISTS {database}.client_facts {on_cluster} AS {database}.client_facts_local
ENGINE = Distributed('{cluster}', '{database}', 'client_facts_local', cityHash64(client_name))
COMMENT 'All of client_facts_local, of which each shard has that of its clients';

CREATE TABLE IF NOT EXISTS {database}.client_words{local} {on_cluster}
(
    client_name String COMMENT 'As in state_messages',
    topic_type UInt32 COMMENT 'Topic',
    said_order UInt64 COMMENT 'Orders the messages of a client by when it said them',
    topic_name LowCardinality(String) COMMENT 'As in state_messages',
    state_id UInt32 COMMENT 'As in state_messages',
    state_text String COMMENT 'As in state_messages' CODEC(ZSTD),
    phase LowCardinality(String) COMMENT 'As in state_messages',
    outcome LowCardinality(String) COMMENT 'As in state_messages',
    params Array(String) COMMENT 'As in state_messages' CODEC(ZSTD),
    error_code LowCardinality(String) COMMENT 'As in state_messages',
    error_text LowCardinality(String) COMMENT 'As in state_messages',
    message_time DateTime64(3, 'UTC') COMMENT 'As in state_messages',
    received_at DateTime64(3, 'UTC') COMMENT 'As in state_messages'
)
ENGINE = {replicated}ReplacingMergeTree(said_order)
ORDER BY (client_name, topic_type)
SETTINGS {dedup_window} = 1000, fsync_after_insert = 1, fsync_part_directory = 1
COMMENT 'What the view client_topics is made of: the newest message of each name and topic';

{shards} CREATE TABLE IF NOT EXISTS {database}.client_words {on_cluster} AS {database}.client_words_local
ENGINE = Distributed('{cluster}', '{database}', 'client_words_local', cityHash64(client_name))
COMMENT 'All of client_words_local, of which each shard has that of its clients';

CREATE TABLE IF NOT EXISTS {database}.client_names{local} {on_cluster}
(
    id_hash UInt64 COMMENT 'Digest of client_id',
    client_id String COMMENT 'As in state_messages, none of zeroes' CODEC(ZSTD),
    name_hash UInt64 COMMENT 'Digest of client_name',
    client_name String COMMENT 'A name that it was seen with' CODEC(ZSTD),
    said_order UInt64 COMMENT 'Order of the newest message with both'
)
ENGINE = {replicated}ReplacingMergeTree(said_order)
ORDER BY (id_hash, client_name)
SETTINGS {dedup_window} = 1000, fsync_after_insert = 1, fsync_part_directory = 1
COMMENT 'Ids and names that were seen together: what the view renamed_clients is made of';

{shards} CREATE TABLE IF NOT EXISTS {database}.client_names {on_cluster} AS {database}.client_names_local
ENGINE = Distributed('{cluster}', '{database}', 'client_names_local', cityHash64(client_name))
COMMENT 'All of client_names_local, of which each shard has that of its clients';

CREATE MATERIALIZED VIEW IF NOT EXISTS {database}.client_facts_of_new {on_cluster} TO {database}.client_facts{local}
AS {roll-up client_facts};

CREATE MATERIALIZED VIEW IF NOT EXISTS {database}.client_words_of_new {on_cluster} TO {database}.client_words{local}
AS {roll-up client_words};

CREATE MATERIALIZED VIEW IF NOT EXISTS {database}.client_names_of_new {on_cluster} TO {database}.client_names{local}
AS {roll-up client_names};

{one shard} INSERT INTO {database}.state_messages SELECT * FROM {database}.state_messages_by_day WHERE batch_id NOT IN (SELECT batch_id FROM {database}.state_messages) SETTINGS insert_deduplicate = 0, max_partitions_per_insert_block = 0;

{one shard} SELECT sleepEachRow(1) FROM numbers(3) WHERE (SELECT count() FROM {database}.state_messages_by_day) > 0;

{one shard} INSERT INTO {database}.state_messages SELECT * FROM {database}.state_messages_by_day WHERE batch_id NOT IN (SELECT batch_id FROM {database}.state_messages) SETTINGS insert_deduplicate = 0, max_partitions_per_insert_block = 0;

INSERT INTO {database}.client_facts{local} {roll-up client_facts}
SETTINGS max_bytes_before_external_group_by = 500000000, max_bytes_before_external_sort = 500000000;

INSERT INTO {database}.client_words{local} {roll-up client_words}
SETTINGS max_bytes_before_external_group_by = 500000000, max_bytes_before_external_sort = 500000000;

INSERT INTO {database}.client_names{local} {roll-up client_names}
SETTINGS max_bytes_before_external_group_by = 500000000, max_bytes_before_external_sort = 500000000;

{one shard} DROP TABLE IF EXISTS {database}.state_messages_by_day {on_cluster} SYNC;

DROP VIEW IF EXISTS {database}.client_rollup_of_batch {on_cluster} SYNC;

DROP TABLE IF EXISTS {database}.client_rollup {on_cluster} SYNC;
