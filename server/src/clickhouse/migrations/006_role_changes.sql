-- Two receivers can change one role at the same moment: an insert carries the role's name and version as its token, so
-- that of two the first counts and the second is dropped.

ALTER TABLE {database}.role_configurations {on_cluster}
    ADD COLUMN IF NOT EXISTS change_id String COMMENT 'Identity of the change';

ALTER TABLE {database}.role_configurations {on_cluster}
    MODIFY SETTING {dedup_window} = 1000;
