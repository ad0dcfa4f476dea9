#include "CProcess.h"

#include <malloc.h>
#include <sys/prctl.h>
#include <sys/random.h>

int anteroom_forbid_dumping(void) { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }

int anteroom_is_dumpable(void) { return prctl(PR_GET_DUMPABLE, 0, 0, 0, 0); }

int anteroom_keep_heap(int bytes) { return mallopt(M_TRIM_THRESHOLD, bytes) && mallopt(M_TOP_PAD, bytes / 8); }

ssize_t anteroom_getrandom(void *buffer, size_t length) { return getrandom(buffer, length, 0); }
