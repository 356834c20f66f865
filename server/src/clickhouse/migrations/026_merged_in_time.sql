-- What is known of each client is looked at by nearly every panel, and ClickHouse leaves two to five rows of a client in
-- parts that it sees no gain in merging. What is half an hour old is merged: the rows that are read come to about the
-- number of clients. Two million of them are some seconds of processor each time.

ALTER TABLE {database}.client_facts{local} {on_cluster} MODIFY SETTING min_age_to_force_merge_seconds = 1800;

ALTER TABLE {database}.client_words{local} {on_cluster} MODIFY SETTING min_age_to_force_merge_seconds = 1800;

ALTER TABLE {database}.client_names{local} {on_cluster} MODIFY SETTING min_age_to_force_merge_seconds = 1800;
