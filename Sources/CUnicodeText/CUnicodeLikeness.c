#include "CUnicodeLikeness.h"

#include <pthread.h>
#include <stddef.h>
#include <unicode/uchar.h>
#include <unicode/uspoof.h>
#include <unicode/ustring.h>

// Opened once and only read afterwards, which ICU allows from any thread.
static pthread_once_t once = PTHREAD_ONCE_INIT;
static const USpoofChecker *confusables;

static void open_confusables(void) {
  UErrorCode status = U_ZERO_ERROR;
  const USpoofChecker *checker = uspoof_open(&status);
  if (U_SUCCESS(status)) confusables = checker;
}

static uint32_t mark_facts(UChar32 c) {
  uint8_t combining = u_getCombiningClass(c);
  if (combining == 1 || (combining >= 200 && combining <= 240)) return ANTEROOM_LIKE_DIACRITIC;
  if (combining >= 10 && combining <= 36) return ANTEROOM_LIKE_POINT;
  return ANTEROOM_LIKE_MARK;
}

static uint32_t direction_facts(UChar32 c) {
  switch (u_charDirection(c)) {
    case U_LEFT_TO_RIGHT: return ANTEROOM_LIKE_LEFT_TO_RIGHT;
    case U_RIGHT_TO_LEFT:
    case U_RIGHT_TO_LEFT_ARABIC: return ANTEROOM_LIKE_RIGHT_TO_LEFT;
    default: return 0;
  }
}

uint32_t anteroom_likeness_facts(uint32_t code_point) {
  if (code_point > 0x10FFFF) return ANTEROOM_LIKE_UNSEEN;
  UChar32 c = (UChar32)code_point;
  uint32_t mask = U_GET_GC_MASK(c);
  if (mask & (U_GC_Z_MASK | U_GC_C_MASK | U_GC_ME_MASK)) return ANTEROOM_LIKE_UNSEEN;
  if (u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT)) return ANTEROOM_LIKE_UNSEEN;
  if (mask & (U_GC_MN_MASK | U_GC_MC_MASK)) return mark_facts(c);
  uint32_t facts = direction_facts(c);
  if (mask & U_GC_LM_MASK) return facts | ANTEROOM_LIKE_MODIFIER;
  if (mask & (U_GC_L_MASK | U_GC_N_MASK)) return facts | ANTEROOM_LIKE_LETTER;
  if (mask & (U_GC_SM_MASK | U_GC_SC_MASK)) return facts | ANTEROOM_LIKE_SIGN;
  return facts;
}

int32_t anteroom_likeness_digit(uint32_t code_point) {
  return code_point > 0x10FFFF ? -1 : u_charDigitValue((UChar32)code_point);
}

int32_t anteroom_likeness_prototype(uint32_t code_point, uint32_t *out) {
  pthread_once(&once, open_confusables);
  if (confusables == NULL || code_point > 0x10FFFF || U_IS_SURROGATE(code_point)) return -1;
  UChar text[2], skeleton[2 * ANTEROOM_LONGEST_PROTOTYPE];
  int32_t length = 0, count = -1;
  U16_APPEND_UNSAFE(text, length, (UChar32)code_point);
  UErrorCode status = U_ZERO_ERROR;
  int32_t units =
      uspoof_getSkeleton(confusables, 0, text, length, skeleton, 2 * ANTEROOM_LONGEST_PROTOTYPE, &status);
  u_strToUTF32((UChar32 *)out, ANTEROOM_LONGEST_PROTOTYPE, &count, skeleton, units, &status);
  return U_SUCCESS(status) ? count : -1;
}
