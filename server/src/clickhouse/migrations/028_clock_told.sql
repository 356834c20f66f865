-- A report without a time of its own that waited on its way looked like a clock that is behind. Facts that are stored
-- already keep what was made of them until the client is heard again.

ALTER TABLE {database}.client_facts_of_new {on_cluster} MODIFY QUERY {roll-up since 027 client_facts};
