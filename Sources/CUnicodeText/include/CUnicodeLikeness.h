// What one code point comes to when names are compared for likeness. Names nothing of ICU, as CUnicodeText.h.
#ifndef ANTEROOM_CUNICODELIKENESS_H
#define ANTEROOM_CUNICODELIKENESS_H

#include <stdint.h>

// Facts about one code point, as bits.
enum {
  ANTEROOM_LIKE_LETTER = 1u << 0,       // L and N, but Lm
  ANTEROOM_LIKE_MODIFIER = 1u << 1,     // Lm
  ANTEROOM_LIKE_SIGN = 1u << 2,         // Sm Sc
  ANTEROOM_LIKE_MARK = 1u << 3,         // Mn Mc that a script cannot do without: vowel signs, viramas, tones, voicing
  ANTEROOM_LIKE_DIACRITIC = 1u << 4,    // Mn of Canonical_Combining_Class 1 or 200 to 240: over, under, through
  ANTEROOM_LIKE_POINT = 1u << 5,        // Mn of class 10 to 36: Hebrew points, Arabic vowel signs
  ANTEROOM_LIKE_UNSEEN = 1u << 6,       // Z, C, Me, Default_Ignorable_Code_Point
  ANTEROOM_LIKE_RIGHT_TO_LEFT = 1u << 7,  // Bidi_Class R AL
  ANTEROOM_LIKE_LEFT_TO_RIGHT = 1u << 8,  // Bidi_Class L
};

uint32_t anteroom_likeness_facts(uint32_t code_point);

// 0 to 9 for a decimal digit of any script, else -1.
int32_t anteroom_likeness_digit(uint32_t code_point);

// The longest prototype, with room for what later tables may bring.
enum { ANTEROOM_LONGEST_PROTOTYPE = 32 };

// The UTS 39 skeleton of the one code point: writes at most ANTEROOM_LONGEST_PROTOTYPE code points to `out` and
// returns how many, or -1 where the tables fail. Reads immutable tables alone: any thread may call it.
int32_t anteroom_likeness_prototype(uint32_t code_point, uint32_t *out);

#endif
