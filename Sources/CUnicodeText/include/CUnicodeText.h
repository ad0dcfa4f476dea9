// What Anteroom asks of the Unicode tables. This header names nothing of ICU: its headers cannot be
// imported into Swift beside those that Foundation brings.
#ifndef ANTEROOM_CUNICODETEXT_H
#define ANTEROOM_CUNICODETEXT_H

#include <stdint.h>

#include "CUnicodeLikeness.h"

// Facts about one code point, as bits.
enum {
  ANTEROOM_LETTER_DIGIT = 1u << 0,        // Ll Lu Lo Nd Lm Mn Mc
  ANTEROOM_OTHER_LETTER_DIGIT = 1u << 1,  // Lt Nl No Me
  ANTEROOM_SPACE = 1u << 2,               // Zs
  ANTEROOM_SYMBOL = 1u << 3,              // Sm Sc Sk So
  ANTEROOM_PUNCTUATION = 1u << 4,         // Pc Pd Ps Pe Pi Pf Po
  ANTEROOM_CONTROL = 1u << 5,             // Cc
  ANTEROOM_UNASSIGNED = 1u << 6,          // Cn, but not a noncharacter
  ANTEROOM_IGNORABLE = 1u << 7,           // Default_Ignorable_Code_Point or Noncharacter_Code_Point
  ANTEROOM_JOIN_CONTROL = 1u << 8,        // Join_Control
  ANTEROOM_OLD_HANGUL_JAMO = 1u << 9,     // Hangul_Syllable_Type L, V or T
  ANTEROOM_COMPATIBILITY = 1u << 10,      // NFKC changes it
  ANTEROOM_MARK = 1u << 11,               // Mn Mc Me
  ANTEROOM_VIRAMA = 1u << 12,             // Canonical_Combining_Class 9
  ANTEROOM_JOINS_LEFT = 1u << 13,         // Joining_Type L or D
  ANTEROOM_JOINS_RIGHT = 1u << 14,        // Joining_Type R or D
  ANTEROOM_JOIN_TRANSPARENT = 1u << 15,   // Joining_Type T
  ANTEROOM_GREEK = 1u << 16,              // Script
  ANTEROOM_HEBREW = 1u << 17,
  ANTEROOM_KANA_OR_HAN = 1u << 18,        // Hiragana, Katakana or Han
};

// Bidi_Class, one bit each; those that RFC 5893 never allows have none.
enum {
  ANTEROOM_BIDI_L = 1u << 0,
  ANTEROOM_BIDI_R = 1u << 1,
  ANTEROOM_BIDI_AL = 1u << 2,
  ANTEROOM_BIDI_AN = 1u << 3,
  ANTEROOM_BIDI_EN = 1u << 4,
  ANTEROOM_BIDI_ES = 1u << 5,
  ANTEROOM_BIDI_CS = 1u << 6,
  ANTEROOM_BIDI_ET = 1u << 7,
  ANTEROOM_BIDI_ON = 1u << 8,
  ANTEROOM_BIDI_BN = 1u << 9,
  ANTEROOM_BIDI_NSM = 1u << 10,
};

// A change of a whole text.
enum {
  ANTEROOM_NFC = 0,
  ANTEROOM_NFKC = 1,
  ANTEROOM_LOWER_CASE = 2,  // toLowerCase, no language
  ANTEROOM_FOLD_CASE = 3,   // full default case folding
};

// One code point may become at most this many under any of the changes.
enum { ANTEROOM_MAX_EXPANSION = 18 };

uint32_t anteroom_unicode_facts(uint32_t code_point);
uint32_t anteroom_unicode_bidi(uint32_t code_point);

// The narrow or wide form's plain counterpart; the code point itself where there is none.
uint32_t anteroom_unicode_width_mapped(uint32_t code_point);

// Writes the changed text of `count` code points to `out` and returns its length in code points, or -1
// where it does not fit `capacity` or memory or tables fail. Every intermediate buffer is wiped.
int32_t anteroom_unicode_change(
    int32_t change, const uint32_t *in, int32_t count, uint32_t *out, int32_t capacity);

#endif
