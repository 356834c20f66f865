-- What to check about an error, beside what it means.

ALTER TABLE {database}.error_catalog {on_cluster}
    ADD COLUMN IF NOT EXISTS advice String COMMENT 'What to check; empty where nothing better than the text is known';
