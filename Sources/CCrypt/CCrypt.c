#define _GNU_SOURCE
#include "CCrypt.h"

#include <crypt.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(ANTEROOM_CRYPT_OUTPUT >= CRYPT_OUTPUT_SIZE, "a result fits");
_Static_assert(ANTEROOM_CRYPT_PHRASE <= CRYPT_MAX_PASSPHRASE_SIZE, "a phrase fits");

struct work {
  struct crypt_data data;
  char phrase[ANTEROOM_CRYPT_PHRASE];
};

int anteroom_crypt(const uint8_t *phrase, size_t length, const char *setting, char *output) {
  if (length >= ANTEROOM_CRYPT_PHRASE) return ERANGE;
  /* Zeroed, as crypt_rn asks for; too large for a thread's stack to be sure of. */
  struct work *work = calloc(1, sizeof *work);
  if (work == NULL) return ENOMEM;
  memcpy(work->phrase, phrase, length);
  errno = 0;
  const char *result = crypt_rn(work->phrase, setting, &work->data, sizeof work->data);
  int code = 0;
  /* A failure is NULL, or a text that begins with an asterisk, which no hash does. */
  if (result == NULL || result[0] == '*') {
    code = errno != 0 ? errno : EINVAL;
  } else {
    memcpy(output, result, strnlen(result, ANTEROOM_CRYPT_OUTPUT - 1) + 1);
  }
  explicit_bzero(work, sizeof *work);
  free(work);
  return code;
}
