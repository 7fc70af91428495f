/* Sieve, sort, CRC-32, SHA-1, recursion, 64-bit multiplication and division. */

#include "kernel.h"

/* ---- primes below a million, by crossing out odd multiples ---- */

#define SIEVE_LIMIT 1000000

uint32_t sieve(void) {
  uint8_t *composite = arena.bytes;
  uint32_t sum = 0;
  for (int round = 0; round < 2; round++) {
    for (uint32_t i = 0; i < SIEVE_LIMIT / 2; i++) {
      composite[i] = 0;
    }
    for (uint32_t i = 3; i * i < SIEVE_LIMIT; i += 2) {
      if (!composite[i / 2]) {
        for (uint32_t j = i * i; j < SIEVE_LIMIT; j += 2 * i) {
          composite[j / 2] = 1;
        }
      }
    }
    sum = 2;
    for (uint32_t i = 1; i < SIEVE_LIMIT / 2; i++) {
      if (!composite[i]) {
        sum += 2 * i + 1;
      }
    }
  }
  return sum;
}

/* ---- quicksort of random numbers ---- */

#define SORT_COUNT 50000

void quicksort_prepare(void) { fill_random(arena.words + SORT_COUNT, SORT_COUNT); }

static OPAQUE void sort(int32_t *low, int32_t *high) {
  while (high - low > 8) {
    int32_t pivot = low[(high - low) / 2];
    int32_t *i = low;
    int32_t *j = high;
    do {
      while (*i < pivot) {
        i++;
      }
      while (*j > pivot) {
        j--;
      }
      if (i <= j) {
        int32_t t = *i;
        *i++ = *j;
        *j-- = t;
      }
    } while (i <= j);
    if (j - low < high - i) {
      sort(low, j);
      low = i;
    } else {
      sort(i, high);
      high = j;
    }
  }
  for (int32_t *i = low + 1; i <= high; i++) {
    int32_t v = *i;
    int32_t *j = i;
    for (; j > low && j[-1] > v; j--) {
      *j = j[-1];
    }
    *j = v;
  }
}

uint32_t quicksort(void) {
  for (uint32_t i = 0; i < SORT_COUNT; i++) {
    arena.words[i] = arena.words[SORT_COUNT + i];
  }
  sort((int32_t *)arena.words, (int32_t *)arena.words + SORT_COUNT - 1);
  return mix_words(arena.words, SORT_COUNT);
}

/* ---- CRC-32 with a table, byte by byte ---- */

#define CRC_BYTES (64u << 10)

static uint32_t crc_table[256];

void crc32_prepare(void) {
  fill_random(arena.words, CRC_BYTES / 4);
  for (uint32_t i = 0; i < 256; i++) {
    uint32_t c = i;
    for (int bit = 0; bit < 8; bit++) {
      c = c & 1 ? c >> 1 ^ 0xEDB88320u : c >> 1;
    }
    crc_table[i] = c;
  }
}

uint32_t crc32(void) {
  uint32_t crc = 0xFFFFFFFFu;
  for (int round = 0; round < 20; round++) {
    for (uint32_t i = 0; i < CRC_BYTES; i++) {
      crc = crc_table[(crc ^ arena.bytes[i]) & 255] ^ crc >> 8;
    }
  }
  return ~crc;
}

/* ---- SHA-1 (FIPS 180-4) ---- */

#define SHA_BYTES (64u << 10)

void sha1_prepare(void) { fill_random(arena.words, SHA_BYTES / 4); }

static inline uint32_t rotate(uint32_t x, int n) { return x << n | x >> (32 - n); }

static OPAQUE void sha1_block(uint32_t *state, const uint8_t *block) {
  uint32_t w[80];
  for (int i = 0; i < 16; i++) {
    w[i] = (uint32_t)block[4 * i] << 24 | block[4 * i + 1] << 16 | block[4 * i + 2] << 8 | block[4 * i + 3];
  }
  for (int i = 16; i < 80; i++) {
    w[i] = rotate(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
  }
  uint32_t a = state[0], b = state[1], c = state[2], d = state[3], e = state[4];
  for (int i = 0; i < 80; i++) {
    uint32_t f;
    if (i < 20) {
      f = (d ^ (b & (c ^ d))) + 0x5A827999u;
    } else if (i < 40) {
      f = (b ^ c ^ d) + 0x6ED9EBA1u;
    } else if (i < 60) {
      f = ((b & c) | (d & (b | c))) + 0x8F1BBCDCu;
    } else {
      f = (b ^ c ^ d) + 0xCA62C1D6u;
    }
    uint32_t t = rotate(a, 5) + f + e + w[i];
    e = d;
    d = c;
    c = rotate(b, 30);
    b = a;
    a = t;
  }
  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
  state[4] += e;
}

uint32_t sha1(void) {
  uint32_t state[5] = {0x67452301u, 0xEFCDAB89u, 0x98BADCFEu, 0x10325476u, 0xC3D2E1F0u};
  for (int round = 0; round < 16; round++) {
    for (uint32_t i = 0; i < SHA_BYTES; i += 64) {
      sha1_block(state, arena.bytes + i);
    }
  }
  return state[0] ^ state[1] ^ state[2] ^ state[3] ^ state[4];
}

/* ---- recursion ---- */

static OPAQUE uint32_t fibonacci(uint32_t n) { return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2); }

uint32_t fib(void) { return fibonacci(30); }

/* ---- 64-bit arithmetic on a 32-bit machine: the compiler's library divides ---- */

#define PAIRS 4096

void muldiv64_prepare(void) { fill_random(arena.words, 4 * PAIRS); }

uint32_t muldiv64(void) {
  const uint64_t *numbers = (const uint64_t *)arena.words;
  uint64_t sum = 1;
  for (int round = 0; round < 40; round++) {
    for (uint32_t i = 0; i < PAIRS; i++) {
      uint64_t a = numbers[2 * i];
      uint64_t b = numbers[2 * i + 1] >> (i & 31);
      sum += a * b;
      sum ^= sum / (b | 1);
      sum += (int64_t)a % (int64_t)(b >> 20 | 1);
    }
  }
  return (uint32_t)(sum ^ sum >> 32);
}
