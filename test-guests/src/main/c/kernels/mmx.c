/* MMX: blending pictures, and sums of products. */

#include <mmintrin.h>

#include "kernel.h"

#define PICTURE_BYTES (32u << 10)

void mmx_prepare(void) { fill_random(arena.words, 3 * PICTURE_BYTES / 4); }

/* to = (a * weight + b * (256 - weight)) / 256, saturating, for eight bytes at a time. */
static OPAQUE void blend(__m64 *to, const __m64 *a, const __m64 *b, int weight) {
  __m64 zero = _mm_setzero_si64();
  __m64 wa = _mm_set1_pi16(weight);
  __m64 wb = _mm_set1_pi16(256 - weight);
  for (uint32_t i = 0; i < PICTURE_BYTES / 8; i++) {
    __m64 low = _mm_add_pi16(_mm_mullo_pi16(_mm_unpacklo_pi8(a[i], zero), wa),
                             _mm_mullo_pi16(_mm_unpacklo_pi8(b[i], zero), wb));
    __m64 high = _mm_add_pi16(_mm_mullo_pi16(_mm_unpackhi_pi8(a[i], zero), wa),
                              _mm_mullo_pi16(_mm_unpackhi_pi8(b[i], zero), wb));
    to[i] = _mm_packs_pu16(_mm_srli_pi16(low, 8), _mm_srli_pi16(high, 8));
  }
}

static OPAQUE uint32_t products(const __m64 *a, const __m64 *b) {
  __m64 sum = _mm_setzero_si64();
  for (uint32_t i = 0; i < PICTURE_BYTES / 8; i++) {
    __m64 p = _mm_madd_pi16(_mm_subs_pi16(a[i], b[i]), b[i]);
    sum = _mm_add_pi32(sum, _mm_xor_si64(p, _mm_cmpgt_pi8(a[i], b[i])));
  }
  return (uint32_t)_mm_cvtsi64_si32(sum) + (uint32_t)_mm_cvtsi64_si32(_mm_srli_si64(sum, 32));
}

uint32_t mmx(void) {
  __m64 *pictures = (__m64 *)arena.bytes;
  const uint32_t count = PICTURE_BYTES / 8;
  uint32_t sum = 0;
  for (int round = 0; round < 400; round++) {
    blend(pictures + 2 * count, pictures, pictures + count, round & 255);
    sum = mix(sum, products(pictures + 2 * count, pictures + (round & 1) * count));
  }
  _mm_empty();
  return sum;
}
