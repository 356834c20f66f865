-- One client is found by its name without a look at the names of all.

ALTER TABLE {database}.client_names{local} {on_cluster} ADD INDEX IF NOT EXISTS by_name name_hash TYPE bloom_filter(0.005) GRANULARITY 1;

ALTER TABLE {database}.client_names{local} {on_cluster} MATERIALIZE INDEX by_name SETTINGS mutations_sync = 1;
