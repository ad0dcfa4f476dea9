#include "CProcess.h"

#include <sys/prctl.h>
#include <sys/random.h>

int anteroom_forbid_dumping(void) { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }

int anteroom_is_dumpable(void) { return prctl(PR_GET_DUMPABLE, 0, 0, 0, 0); }

ssize_t anteroom_getrandom(void *buffer, size_t length) { return getrandom(buffer, length, 0); }
