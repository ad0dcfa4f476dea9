import GRDB

/// The schema says what must hold; a migration that was shipped is never edited. Words are compared one
/// by one: for `IN` with more than two SQLite builds a temporary table at every row.
enum Schema {
  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1 first join") { db in try db.execute(sql: firstJoin) }
    migrator.registerMigration("2 doors") { db in try db.execute(sql: doors) }
    migrator.registerMigration("3 who gets in") { db in try db.execute(sql: whoGetsIn) }
    migrator.registerMigration("4 credentials") { db in try db.execute(sql: credentials) }
    migrator.registerMigration("5 sliding day") { db in try db.execute(sql: slidingDay) }
    migrator.registerMigration("6 uses") { db in try db.execute(sql: uses) }
    return migrator
  }

  private static let firstJoin = """
    CREATE TABLE accounts (
      seq INTEGER PRIMARY KEY,
      id TEXT NOT NULL UNIQUE CHECK (id LIKE 'acct\\_%' ESCAPE '\\'),
      username TEXT NOT NULL UNIQUE,
      display_name TEXT NOT NULL,
      is_host INTEGER NOT NULL CHECK (is_host IN (0, 1)),
      vouched INTEGER NOT NULL CHECK (vouched IN (0, 1)),
      disabled INTEGER NOT NULL CHECK (disabled IN (0, 1)),
      created_at INTEGER NOT NULL,
      last_sign_in_at INTEGER,
      password_hash TEXT,
      password_pepper TEXT,
      password_is_short INTEGER NOT NULL DEFAULT 0 CHECK (password_is_short IN (0, 1)),
      recovery_failures INTEGER NOT NULL DEFAULT 0 CHECK (recovery_failures >= 0),
      salt BLOB NOT NULL CHECK (length(salt) = 16),
      version INTEGER NOT NULL CHECK (version > 0),
      CHECK ((password_hash IS NULL) = (password_pepper IS NULL))
    ) STRICT;

    CREATE TABLE setup_codes (
      account TEXT PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
      digest BLOB NOT NULL CHECK (length(digest) = 32),
      expires_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE authenticators (
      id TEXT PRIMARY KEY,
      account TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
      secret BLOB NOT NULL,
      confirmed INTEGER NOT NULL CHECK (confirmed IN (0, 1)),
      last_step INTEGER NOT NULL,
      failures INTEGER NOT NULL CHECK (failures >= 0),
      disabled INTEGER NOT NULL CHECK (disabled IN (0, 1)),
      UNIQUE (account, confirmed)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE recovery_codes (
      account TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
      digest BLOB NOT NULL CHECK (length(digest) = 32),
      PRIMARY KEY (account, digest)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE known_devices (
      id TEXT PRIMARY KEY,
      account TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
      digest BLOB NOT NULL CHECK (length(digest) = 32),
      failures INTEGER NOT NULL CHECK (failures >= 0),
      expires_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX known_devices_of_account ON known_devices (account);

    CREATE TABLE sessions (
      id TEXT PRIMARY KEY,
      account TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
      digest BLOB NOT NULL CHECK (length(digest) = 32),
      factors INTEGER NOT NULL CHECK (factors IN (1, 2)),
      methods TEXT NOT NULL,
      created_at INTEGER NOT NULL,
      authenticated_at INTEGER NOT NULL,
      expires_at INTEGER NOT NULL,
      idle_expires_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX sessions_of_account ON sessions (account);

    CREATE TABLE challenges (
      id TEXT PRIMARY KEY,
      account TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
      digest BLOB NOT NULL CHECK (length(digest) = 32),
      expires_at INTEGER NOT NULL,
      known_device TEXT
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX challenges_of_account ON challenges (account);

    CREATE TABLE budgets (
      key BLOB PRIMARY KEY CHECK (length(key) = 32),
      failures INTEGER NOT NULL CHECK (failures >= 0),
      reserved INTEGER NOT NULL CHECK (reserved >= 0),
      window_start INTEGER NOT NULL,
      last_failure INTEGER NOT NULL,
      expires_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE meetings (
      seq INTEGER PRIMARY KEY,
      id TEXT NOT NULL UNIQUE,
      external TEXT,
      frontend TEXT NOT NULL,
      kind TEXT NOT NULL CHECK (kind = 'once' OR kind = 'series'),
      title TEXT,
      host TEXT NOT NULL REFERENCES accounts (id),
      profile TEXT NOT NULL,
      settings TEXT NOT NULL,
      passcode_kind TEXT CHECK (passcode_kind = 'characters' OR passcode_kind = 'words' OR passcode_kind = 'digits'),
      passcode_digest BLOB CHECK (length(passcode_digest) = 32),
      passcode_failures INTEGER NOT NULL CHECK (passcode_failures >= 0),
      state TEXT NOT NULL CHECK (state = 'scheduled' OR state = 'open' OR state = 'ended'),
      locked INTEGER NOT NULL CHECK (locked IN (0, 1)),
      occurrence INTEGER NOT NULL CHECK (occurrence > 0),
      epoch INTEGER NOT NULL CHECK (epoch > 0),
      waiting INTEGER NOT NULL CHECK (waiting >= 0),
      admitted INTEGER NOT NULL CHECK (admitted >= 0),
      present INTEGER NOT NULL CHECK (present >= 0),
      hosts_admitted INTEGER NOT NULL CHECK (hosts_admitted >= 0),
      hosts_present INTEGER NOT NULL CHECK (hosts_present >= 0),
      created_at INTEGER NOT NULL,
      version INTEGER NOT NULL CHECK (version > 0),
      CHECK ((passcode_kind IS NULL) = (passcode_digest IS NULL))
    ) STRICT;
    CREATE INDEX meetings_of_host ON meetings (host, seq);
    -- A room's foreign name is one meeting's until that has ended.
    CREATE UNIQUE INDEX meetings_external ON meetings (external, frontend)
      WHERE external IS NOT NULL AND state <> 'ended';
    CREATE TRIGGER meetings_epoch_never_falls BEFORE UPDATE OF epoch ON meetings WHEN NEW.epoch < OLD.epoch
    BEGIN SELECT RAISE(ABORT, 'an epoch never falls'); END;

    CREATE TABLE cohosts (
      meeting TEXT NOT NULL REFERENCES meetings (id) ON DELETE CASCADE,
      account TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
      PRIMARY KEY (meeting, account)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX cohosts_by_account ON cohosts (account);

    CREATE TABLE joins (
      seq INTEGER PRIMARY KEY,
      id TEXT NOT NULL UNIQUE,
      meeting TEXT NOT NULL REFERENCES meetings (id) ON DELETE CASCADE,
      occurrence INTEGER NOT NULL,
      frontend TEXT NOT NULL,
      audience TEXT NOT NULL,
      state TEXT NOT NULL
        CHECK (state = 'waiting' OR state = 'admitted' OR state = 'present' OR state = 'denied'
          OR state = 'withdrawn' OR state = 'expired' OR state = 'removed' OR state = 'left'),
      role TEXT NOT NULL CHECK (role = 'viewer' OR role = 'participant' OR role = 'cohost' OR role = 'host'),
      class TEXT NOT NULL
        CHECK (class = 'host' OR class = 'cohost' OR class = 'invitee' OR class = 'member' OR class = 'guest'),
      display_name TEXT NOT NULL,
      account TEXT,
      session TEXT,
      verified INTEGER NOT NULL CHECK (verified IN (0, 1)),
      publish INTEGER NOT NULL CHECK (publish BETWEEN 0 AND 7),
      client_kind TEXT NOT NULL
        CHECK (client_kind = 'person' OR client_kind = 'phone' OR client_kind = 'endpoint' OR client_kind = 'bot'),
      created_at INTEGER NOT NULL,
      deadline INTEGER,
      waiting_for TEXT
        CHECK (waiting_for = 'opening' OR waiting_for = 'host' OR waiting_for = 'admission' OR waiting_for = 'seat'),
      waiting_since INTEGER,
      unproven INTEGER NOT NULL CHECK (unproven IN (0, 1)),
      message TEXT,
      ticket_digest BLOB NOT NULL CHECK (length(ticket_digest) = 32),
      salt BLOB NOT NULL CHECK (length(salt) = 16),
      CHECK ((state = 'waiting') = (waiting_for IS NOT NULL))
    ) STRICT;
    CREATE INDEX joins_of_meeting ON joins (meeting, occurrence, state);
    CREATE INDEX joins_of_account ON joins (account) WHERE account IS NOT NULL;
    CREATE INDEX joins_due ON joins (deadline) WHERE deadline IS NOT NULL;

    CREATE TABLE redeemed_grants (
      id TEXT PRIMARY KEY,
      expires_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE idempotency (
      scope BLOB PRIMARY KEY CHECK (length(scope) = 32),
      body BLOB NOT NULL CHECK (length(body) = 32),
      answer BLOB NOT NULL,
      expires_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE refusals (
      minute INTEGER NOT NULL,
      source BLOB NOT NULL CHECK (length(source) = 32),
      code TEXT NOT NULL,
      count INTEGER NOT NULL CHECK (count > 0),
      PRIMARY KEY (minute, source, code)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE audit_records (
      idx INTEGER PRIMARY KEY CHECK (idx >= 0),
      time INTEGER NOT NULL,
      event TEXT NOT NULL,
      actor TEXT NOT NULL,
      subject TEXT NOT NULL,
      request TEXT NOT NULL,
      detail TEXT NOT NULL,
      sealed BLOB NOT NULL,
      leaf BLOB NOT NULL CHECK (length(leaf) = 32),
      mark BLOB NOT NULL CHECK (length(mark) = 32)
    ) STRICT;

    CREATE TABLE audit_checkpoints (
      size INTEGER PRIMARY KEY,
      note TEXT NOT NULL
    ) STRICT;

    -- The root key that everything keyed and sealed here belongs to, by its id.
    CREATE TABLE root_key (
      one INTEGER PRIMARY KEY CHECK (one = 1),
      id TEXT NOT NULL
    ) STRICT;

    -- One row: the head of the audit's tree, and the latest time that any decision was made at.
    CREATE TABLE audit_head (
      one INTEGER PRIMARY KEY CHECK (one = 1),
      size INTEGER NOT NULL CHECK (size >= 0),
      peaks BLOB NOT NULL,
      mark BLOB NOT NULL CHECK (length(mark) = 32),
      time INTEGER NOT NULL
    ) STRICT;
    """

  private static let doors = """
    ALTER TABLE meetings ADD COLUMN away INTEGER NOT NULL DEFAULT 0 CHECK (away >= 0);
    ALTER TABLE meetings ADD COLUMN host_absence_due INTEGER;
    ALTER TABLE meetings ADD COLUMN passcode_is_suspect INTEGER NOT NULL DEFAULT 0
      CHECK (passcode_is_suspect IN (0, 1));
    CREATE INDEX meetings_host_absence ON meetings (host_absence_due) WHERE host_absence_due IS NOT NULL;

    ALTER TABLE joins ADD COLUMN may_rejoin INTEGER NOT NULL DEFAULT 0 CHECK (may_rejoin IN (0, 1));
    ALTER TABLE joins ADD COLUMN was_sent_back INTEGER NOT NULL DEFAULT 0 CHECK (was_sent_back IN (0, 1));
    -- The join at the beginning of the chain of tickets; NULL where it is this one.
    ALTER TABLE joins ADD COLUMN lineage TEXT;
    ALTER TABLE joins ADD COLUMN events INTEGER NOT NULL DEFAULT 0 CHECK (events >= 0);
    CREATE INDEX joins_of_lineage ON joins (lineage) WHERE lineage IS NOT NULL;

    -- Numbers rise by one and are not given twice: the last event is never deleted. There is no index of
    -- meetings: every event would write a page of it, and who watches one is hardly ever far behind.
    CREATE TABLE events (
      id INTEGER PRIMARY KEY,
      time INTEGER NOT NULL,
      name TEXT NOT NULL,
      meeting TEXT NOT NULL,
      join_id TEXT,
      number INTEGER,
      state TEXT,
      role TEXT,
      frontend TEXT,
      audience TEXT,
      epoch INTEGER NOT NULL,
      actor TEXT NOT NULL,
      expires_at INTEGER,
      message BLOB,
      CHECK ((join_id IS NULL) = (number IS NULL) AND (join_id IS NULL) = (state IS NULL)
        AND (join_id IS NULL) = (role IS NULL))
    ) STRICT;
    CREATE INDEX events_of_join ON events (join_id) WHERE join_id IS NOT NULL;

    CREATE TABLE revocations (
      event INTEGER PRIMARY KEY,
      time INTEGER NOT NULL,
      meeting TEXT NOT NULL REFERENCES meetings (id) ON DELETE CASCADE,
      join_id TEXT NOT NULL,
      frontend TEXT NOT NULL,
      audience TEXT NOT NULL,
      acknowledged INTEGER NOT NULL DEFAULT 0 CHECK (acknowledged IN (0, 1)),
      alarmed INTEGER NOT NULL DEFAULT 0 CHECK (alarmed IN (0, 1))
    ) STRICT;
    CREATE INDEX revocations_open ON revocations (event) WHERE acknowledged = 0 AND alarmed = 0;

    CREATE TABLE bans (
      seq INTEGER PRIMARY KEY,
      id TEXT NOT NULL UNIQUE,
      meeting TEXT NOT NULL REFERENCES meetings (id) ON DELETE CASCADE,
      occurrence INTEGER NOT NULL,
      account TEXT,
      join_id TEXT,
      -- Sealed: it is about a person.
      reason BLOB,
      actor TEXT NOT NULL,
      created_at INTEGER NOT NULL,
      expires_at INTEGER,
      CHECK ((account IS NULL) <> (join_id IS NULL)),
      UNIQUE (meeting, occurrence, account),
      UNIQUE (meeting, occurrence, join_id)
    ) STRICT;
    """
}
