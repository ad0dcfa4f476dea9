#define _DEFAULT_SOURCE
#include "CUnicodeText.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/uscript.h>
#include <unicode/ustring.h>

// Built once, immutable afterwards, and so safe to share between threads.
static pthread_once_t once = PTHREAD_ONCE_INIT;
static const UNormalizer2 *nfc, *nfkc;

static void open_tables(void) {
  UErrorCode status = U_ZERO_ERROR;
  const UNormalizer2 *form = unorm2_getNFCInstance(&status);
  if (U_SUCCESS(status)) nfc = form;
  form = unorm2_getNFKCInstance(&status);
  if (U_SUCCESS(status)) nfkc = form;
}

static uint32_t category_facts(UChar32 c) {
  uint32_t mask = U_GET_GC_MASK(c), facts = 0;
  if (mask & (U_GC_LL_MASK | U_GC_LU_MASK | U_GC_LO_MASK | U_GC_ND_MASK | U_GC_LM_MASK | U_GC_MN_MASK | U_GC_MC_MASK))
    facts |= ANTEROOM_LETTER_DIGIT;
  if (mask & (U_GC_LT_MASK | U_GC_NL_MASK | U_GC_NO_MASK | U_GC_ME_MASK)) facts |= ANTEROOM_OTHER_LETTER_DIGIT;
  if (mask & U_GC_ZS_MASK) facts |= ANTEROOM_SPACE;
  if (mask & U_GC_S_MASK) facts |= ANTEROOM_SYMBOL;
  if (mask & U_GC_P_MASK) facts |= ANTEROOM_PUNCTUATION;
  if (mask & U_GC_CC_MASK) facts |= ANTEROOM_CONTROL;
  if (mask & U_GC_M_MASK) facts |= ANTEROOM_MARK;
  UBool noncharacter = u_hasBinaryProperty(c, UCHAR_NONCHARACTER_CODE_POINT);
  if ((mask & U_GC_CN_MASK) && !noncharacter) facts |= ANTEROOM_UNASSIGNED;
  if (noncharacter || u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT)) facts |= ANTEROOM_IGNORABLE;
  return facts;
}

static uint32_t joining_facts(UChar32 c) {
  uint32_t facts = u_hasBinaryProperty(c, UCHAR_JOIN_CONTROL) ? ANTEROOM_JOIN_CONTROL : 0;
  if (u_getCombiningClass(c) == 9) facts |= ANTEROOM_VIRAMA;
  switch (u_getIntPropertyValue(c, UCHAR_JOINING_TYPE)) {
    case U_JT_LEFT_JOINING: return facts | ANTEROOM_JOINS_LEFT;
    case U_JT_RIGHT_JOINING: return facts | ANTEROOM_JOINS_RIGHT;
    case U_JT_DUAL_JOINING: return facts | ANTEROOM_JOINS_LEFT | ANTEROOM_JOINS_RIGHT;
    case U_JT_TRANSPARENT: return facts | ANTEROOM_JOIN_TRANSPARENT;
    default: return facts;
  }
}

static uint32_t script_facts(UChar32 c) {
  UErrorCode status = U_ZERO_ERROR;
  switch (uscript_getScript(c, &status)) {
    case USCRIPT_GREEK: return ANTEROOM_GREEK;
    case USCRIPT_HEBREW: return ANTEROOM_HEBREW;
    case USCRIPT_HIRAGANA:
    case USCRIPT_KATAKANA:
    case USCRIPT_HAN: return ANTEROOM_KANA_OR_HAN;
    default: return 0;
  }
}

uint32_t anteroom_unicode_facts(uint32_t code_point) {
  pthread_once(&once, open_tables);
  if (code_point > 0x10FFFF) return ANTEROOM_IGNORABLE;
  UChar32 c = (UChar32)code_point;
  uint32_t facts = category_facts(c) | joining_facts(c) | script_facts(c);
  int32_t syllable = u_getIntPropertyValue(c, UCHAR_HANGUL_SYLLABLE_TYPE);
  if (syllable == U_HST_LEADING_JAMO || syllable == U_HST_VOWEL_JAMO || syllable == U_HST_TRAILING_JAMO)
    facts |= ANTEROOM_OLD_HANGUL_JAMO;
  // Without tables everything counts as changed, which refuses rather than lets through.
  UChar decomposition[32];
  UErrorCode status = U_ZERO_ERROR;
  if (nfkc == NULL) return ANTEROOM_IGNORABLE;
  UChar text[2];
  int32_t length = 0, made;
  U16_APPEND_UNSAFE(text, length, c);
  made = unorm2_normalize(nfkc, text, length, decomposition, 32, &status);
  if (U_FAILURE(status) || made != length || memcmp(text, decomposition, sizeof(UChar) * (size_t)length) != 0)
    facts |= ANTEROOM_COMPATIBILITY;
  return facts;
}

