-- Evaluations of a session, the cells each one judged, and who is at work on it.

CREATE TABLE runs (
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE CHECK (length(id) BETWEEN 1 AND 64),
    session INTEGER NOT NULL REFERENCES sessions (key) ON DELETE CASCADE,
    document_revision INTEGER NOT NULL CHECK (document_revision >= 1),
    method TEXT NOT NULL,
    parameters TEXT NOT NULL CHECK (json_valid(parameters)),
    started_at INTEGER NOT NULL,
    finished_at INTEGER,
    outcome TEXT CHECK (outcome IN ('complete', 'incomplete', 'cancelled', 'failed')),
    ranking TEXT CHECK (json_valid(ranking)),
    -- The process at work: a pid alone comes back after a restart, or in another container.
    lease_pid INTEGER,
    lease_process_start INTEGER,
    lease_boot TEXT,
    lease_space TEXT,
    lease_heartbeat INTEGER,
    CHECK ((finished_at IS NULL) = (outcome IS NULL)),
    CHECK (lease_pid IS NULL OR finished_at IS NULL)
) STRICT;
CREATE INDEX runs_by_session ON runs (session, started_at DESC);

-- `running` is no state: a cell that is being asked is pending.
CREATE TABLE cells (
    run INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
    option_id TEXT NOT NULL,
    criterion_id TEXT NOT NULL,
    state TEXT NOT NULL
        CHECK (state IN ('pending', 'scored', 'abstained', 'unparsed', 'failed', 'cancelled', 'stale')),
    source TEXT CHECK (source IN ('model', 'measured', 'hand')),
    score REAL,
    raw REAL,
    unit TEXT NOT NULL,
    value REAL CHECK (value BETWEEN 0 AND 1),
    flags TEXT NOT NULL CHECK (json_valid(flags)),
    justification TEXT,
    evidence TEXT NOT NULL CHECK (json_valid(evidence)),
    latency_ms REAL CHECK (latency_ms >= 0),
    cached INTEGER NOT NULL CHECK (cached IN (0, 1)),
    error TEXT,
    PRIMARY KEY (run, option_id, criterion_id)
) STRICT;
