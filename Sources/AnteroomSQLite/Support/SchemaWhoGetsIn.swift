extension Schema {
  /// Policy levels, invites, notices, names, bars that outlive an occurrence.
  static let whoGetsIn = """
    ALTER TABLE accounts ADD COLUMN profile TEXT;
    -- Of the display name, for comparing what a reader could confuse.
    ALTER TABLE accounts ADD COLUMN likeness INTEGER;
    ALTER TABLE accounts ADD COLUMN likeness_read INTEGER;

    ALTER TABLE meetings ADD COLUMN host_profile TEXT;
    ALTER TABLE meetings ADD COLUMN opens_at INTEGER;
    ALTER TABLE meetings ADD COLUMN closes_at INTEGER;
    ALTER TABLE meetings ADD COLUMN auto_lock_due INTEGER;
    -- Knocks of the last minute, for noticing a burst.
    ALTER TABLE meetings ADD COLUMN burst_since INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE meetings ADD COLUMN failed_knocks INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE meetings ADD COLUMN unknown_knocks INTEGER NOT NULL DEFAULT 0;
    -- Deleted: the id stays taken, and what front ends have yet to be told of it is still told.
    ALTER TABLE meetings ADD COLUMN forgotten INTEGER NOT NULL DEFAULT 0 CHECK (forgotten IN (0, 1));
    CREATE INDEX meetings_opening ON meetings (opens_at) WHERE state = 'scheduled';
    CREATE INDEX meetings_auto_lock ON meetings (auto_lock_due) WHERE auto_lock_due IS NOT NULL;

    ALTER TABLE joins ADD COLUMN invite TEXT;
    ALTER TABLE joins ADD COLUMN bypasses_waiting_room INTEGER NOT NULL DEFAULT 0
      CHECK (bypasses_waiting_room IN (0, 1));
    ALTER TABLE joins ADD COLUMN likeness INTEGER;
    ALTER TABLE joins ADD COLUMN likeness_read INTEGER;
    ALTER TABLE joins ADD COLUMN confusable_with TEXT;
    ALTER TABLE joins ADD COLUMN denials INTEGER NOT NULL DEFAULT 0 CHECK (denials >= 0);
    ALTER TABLE joins ADD COLUMN source INTEGER;
    CREATE INDEX joins_of_invite ON joins (invite) WHERE invite IS NOT NULL;
    ALTER TABLE joins ADD COLUMN was_admitted INTEGER NOT NULL DEFAULT 0 CHECK (was_admitted IN (0, 1));
    -- Who waits for something that comes by itself: an opening, a host, a seat.
    CREATE INDEX joins_for_what_comes ON joins (meeting, occurrence, waiting_for) WHERE waiting_for <> 'admission';
    CREATE INDEX meetings_by_external ON meetings (external) WHERE external IS NOT NULL;
    CREATE INDEX joins_waiting_from ON joins (meeting, occurrence, source)
      WHERE source IS NOT NULL AND state = 'waiting';
    CREATE INDEX joins_unproven ON joins (meeting, occurrence, source) WHERE unproven = 1 AND state = 'waiting';
    -- Few names are read otherwise than they are seen.
    CREATE INDEX joins_read_alike ON joins (meeting, occurrence, likeness_read) WHERE likeness_read IS NOT NULL;
    -- One index says who is where and whom one could take for whom: a second would be another page of every join.
    DROP INDEX joins_of_meeting;
    CREATE INDEX joins_of_meeting ON joins (meeting, occurrence, state, likeness);

    CREATE TABLE invites (
      seq INTEGER PRIMARY KEY,
      id TEXT NOT NULL UNIQUE,
      meeting TEXT NOT NULL REFERENCES meetings (id) ON DELETE CASCADE,
      digest BLOB UNIQUE CHECK (length(digest) = 32),
      -- As the host named it: whether there is such an account is not the host's to learn.
      account TEXT,
      label TEXT,
      role TEXT NOT NULL CHECK (role = 'viewer' OR role = 'participant' OR role = 'cohost'),
      uses INTEGER CHECK (uses > 0),
      used INTEGER NOT NULL DEFAULT 0 CHECK (used >= 0),
      bypasses_waiting_room INTEGER NOT NULL CHECK (bypasses_waiting_room IN (0, 1)),
      display_name TEXT,
      expires_at INTEGER,
      created_at INTEGER NOT NULL,
      CHECK ((digest IS NULL) <> (account IS NULL)),
      CHECK (uses IS NULL OR used <= uses)
    ) STRICT;
    CREATE INDEX invites_of_meeting ON invites (meeting, seq);
    CREATE UNIQUE INDEX invites_of_account ON invites (account, meeting) WHERE account IS NOT NULL;
    CREATE TRIGGER invites_go_with_account AFTER DELETE ON accounts
    BEGIN DELETE FROM invites WHERE account = OLD.id; END;

    -- From where an invite was shown, as keyed digests: one that many places show has been passed on.
    CREATE TABLE invite_sources (
      invite TEXT NOT NULL REFERENCES invites (id) ON DELETE CASCADE,
      source INTEGER NOT NULL,
      PRIMARY KEY (invite, source)
    ) STRICT, WITHOUT ROWID;

    -- What somebody said to a notice: bound to its version and to the hash of its text.
    CREATE TABLE consents (
      join_id TEXT NOT NULL REFERENCES joins (id) ON DELETE CASCADE,
      notice TEXT NOT NULL,
      version INTEGER NOT NULL,
      text_digest BLOB NOT NULL CHECK (length(text_digest) = 32),
      agreed INTEGER NOT NULL CHECK (agreed IN (0, 1)),
      time INTEGER NOT NULL,
      withdrawn_at INTEGER,
      PRIMARY KEY (join_id, notice, version, text_digest)
    ) STRICT, WITHOUT ROWID;

    -- One stay of one join, kept where the policy says so.
    CREATE TABLE stays (
      seq INTEGER PRIMARY KEY,
      meeting TEXT NOT NULL REFERENCES meetings (id) ON DELETE CASCADE,
      occurrence INTEGER NOT NULL,
      join_id TEXT NOT NULL,
      -- Sealed under the join's own key.
      display_name BLOB NOT NULL,
      account TEXT,
      class TEXT NOT NULL,
      entered_at INTEGER NOT NULL,
      left_at INTEGER
    ) STRICT;
    CREATE INDEX stays_of_meeting ON stays (meeting, occurrence, seq);
    CREATE INDEX stays_of_join ON stays (join_id) WHERE left_at IS NULL;

    CREATE TABLE delegates (
      account TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
      frontend TEXT NOT NULL,
      created_at INTEGER NOT NULL,
      PRIMARY KEY (account, frontend)
    ) STRICT, WITHOUT ROWID;

    -- Since when an account is cohost: what happened before is not its to see.
    ALTER TABLE cohosts ADD COLUMN since_event INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE meetings ADD COLUMN host_since_event INTEGER NOT NULL DEFAULT 0;

    -- A bar may be on an invite, and may outlive the occurrence: NULL until it is lifted.
    ALTER TABLE bans RENAME TO bans_before;
    CREATE TABLE bans (
      seq INTEGER PRIMARY KEY,
      id TEXT NOT NULL UNIQUE,
      meeting TEXT NOT NULL REFERENCES meetings (id) ON DELETE CASCADE,
      occurrence INTEGER,
      account TEXT,
      join_id TEXT,
      invite TEXT,
      -- Sealed: it is about a person.
      reason BLOB,
      actor TEXT NOT NULL,
      created_at INTEGER NOT NULL,
      expires_at INTEGER,
      CHECK ((account IS NOT NULL) + (join_id IS NOT NULL) + (invite IS NOT NULL) = 1)
    ) STRICT;
    INSERT INTO bans (seq, id, meeting, occurrence, account, join_id, reason, actor, created_at, expires_at)
      SELECT seq, id, meeting, occurrence, account, join_id, reason, actor, created_at, expires_at FROM bans_before;
    DROP TABLE bans_before;
    CREATE INDEX bans_of_meeting ON bans (meeting);
    """
}
