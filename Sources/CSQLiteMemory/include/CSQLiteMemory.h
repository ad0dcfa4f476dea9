/// What Swift cannot call: sqlite3_config takes variable arguments.
#ifndef ANTEROOM_CSQLITEMEMORY_H
#define ANTEROOM_CSQLITEMEMORY_H

/// SQLITE_CONFIG_MEMSTATUS off: SQLite counts no allocations, and takes no lock of all connections to do so at each.
/// Only before anything else of SQLite is used. SQLITE_OK (0), or SQLITE_MISUSE once it is too late.
int anteroom_sqlite_counts_no_memory(void);

#endif
