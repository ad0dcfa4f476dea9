extension Schema {
  /// Codes that were used stay until they are replaced: to show one again is no guess. And when sessions were used.
  static let uses = """
    ALTER TABLE recovery_codes ADD COLUMN used INTEGER NOT NULL DEFAULT 0 CHECK (used IN (0, 1));
    ALTER TABLE setup_codes ADD COLUMN used INTEGER NOT NULL DEFAULT 0 CHECK (used IN (0, 1));
    -- The highest step whose code was shown again after it was accepted.
    ALTER TABLE authenticators ADD COLUMN replayed_step INTEGER NOT NULL DEFAULT 0;
    -- When it was last used, as far as that was written: a limit that became shorter counts from it.
    ALTER TABLE sessions ADD COLUMN used_at INTEGER;
    """
}
