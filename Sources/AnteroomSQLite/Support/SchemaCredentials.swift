extension Schema {
  /// What credentials need besides passwords and codes: what their owner is told, what a budget is about, who comes
  /// from elsewhere, and the names that are not free again.
  static let credentials = """
    -- What happened to an account, for its owner; at most so many are kept of each.
    CREATE TABLE notifications (
      seq INTEGER PRIMARY KEY,
      account TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
      event TEXT NOT NULL,
      detail TEXT NOT NULL,
      time INTEGER NOT NULL,
      count INTEGER NOT NULL CHECK (count > 0),
      last_time INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX notifications_of_account ON notifications (account, seq);

    -- Until when an enrolment can be confirmed; NULL for what is confirmed.
    ALTER TABLE authenticators ADD COLUMN expires_at INTEGER;

    -- What a budget is about, for whoever lists and clears them: no name and no address.
    ALTER TABLE budgets ADD COLUMN kind TEXT NOT NULL DEFAULT '';
    ALTER TABLE budgets ADD COLUMN account TEXT;
    -- Until when it refuses; NULL while it does not.
    ALTER TABLE budgets ADD COLUMN spent_until INTEGER;
    -- Keyed digests of the username and the source that it is about.
    ALTER TABLE budgets ADD COLUMN name BLOB;
    ALTER TABLE budgets ADD COLUMN source BLOB;
    -- Under which rule it was counted; '' in a row of before.
    ALTER TABLE budgets ADD COLUMN rule TEXT NOT NULL DEFAULT '';
    -- What goes first when the table is full: by pool, then by rank, then by age.
    ALTER TABLE budgets ADD COLUMN pool INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE budgets ADD COLUMN rank INTEGER NOT NULL DEFAULT 0;
    UPDATE budgets SET rank = CASE WHEN failures >= 64 THEN 6 WHEN failures >= 8 THEN 3 ELSE 0 END;
    CREATE INDEX budgets_order ON budgets (pool, rank, window_start);
    CREATE INDEX budgets_expiry ON budgets (expires_at);
    -- How many there are, since to count them would cost as much as there are.
    CREATE TABLE budget_pools (pool INTEGER PRIMARY KEY, rows INTEGER NOT NULL) STRICT;
    INSERT INTO budget_pools (pool, rows) SELECT 0, count(*) FROM budgets;
    INSERT INTO budget_pools (pool, rows) VALUES (1, 0);
    CREATE TRIGGER budgets_counted AFTER INSERT ON budgets BEGIN
      UPDATE budget_pools SET rows = rows + 1 WHERE pool = NEW.pool;
    END;
    CREATE TRIGGER budgets_discounted AFTER DELETE ON budgets BEGIN
      UPDATE budget_pools SET rows = rows - 1 WHERE pool = OLD.pool;
    END;

    -- Rises with each new password, and not when the same one is hashed anew.
    ALTER TABLE accounts ADD COLUMN password_generation INTEGER NOT NULL DEFAULT 0;
    -- An operator took its factors away, and nobody has set a password since.
    ALTER TABLE accounts ADD COLUMN is_reset INTEGER NOT NULL DEFAULT 0 CHECK (is_reset IN (0, 1));

    -- Who an issuer's `sub` is here, as a keyed digest.
    CREATE TABLE identities (
      issuer TEXT NOT NULL,
      subject BLOB NOT NULL CHECK (length(subject) = 32),
      account TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
      created_at INTEGER NOT NULL,
      PRIMARY KEY (issuer, subject)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX identities_of_account ON identities (account);
    -- Whose word the first factor was; NULL where it was the password.
    ALTER TABLE challenges ADD COLUMN issuer TEXT;

    -- When all that the account has was last shown.
    ALTER TABLE sessions ADD COLUMN fully_shown_at INTEGER NOT NULL DEFAULT 0;

    -- An identity token is good once; kept until nobody would take it any more.
    CREATE TABLE spent_id_tokens (
      digest BLOB PRIMARY KEY CHECK (length(digest) = 32),
      expires_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;

    -- Which name and hash of another program an account was imported from, as a keyed digest: an import that was
    -- interrupted goes on by it.
    ALTER TABLE accounts ADD COLUMN import_mark BLOB CHECK (length(import_mark) = 32);

    -- Usernames of erased accounts, as keyed digests: a name never changes hands.
    CREATE TABLE erased_usernames (
      digest BLOB PRIMARY KEY CHECK (length(digest) = 32),
      erased_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;

    -- Whom an answer names: it goes with the person.
    ALTER TABLE idempotency ADD COLUMN about TEXT;
    CREATE INDEX stays_of_account ON stays (account) WHERE account IS NOT NULL;

    -- Whose the forgotten meetings of erased accounts are. Nobody's name is like that, and no id.
    INSERT INTO accounts (seq, id, username, display_name, is_host, vouched, disabled, created_at, salt, version,
      likeness)
    VALUES (0, 'acct_erased', 'erased accounts', '', 0, 0, 1, 0, zeroblob(16), 1, 0);
    """
}
