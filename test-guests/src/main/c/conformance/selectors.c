/* LAR, LSL, VERR, VERW and ARPL: what they say of every type of descriptor. */

#include "harness.h"

CODE(lar, "mov $0x5A5A5A5A, %ecx\n lar %ax, %ecx\n setz %bl");
CODE(lsl, "mov $0x5A5A5A5A, %ecx\n lsl %ax, %ecx\n setz %bl");
CODE(verr, "verr %ax\n setz %bl");
CODE(verw, "verw %ax\n setz %bl");
CODE(arpl, "arpl %cx, %ax\n setz %bl");

/* The types, S bit in bit 4, for which an instruction sets ZF. */
static uint32_t types(char *code, int level, int dpl, int rpl) {
  uint32_t valid = 0;
  for (int type = 0; type < 32; type++) {
    descriptor(0x80, 0x12345678, 0x9ABC, 0x4080 | dpl << 5 | type);
    at_level(level);
    in.eax = 0x80 | rpl;
    go(code);
    if (out.vector != DONE) return 0xBAD00000 | out.vector;
    valid |= (out.ebx & 1) << type;
  }
  return valid;
}

static void table(const char *name, char *code, const char *want) {
  go(code); /* forgets what was noted before */
  uint32_t levels[5] = {types(code, 0, 0, 0), types(code, 3, 0, 3), types(code, 3, 3, 3), types(code, 0, 0, 3), types(code, 3, 2, 0)};
  at_level(0);
  in.eax = 0;
  go(code);
  uint32_t null = out.ebx & 1;
  expect(name, "done");
  for (int n = 0; n < 5; n++) note("types", levels[n]);
  note("null", null);
  expect_notes(name, want);
}

void selectors(void) {
  at_level(0);
  table("LAR", lar, "types=ffff1a3e types=f0000000 types=ffff1a3e types=f0000000 types=f0000000 null=00000000");
  table("LSL", lsl, "types=ffff0a0e types=f0000000 types=ffff0a0e types=f0000000 types=f0000000 null=00000000");
  table("VERR", verr, "types=ccff0000 types=c0000000 types=ccff0000 types=c0000000 types=c0000000 null=00000000");
  table("VERW", verw, "types=00cc0000 types=00000000 types=00cc0000 types=00000000 types=00000000 null=00000000");
  descriptor(0x80, 0x12345678, 0x9ABCD, 0xD093);
  at_level(0);
  in.eax = 0x80;
  go(lar);
  note("ecx", out.ecx & 0xFFF0FFFF); /* the limit's bits are undefined */
  expect("LAR's result", "done ecx=00d09300");
  at_level(0);
  in.eax = 0x80;
  go(lsl);
  note("ecx", out.ecx);
  expect("LSL's result", "done ecx=9abcdfff");
  at_level(0);
  in.eax = 0x208;
  go(lsl);
  note("ecx", out.ecx);
  note("zf", out.ebx & 1);
  expect("LSL beyond the table", "done ecx=5a5a5a5a zf=00000000");
  for (int n = 0; n < 4; n++) {
    static const char *const names[] = {"ARPL 0, 3", "ARPL 3, 0", "ARPL 1, 1", "ARPL 2, 3"};
    static const char *const wants[] = {"done eax=00000043 zf=00000001", "done eax=00000043 zf=00000000", "done eax=00000041 zf=00000000", "done eax=00000043 zf=00000001"};
    static const uint8_t from[] = {0, 3, 1, 2}, to[] = {3, 0, 1, 3};
    at_level(3);
    in.eax = 0x40 | from[n];
    in.ecx = to[n];
    go(arpl);
    note("eax", out.eax);
    note("zf", out.ebx & 1);
    expect(names[n], wants[n]);
  }
}
