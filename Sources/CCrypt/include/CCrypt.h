#ifndef ANTEROOM_CCRYPT_H
#define ANTEROOM_CCRYPT_H

#include <stddef.h>
#include <stdint.h>

/* crypt(3) by libxcrypt, for hashes that other programs stored. Names nothing of <crypt.h>, whose `crypt` is
 * declared in <unistd.h> as well. */

enum {
  ANTEROOM_CRYPT_OUTPUT = 384,
  /* A phrase of so many bytes or more is not looked at. */
  ANTEROOM_CRYPT_PHRASE = 512,
};

/* Hashes the phrase under `setting`, a stored hash as it is, and writes the result with its NUL. 0, or an errno:
 * ENOMEM where there was no memory, ERANGE for a phrase that is too long, EINVAL for a setting that the library does
 * not take. What was computed with is overwritten. */
int anteroom_crypt(const uint8_t *phrase, size_t length, const char *setting, char *output);

#endif
