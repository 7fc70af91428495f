/* Copies, strings, a pointer chase over 4 MB, a hash table. */

#include "kernel.h"

/* ---- copies of 16 KB ---- */

#define COPY_BYTES (16u << 10)

void copy_prepare(void) { fill_random(arena.words, 4 * COPY_BYTES / 4); }

uint32_t rep_movsd(void) {
  for (uint32_t round = 0; round < 10000; round++) {
    const void *from = arena.bytes + (round & 2 ? COPY_BYTES : 0);
    void *to = arena.bytes + 2 * COPY_BYTES + (round & 1 ? COPY_BYTES : 0);
    uint32_t count = COPY_BYTES / 4;
    __asm__ volatile("rep movsl" : "+S"(from), "+D"(to), "+c"(count) : : "memory");
  }
  return mix_words(arena.words, COPY_BYTES);
}

static OPAQUE void copy_words(uint32_t *to, const uint32_t *from, uint32_t words) {
  while (words >= 4) {
    to[0] = from[0];
    to[1] = from[1];
    to[2] = from[2];
    to[3] = from[3];
    to += 4;
    from += 4;
    words -= 4;
  }
}

uint32_t c_memcpy(void) {
  for (uint32_t round = 0; round < 3000; round++) {
    const uint32_t *from = arena.words + (round & 2 ? COPY_BYTES / 4 : 0);
    uint32_t *to = arena.words + 2 * COPY_BYTES / 4 + (round & 1 ? COPY_BYTES / 4 : 0);
    copy_words(to, from, COPY_BYTES / 4);
  }
  return mix_words(arena.words, COPY_BYTES);
}

/* ---- C strings, byte by byte ---- */

#define STRING_BYTES (64u << 10)

/* Words of 1 to 24 letters, each twice so that neighbours compare equal up to a late difference. */
void strings_prepare(void) {
  random_state = 777;
  uint32_t at = 0;
  while (at < STRING_BYTES - 64) {
    uint32_t length = 1 + random_next() % 24;
    uint32_t first = at;
    for (uint32_t i = 0; i < length; i++) {
      arena.bytes[at++] = 'a' + random_next() % 26;
    }
    arena.bytes[at++] = 0;
    for (uint32_t i = 0; i < length; i++) {
      arena.bytes[at++] = arena.bytes[first + i];
    }
    arena.bytes[at - 1] ^= random_next() & 1;
    arena.bytes[at++] = 0;
  }
  arena.bytes[at] = 0;
}

static OPAQUE uint32_t length_of(const char *s) {
  const char *end = s;
  while (*end) {
    end++;
  }
  return end - s;
}

static OPAQUE int compare(const char *a, const char *b) {
  while (*a && *a == *b) {
    a++;
    b++;
  }
  return (uint8_t)*a - (uint8_t)*b;
}

static OPAQUE const char *find(const char *s, char wanted) {
  for (; *s; s++) {
    if (*s == wanted) {
      return s;
    }
  }
  return NULL;
}

uint32_t strings(void) {
  uint32_t sum = 0;
  for (int round = 0; round < 30; round++) {
    const char *s = (const char *)arena.bytes;
    while (*s) {
      uint32_t n = length_of(s);
      const char *next = s + n + 1;
      const char *e = find(s, 'e');
      sum = mix(sum, n + (e ? e - s : 99));
      if (*next) {
        sum += compare(s, next);
      }
      s = next;
    }
  }
  return sum;
}

/* ---- a walk through 4 MB in random order: every step needs the one before ---- */

#define NODES (1u << 20)
#define STEPS (1u << 16)

void chase_prepare(void) {
  uint32_t *next = arena.words;
  random_state = 99;
  for (uint32_t i = 0; i < NODES; i++) {
    next[i] = i;
  }
  for (uint32_t i = NODES - 1; i > 0; i--) {   /* one cycle through all (Sattolo) */
    uint32_t j = random_next() % i;
    uint32_t t = next[i];
    next[i] = next[j];
    next[j] = t;
  }
}

uint32_t chase(void) {
  const uint32_t *next = arena.words;
  uint32_t at = 0;
  uint32_t sum = 0;
  for (uint32_t i = 0; i < STEPS; i++) {
    at = next[at];
    sum += at ^ i;
  }
  return mix(sum, at);
}

/* ---- hash table with chains: insert, look up, remove ---- */

#define BUCKETS (1u << 14)
#define ENTRIES 20000

struct entry {
  struct entry *next;
  uint32_t key;
  uint32_t value;
};

#define TABLE ((struct entry **)arena.words)
#define POOL ((struct entry *)(arena.words + BUCKETS))
#define KEYS (arena.words + BUCKETS + 3 * ENTRIES)

void hash_prepare(void) { fill_random(KEYS, ENTRIES); }

static inline struct entry **bucket_of(uint32_t key) {
  uint32_t h = key * 2654435761u;
  return TABLE + (h >> 18);
}

static OPAQUE struct entry *look_up(uint32_t key) {
  struct entry *e = *bucket_of(key);
  while (e && e->key != key) {
    e = e->next;
  }
  return e;
}

uint32_t hash(void) {
  const uint32_t *keys = KEYS;
  uint32_t sum = 0;
  for (int round = 0; round < 4; round++) {
    for (uint32_t i = 0; i < BUCKETS; i++) {
      TABLE[i] = NULL;
    }
    for (uint32_t i = 0; i < ENTRIES; i++) {
      struct entry **bucket = bucket_of(keys[i]);
      struct entry *e = POOL + i;
      e->key = keys[i];
      e->value = i;
      e->next = *bucket;
      *bucket = e;
    }
    for (uint32_t i = 0; i < 4 * ENTRIES; i++) {
      struct entry *e = look_up(keys[(i * 7919u) % ENTRIES] + (i & 1));
      sum = e ? mix(sum, e->value) : sum + 1;
    }
    for (uint32_t i = 0; i < ENTRIES; i += 2) {
      struct entry **link = bucket_of(keys[i]);
      while ((*link)->key != keys[i]) {
        link = &(*link)->next;
      }
      sum += (*link)->value;
      *link = (*link)->next;
    }
  }
  return sum;
}
