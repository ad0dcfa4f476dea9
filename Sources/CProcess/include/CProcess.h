/// What Swift cannot call: prctl(2) takes variable arguments, getrandom(2) is not in its Glibc module.
#ifndef ANTEROOM_CPROCESS_H
#define ANTEROOM_CPROCESS_H

#include <stddef.h>
#include <sys/types.h>

/// PR_SET_DUMPABLE to 0: no core dump, and no ptrace or /proc/PID/mem by processes of the same user.
/// 0 on success, otherwise -1 with errno set.
int anteroom_forbid_dumping(void);

/// PR_GET_DUMPABLE.
int anteroom_is_dumpable(void);

/// mallopt(3): keep `bytes` of freed heap instead of giving it back at each turn. 1 on success.
int anteroom_keep_heap(int bytes);

/// getrandom(2) with no flags.
ssize_t anteroom_getrandom(void *buffer, size_t length);

#endif
