#ifndef ANTEROOM_CARGON2ARENA_H
#define ANTEROOM_CARGON2ARENA_H

#include <argon2.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

/* Memory that one hashing thread keeps for Argon2 from job to job.
 *
 * libargon2 asks for its memory through two callbacks that carry no user pointer, so the arena is found by
 * the calling thread. With one thread in `argon2_context.threads` the library calls them on that thread. */

/* Maps `bytes` (rounded up to whole huge pages) for Argon2, kept out of core dumps, huge pages asked for.
 * NULL when the system refuses. Unmapped with `anteroom_arena_unmap`. */
void *anteroom_arena_map(size_t bytes);
void anteroom_arena_unmap(void *arena);

/* Makes `arena` the calling thread's, until it gives it up with NULL. */
void anteroom_arena_adopt(void *arena);

/* `allocate_cbk` and `free_cbk`: the arena where it is free and large enough, else memory mapped for this
 * call alone. Mapped memory is wiped by the library before it comes back. */
int anteroom_arena_allocate(uint8_t **memory, size_t bytes);
void anteroom_arena_release(uint8_t *memory, size_t bytes);

/* Gives the memory of the calling thread's arena back to the system until it is used again: what is about to be
 * computed beside it, in memory of its own, does not come on top. */
void anteroom_arena_rest(void);

/* Whether what `anteroom_arena_allocate` gave out last on this thread was the arena. */
int anteroom_arena_served_last(void);

/* A thread as others may watch it and set it: its number, the clock of its processor time, and whether the system lets
 * it leave SCHED_IDLE again. */
typedef struct {
  int id;
  clockid_t clock;
  int may_compete;
} anteroom_thread;

/* Lets the calling thread run where nobody else wants to, and says who it is: SCHED_IDLE, or that niceness where there
 * would be no way back. 0, or -1 where the system forbids both. */
int anteroom_thread_make_way(int nice, anteroom_thread *self);

/* Lets a thread that made way compete like any other, or make way again. 0, or -1 with errno. */
int anteroom_thread_compete(anteroom_thread thread, int competes);

/* Nanoseconds of processor time that a thread has had; 0 once it has ended. */
uint64_t anteroom_thread_processor_time(anteroom_thread thread);

#endif
