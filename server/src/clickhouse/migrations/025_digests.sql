-- What clients are compared by, as numbers beside the texts that it stands in: to tell what sets those apart that fail,
-- all others are counted, and texts of hundreds of thousands of clients are dear. See views/compared.ts.

ALTER TABLE {database}.client_facts{local} {on_cluster}
    ADD COLUMN IF NOT EXISTS place SimpleAggregateFunction(max, UInt256) MATERIALIZED {digest place} COMMENT 'Of newest: order, and digests of receiver, version, subnet and site' CODEC(ZSTD),
    ADD COLUMN IF NOT EXISTS user_digest SimpleAggregateFunction(max, UInt128) MATERIALIZED {digest user_digest} COMMENT 'Of user_name: order and digest; 0 for none' CODEC(ZSTD),
    ADD COLUMN IF NOT EXISTS host_digest SimpleAggregateFunction(max, UInt128) MATERIALIZED {digest host_digest} COMMENT 'Of word: order, and digest of the host that its first parameter names' CODEC(ZSTD);

ALTER TABLE {database}.client_facts{local} {on_cluster}
    MATERIALIZE COLUMN place, MATERIALIZE COLUMN user_digest, MATERIALIZE COLUMN host_digest SETTINGS mutations_sync = 1;

{shards} ALTER TABLE {database}.client_facts {on_cluster}
    ADD COLUMN IF NOT EXISTS place SimpleAggregateFunction(max, UInt256) MATERIALIZED {digest place} COMMENT 'Of newest: order, and digests of receiver, version, subnet and site',
    ADD COLUMN IF NOT EXISTS user_digest SimpleAggregateFunction(max, UInt128) MATERIALIZED {digest user_digest} COMMENT 'Of user_name: order and digest; 0 for none',
    ADD COLUMN IF NOT EXISTS host_digest SimpleAggregateFunction(max, UInt128) MATERIALIZED {digest host_digest} COMMENT 'Of word: order, and digest of the host that its first parameter names';
