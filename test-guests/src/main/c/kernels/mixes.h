/* The instruction mixes of mixes.asm, and what they need. */

#ifndef MIXES_H
#define MIXES_H

#include <stdint.h>

#define MIX_DATA 0x01400000u
#define MIX_DATA_WORDS 16384u
#define MIX_COPY 0x01420000u

void code16_start(void);

/* A mix's function, and its instructions as an address. */
#define DECLARE_MIX(name) \
  uint32_t mix_##name(void); \
  extern char mix_##name##_instructions[];

DECLARE_MIX(alu)
DECLARE_MIX(adc)
DECLARE_MIX(muldiv)
DECLARE_MIX(shifts)
DECLARE_MIX(setcc)
DECLARE_MIX(memory)
DECLARE_MIX(pushpop)
DECLARE_MIX(lodsb)
DECLARE_MIX(code_page)
DECLARE_MIX(branches)
DECLARE_MIX(call)
DECLARE_MIX(indirect)
DECLARE_MIX(code16)

#endif
