-- What the catalogue knows beside meaning and outcome: the same in French, what to do first, and where the fact stands.

ALTER TABLE {database}.error_catalog {on_cluster}
    ADD COLUMN IF NOT EXISTS error_text_fr String COMMENT 'What it means, in French',
    ADD COLUMN IF NOT EXISTS advice_fr String COMMENT 'What to do first, in French',
    ADD COLUMN IF NOT EXISTS area LowCardinality(String) COMMENT 'The component that reports it',
    ADD COLUMN IF NOT EXISTS source String COMMENT 'Where the fact stands: a header, a page of a documentation, an article';

ALTER TABLE {database}.error_catalog {on_cluster}
    COMMENT COLUMN family 'ccmsetup, msi (results of Windows Installer), message (Error 1303. in its logs), win32 or hresult; error_code is unique among msi, win32 and hresult',
    COMMENT COLUMN error_name 'Symbols, separated by a comma; empty where it has none',
    COMMENT COLUMN advice 'What to do first';

ALTER TABLE {database}.state_catalog {on_cluster}
    ADD COLUMN IF NOT EXISTS state_text_fr String COMMENT 'The state in words, in French',
    ADD COLUMN IF NOT EXISTS advice String COMMENT 'What to do first; empty for a state that asks for nothing',
    ADD COLUMN IF NOT EXISTS advice_fr String COMMENT 'What to do first, in French',
    ADD COLUMN IF NOT EXISTS source String COMMENT 'Where the fact stands';
