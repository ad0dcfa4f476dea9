#define _GNU_SOURCE
#include "CArgon2Arena.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/mman.h>
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

static int stand_back(id_t thread) {
  struct sched_param none = {0};
  return sched_setscheduler((pid_t)thread, SCHED_IDLE, &none);
}

/* To leave SCHED_IDLE takes the right to one's own niceness (sched(7)), and so does to be nicer and back again. */
static int may_return(id_t thread) {
  int own = getpriority(PRIO_PROCESS, thread);
  return setpriority(PRIO_PROCESS, thread, own + 1) == 0 && setpriority(PRIO_PROCESS, thread, own) == 0;
}

int anteroom_thread_make_way(int nice, anteroom_thread *self) {
  id_t me = (id_t)syscall(SYS_gettid);
  self->id = (int)me;
  /* For whoever looks at the daemon's threads; names have 15 characters at most. */
  (void)pthread_setname_np(pthread_self(), "hashing");
  if (pthread_getcpuclockid(pthread_self(), &self->clock) != 0) self->clock = CLOCK_THREAD_CPUTIME_ID;
  /* To be nice is not enough: whoever wakes up may have to wait until a nice thread's turn is over, which is
     milliseconds at every step of a request. An idle one makes way at once. */
  self->may_compete = may_return(me) && stand_back(me) == 0;
  return self->may_compete ? 0 : setpriority(PRIO_PROCESS, me, nice);
}

int anteroom_thread_compete(anteroom_thread thread, int competes) {
  struct sched_param none = {0};
  if (!thread.may_compete) return 0;
  return competes ? sched_setscheduler((pid_t)thread.id, SCHED_OTHER, &none) : stand_back((id_t)thread.id);
}

uint64_t anteroom_thread_processor_time(anteroom_thread thread) {
  struct timespec used;
  if (clock_gettime(thread.clock, &used) != 0 || used.tv_sec < 0 || used.tv_nsec < 0) return 0;
  return (uint64_t)used.tv_sec * 1000000000u + (uint64_t)used.tv_nsec;
}