uint32_t anteroom_unicode_bidi(uint32_t code_point) {
  switch (u_charDirection((UChar32)code_point)) {
    case U_LEFT_TO_RIGHT: return ANTEROOM_BIDI_L;
    case U_RIGHT_TO_LEFT: return ANTEROOM_BIDI_R;
    case U_RIGHT_TO_LEFT_ARABIC: return ANTEROOM_BIDI_AL;
    case U_ARABIC_NUMBER: return ANTEROOM_BIDI_AN;
    case U_EUROPEAN_NUMBER: return ANTEROOM_BIDI_EN;
    case U_EUROPEAN_NUMBER_SEPARATOR: return ANTEROOM_BIDI_ES;
    case U_COMMON_NUMBER_SEPARATOR: return ANTEROOM_BIDI_CS;
    case U_EUROPEAN_NUMBER_TERMINATOR: return ANTEROOM_BIDI_ET;
    case U_OTHER_NEUTRAL: return ANTEROOM_BIDI_ON;
    case U_BOUNDARY_NEUTRAL: return ANTEROOM_BIDI_BN;
    case U_DIR_NON_SPACING_MARK: return ANTEROOM_BIDI_NSM;
    default: return 0;
  }
}

uint32_t anteroom_unicode_width_mapped(uint32_t code_point) {
  pthread_once(&once, open_tables);
  int32_t kind = u_getIntPropertyValue((UChar32)code_point, UCHAR_DECOMPOSITION_TYPE);
  if (nfkc == NULL || (kind != U_DT_WIDE && kind != U_DT_NARROW)) return code_point;
  UChar plain[8];
  UErrorCode status = U_ZERO_ERROR;
  int32_t length = unorm2_getRawDecomposition(nfkc, (UChar32)code_point, plain, 8, &status);
  if (U_FAILURE(status) || length < 1) return code_point;
  UChar32 mapped;
  U16_GET(plain, 0, 0, length, mapped);
  return (uint32_t)mapped;
}

static int32_t change_units(
    int32_t change, const UChar *in, int32_t length, UChar *out, int32_t capacity, UErrorCode *status) {
  switch (change) {
    case ANTEROOM_NFC: return nfc ? unorm2_normalize(nfc, in, length, out, capacity, status) : -1;
    case ANTEROOM_NFKC: return nfkc ? unorm2_normalize(nfkc, in, length, out, capacity, status) : -1;
    case ANTEROOM_LOWER_CASE: return u_strToLower(out, capacity, in, length, "", status);
    case ANTEROOM_FOLD_CASE: return u_strFoldCase(out, capacity, in, length, U_FOLD_CASE_DEFAULT, status);
    default: return -1;
  }
}

int32_t anteroom_unicode_change(
    int32_t change, const uint32_t *in, int32_t count, uint32_t *out, int32_t capacity) {
  pthread_once(&once, open_tables);
  if (count < 0 || count > 0xFFFF || capacity < 0) return -1;
  // Room for the worst case, so that ICU never moves the text into a buffer that nobody wipes.
  int32_t room = 2 * count * ANTEROOM_MAX_EXPANSION + 16, used = 0, result = -1;
  size_t size = sizeof(UChar) * (size_t)(2 * count + room);
  UChar *typed = malloc(size), *changed = typed + 2 * count;
  if (typed == NULL) return -1;
  UBool failed = 0;
  for (int32_t index = 0; index < count && !failed; index++) {
    U16_APPEND(typed, used, 2 * count, (UChar32)in[index], failed);
  }
  UErrorCode status = U_ZERO_ERROR;
  int32_t units = failed ? -1 : change_units(change, typed, used, changed, room, &status);
  if (U_SUCCESS(status) && units >= 0) u_strToUTF32((UChar32 *)out, capacity, &result, changed, units, &status);
  if (U_FAILURE(status) || result > capacity) result = -1;
  explicit_bzero(typed, size);
  free(typed);
  return result;
}
