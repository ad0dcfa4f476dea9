#define _GNU_SOURCE
#include "CArgon2Arena.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define HUGE_PAGE ((size_t)2 << 20)

struct arena {
  uint8_t *mapping; /* as mmap gave it */
  size_t mapped;
  uint8_t *base; /* the first huge page boundary within */
  size_t size;
  int in_use;
};

static _Thread_local struct arena *own;
static _Thread_local int served_last;

static size_t round_up(size_t bytes, size_t unit) {
  return bytes > SIZE_MAX - unit ? 0 : (bytes + unit - 1) / unit * unit;
}

static uint8_t *map_private(size_t bytes) {
  void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return NULL;
  /* Advice only: without huge pages hashing is slower, and core dumps are off for the process anyway. */
  (void)madvise(memory, bytes, MADV_DONTDUMP);
  (void)madvise(memory, bytes, MADV_HUGEPAGE);
  return memory;
}

void *anteroom_arena_map(size_t bytes) {
  size_t size = round_up(bytes, HUGE_PAGE);
  if (size == 0) return NULL;
  struct arena *arena = calloc(1, sizeof *arena);
  if (arena == NULL) return NULL;
  /* One huge page more than needed: mmap aligns to small pages only. */
  arena->mapped = size + HUGE_PAGE;
  arena->mapping = map_private(arena->mapped);
  if (arena->mapping == NULL) {
    free(arena);
    return NULL;
  }
  size_t skip = (HUGE_PAGE - (uintptr_t)arena->mapping % HUGE_PAGE) % HUGE_PAGE;
  arena->base = arena->mapping + skip;
  arena->size = size;
  return arena;
}

void anteroom_arena_unmap(void *opaque) {
  struct arena *arena = opaque;
  if (arena == NULL) return;
  munmap(arena->mapping, arena->mapped);
  free(arena);
}

void anteroom_arena_adopt(void *arena) { own = arena; }

int anteroom_arena_allocate(uint8_t **memory, size_t bytes) {
  served_last = 0;
  *memory = NULL;
  if (own != NULL && !own->in_use && bytes <= own->size) {
    own->in_use = 1;
    served_last = 1;
    *memory = own->base;
    return ARGON2_OK;
  }
  size_t size = round_up(bytes, HUGE_PAGE);
  /* libargon2 looks at the pointer, not at what is returned: it must stay NULL on failure. */
  if (size != 0) *memory = map_private(size);
  return *memory == NULL ? ARGON2_MEMORY_ALLOCATION_ERROR : ARGON2_OK;
}

void anteroom_arena_release(uint8_t *memory, size_t bytes) {
  if (own != NULL && memory == own->base) {
    own->in_use = 0;
    return;
  }
  munmap(memory, round_up(bytes, HUGE_PAGE));
}

void anteroom_arena_rest(void) {
  if (own != NULL && !own->in_use) (void)madvise(own->base, own->size, MADV_DONTNEED);
}

int anteroom_arena_served_last(void) { return served_last; }

int anteroom_thread_lower_priority(int nice) {
  struct sched_param none = {0};
  /* To be nice is not enough: whoever wakes up may have to wait until a nice thread's turn is over, which is
     milliseconds at every step of a request. An idle one makes way at once. 0 is the calling thread. */
  if (sched_setscheduler(0, SCHED_IDLE, &none) == 0) return 0;
  return setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), nice);
}
