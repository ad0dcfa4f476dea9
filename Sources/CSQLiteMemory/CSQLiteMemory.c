#include "CSQLiteMemory.h"

#include <sqlite3.h>

int anteroom_sqlite_counts_no_memory(void) { return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); }
