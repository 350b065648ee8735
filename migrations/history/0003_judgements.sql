-- What models were asked about a cell and what they said: every call with its prompt, the samples a score is made of,
-- and where a judged cell has its judgement from.

-- Judged: a model is asked; ranked: only what was typed is counted.
ALTER TABLE runs ADD COLUMN kind TEXT NOT NULL DEFAULT 'ranked' CHECK (kind IN ('ranked', 'judged'));
-- Its cells counted and its calls added up, once it has ended and neither changes any more.
ALTER TABLE runs ADD COLUMN tally TEXT CHECK (tally IS NULL OR (finished_at IS NOT NULL AND json_valid(tally)));

-- Of exactly what was asked; a cell whose prompt has another one now is stale.
ALTER TABLE cells ADD COLUMN fingerprint TEXT;
ALTER TABLE cells ADD COLUMN spread_low REAL;
ALTER TABLE cells ADD COLUMN spread_high REAL
    CHECK ((spread_low IS NULL) = (spread_high IS NULL) AND (spread_low IS NULL OR spread_low <= spread_high));
ALTER TABLE cells ADD COLUMN samples INTEGER NOT NULL DEFAULT 0 CHECK (samples >= 0);
ALTER TABLE cells ADD COLUMN backend TEXT;
ALTER TABLE cells ADD COLUMN model TEXT;
ALTER TABLE cells ADD COLUMN judged_at INTEGER;
ALTER TABLE cells ADD COLUMN memory INTEGER NOT NULL DEFAULT 0 CHECK (memory IN (0, 1));
-- The run that asked, when this one took the judgement over from an earlier one; its samples and calls are there.
ALTER TABLE cells ADD COLUMN carried_from INTEGER REFERENCES runs (key);
CREATE INDEX cells_carried ON cells (carried_from) WHERE carried_from IS NOT NULL;

-- Texts that were sent. The part that all options share would stand here once for each of them, and schemas as well,
-- so a text is kept once a session, under its SHA-256.
CREATE TABLE prompts (
    session INTEGER NOT NULL REFERENCES sessions (key) ON DELETE CASCADE,
    digest BLOB NOT NULL CHECK (length(digest) = 32),
    text TEXT NOT NULL,
    PRIMARY KEY (session, digest)
) STRICT;

-- One answer to the question of a cell, complete with all its calls. A cell's row comes when all its samples are here.
CREATE TABLE samples (
    run INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
    option_id TEXT NOT NULL,
    criterion_id TEXT NOT NULL,
    number INTEGER NOT NULL CHECK (number >= 1),
    state TEXT NOT NULL CHECK (state IN ('scored', 'abstained', 'unparsed', 'failed', 'cancelled')),
    score REAL CHECK ((state = 'scored') = (score IS NOT NULL)),
    memory INTEGER NOT NULL CHECK (memory IN (0, 1)),
    justification TEXT,
    evidence TEXT NOT NULL CHECK (json_valid(evidence)),
    problem TEXT,
    PRIMARY KEY (run, option_id, criterion_id, number)
) STRICT;

-- Long texts come last: who adds up tokens reads no replies.
CREATE TABLE calls (
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE CHECK (length(id) BETWEEN 1 AND 64),
    session INTEGER NOT NULL REFERENCES sessions (key) ON DELETE CASCADE,
    run INTEGER NOT NULL,
    option_id TEXT NOT NULL,
    criterion_id TEXT NOT NULL,
    sample INTEGER NOT NULL,
    attempt INTEGER NOT NULL CHECK (attempt >= 1),
    input_tokens INTEGER CHECK (input_tokens >= 0),
    output_tokens INTEGER CHECK (output_tokens >= 0),
    cached_tokens INTEGER CHECK (cached_tokens >= 0),
    started_at INTEGER NOT NULL,
    first_byte_ms REAL CHECK (first_byte_ms >= 0),
    first_token_ms REAL CHECK (first_token_ms >= 0),
    load_ms REAL CHECK (load_ms >= 0),
    total_ms REAL CHECK (total_ms >= 0),
    finish TEXT,
    error_code TEXT,
    backend TEXT NOT NULL,
    kind TEXT NOT NULL,
    address TEXT NOT NULL,
    model TEXT NOT NULL,
    model_digest TEXT,
    stable BLOB NOT NULL,
    cell BLOB NOT NULL,
    schema BLOB NOT NULL,
    parameters TEXT NOT NULL CHECK (json_valid(parameters)),
    error TEXT,
    notice TEXT,
    extra TEXT,
    reply TEXT NOT NULL,
    FOREIGN KEY (run, option_id, criterion_id, sample)
        REFERENCES samples (run, option_id, criterion_id, number) ON DELETE CASCADE,
    FOREIGN KEY (session, stable) REFERENCES prompts (session, digest),
    FOREIGN KEY (session, cell) REFERENCES prompts (session, digest),
    FOREIGN KEY (session, schema) REFERENCES prompts (session, digest),
    UNIQUE (run, option_id, criterion_id, sample, attempt)
) STRICT;
-- For the erasure of a session and its prompts, which would otherwise read all calls for each of them.
CREATE INDEX calls_by_session ON calls (session);
