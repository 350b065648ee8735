-- The user's work: sessions, the document each one holds, its undo steps and the search index.
-- Rows are addressed by the session's small integer key, so that 1,250 inputs do not repeat a long id.

CREATE TABLE sessions (
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE CHECK (length(id) BETWEEN 1 AND 64),
    kind TEXT NOT NULL CHECK (kind IN ('decision', 'okr')),
    topic TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'archived', 'trashed')),
    revision INTEGER NOT NULL CHECK (revision >= 1),
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    trashed_at INTEGER,
    origin_path TEXT,
    origin_fingerprint TEXT,
    options INTEGER NOT NULL CHECK (options >= 0),
    criteria INTEGER NOT NULL CHECK (criteria >= 0),
    cells INTEGER NOT NULL CHECK (cells >= 0),
    filled INTEGER NOT NULL CHECK (filled >= 0),
    status TEXT NOT NULL CHECK (status IN ('empty', 'incomplete', 'ranked', 'close_race')),
    leader TEXT,
    text_indexed INTEGER NOT NULL DEFAULT 0 CHECK (text_indexed IN (0, 1)),
    CHECK ((state = 'trashed') = (trashed_at IS NOT NULL))
) STRICT;
CREATE INDEX sessions_by_state ON sessions (state, updated_at DESC);
CREATE INDEX sessions_to_index ON sessions (key) WHERE text_indexed = 0;
CREATE INDEX sessions_by_fingerprint ON sessions (origin_fingerprint) WHERE origin_fingerprint IS NOT NULL;
CREATE INDEX sessions_by_path ON sessions (origin_path) WHERE origin_path IS NOT NULL;

-- Apart from `sessions`, because the list is read often and a long context would fill its pages.
CREATE TABLE headers (
    session INTEGER PRIMARY KEY REFERENCES sessions (key) ON DELETE CASCADE,
    context TEXT NOT NULL,
    notes TEXT NOT NULL,
    next_key INTEGER NOT NULL CHECK (next_key >= 0),
    settings TEXT NOT NULL CHECK (json_valid(settings))
) STRICT;

CREATE TABLE criteria (
    session INTEGER NOT NULL REFERENCES sessions (key) ON DELETE CASCADE,
    id TEXT NOT NULL CHECK (length(id) BETWEEN 1 AND 64),
    position INTEGER NOT NULL CHECK (position >= 0),
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    weight REAL NOT NULL CHECK (weight BETWEEN 0 AND 1.7976931348623157e308),
    direction TEXT NOT NULL CHECK (direction IN ('benefit', 'cost')),
    kind TEXT NOT NULL CHECK (kind IN ('judged', 'measured', 'manual')),
    unit TEXT NOT NULL,
    spec TEXT NOT NULL CHECK (json_valid(spec)),
    PRIMARY KEY (session, id)
) STRICT;

CREATE TABLE options (
    session INTEGER NOT NULL REFERENCES sessions (key) ON DELETE CASCADE,
    id TEXT NOT NULL CHECK (length(id) BETWEEN 1 AND 64),
    position INTEGER NOT NULL CHECK (position >= 0),
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    note TEXT NOT NULL,
    spec TEXT NOT NULL CHECK (json_valid(spec)),
    PRIMARY KEY (session, id)
) STRICT;

CREATE TABLE evidence (
    session INTEGER NOT NULL,
    option_id TEXT NOT NULL,
    position INTEGER NOT NULL CHECK (position >= 0),
    source TEXT NOT NULL,
    quote TEXT NOT NULL,
    criterion_id TEXT,
    PRIMARY KEY (session, option_id, position),
    FOREIGN KEY (session, option_id) REFERENCES options (session, id) ON DELETE CASCADE,
    FOREIGN KEY (session, criterion_id) REFERENCES criteria (session, id)
) STRICT;

-- What a person typed into a cell. Small rows, so the primary key is the table.
CREATE TABLE inputs (
    session INTEGER NOT NULL,
    option_id TEXT NOT NULL,
    criterion_id TEXT NOT NULL,
    value REAL CHECK (value BETWEEN -1.7976931348623157e308 AND 1.7976931348623157e308),
    score REAL CHECK (score BETWEEN -1.7976931348623157e308 AND 1.7976931348623157e308),
    abstained INTEGER NOT NULL CHECK (abstained IN (0, 1)),
    note TEXT NOT NULL,
    before_edit INTEGER NOT NULL CHECK (before_edit IN (0, 1)),
    entered_at INTEGER NOT NULL,
    PRIMARY KEY (session, option_id, criterion_id),
    FOREIGN KEY (session, option_id) REFERENCES options (session, id) ON DELETE CASCADE,
    FOREIGN KEY (session, criterion_id) REFERENCES criteria (session, id) ON DELETE CASCADE,
    CHECK (abstained = 0 OR score IS NULL)
) STRICT, WITHOUT ROWID;

-- One user action a row: the rows and the summary before and after it, as JSON.
CREATE TABLE undo_steps (
    session INTEGER NOT NULL REFERENCES sessions (key) ON DELETE CASCADE,
    number INTEGER NOT NULL CHECK (number >= 1),
    undone INTEGER NOT NULL DEFAULT 0 CHECK (undone IN (0, 1)),
    at INTEGER NOT NULL,
    label TEXT NOT NULL,
    summary TEXT NOT NULL CHECK (json_valid(summary)),
    changes TEXT NOT NULL CHECK (json_valid(changes)),
    PRIMARY KEY (session, number)
) STRICT;

CREATE TABLE settings (
    name TEXT PRIMARY KEY CHECK (length(name) BETWEEN 1 AND 100),
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Holds no text of its own: only which words stand in which session (rowid = sessions.key).
CREATE VIRTUAL TABLE session_text USING fts5 (
    topic, body, content = '', contentless_delete = 1, tokenize = "unicode61 remove_diacritics 2"
);
