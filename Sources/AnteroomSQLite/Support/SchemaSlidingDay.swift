extension Schema {
  /// Failures that are forgotten one by one, what a session confirmed wrongly, and who gave a name.
  static let slidingDay = """
    -- The failures by the hour, oldest first, as `milliseconds of the last:failures`; NULL where they are forgotten together.
    ALTER TABLE budgets ADD COLUMN slots TEXT;
    -- What was counted until the last failure was a day old is of the time of that one.
    UPDATE budgets SET
      rule = 'sliding' || substr(rule, 6),
      slots = CASE WHEN failures > 0 THEN last_failure || ':' || failures END,
      expires_at = last_failure + 86400000,
      spent_until = CASE WHEN spent_until IS NOT NULL THEN last_failure + 86400000 END
    WHERE rule LIKE 'quiet %';

    -- Wrong passwords and codes in a row, shown by who was signed in already.
    ALTER TABLE sessions ADD COLUMN wrong_confirmations INTEGER NOT NULL DEFAULT 0 CHECK (wrong_confirmations >= 0);

    -- Whether an operator gave the display name, and so may have given one that holds a reserved word.
    ALTER TABLE accounts ADD COLUMN name_is_given INTEGER NOT NULL DEFAULT 0 CHECK (name_is_given IN (0, 1));
    """
}
