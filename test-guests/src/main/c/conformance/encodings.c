/* Encodings that are there and that are not, LOCK, default segments, 16-bit addresses, strings of no length, the x87 environment's formats. */

#include "harness.h"

/* Instructions given by their bytes. Each keeps its place in all passes, so that it is taken for code that does not change. */
enum { LONGEST = 12, SLOT = 16, SLOTS = 256 };

typedef struct {
  const char *name;
  const char *want;
  uint8_t length;
  uint8_t bytes[LONGEST];
} encoding;

#define BYTES(...) sizeof((uint8_t[]){__VA_ARGS__}), {__VA_ARGS__}

static uint8_t slots[SLOTS * SLOT] __attribute__((aligned(4096))); /* a page of code alone */
static unsigned slots_used;
static uint32_t words[16] __attribute__((aligned(16)));

static void run_all(const encoding *all, unsigned count) {
  for (unsigned n = 0; n < count; n++) {
    uint8_t *slot = slots + slots_used++ * SLOT;
    if (slot[0] == 0) {
      for (unsigned k = 0; k < all[n].length; k++) slot[k] = all[n].bytes[k];
      slot[all[n].length] = 0xCD;
      slot[all[n].length + 1] = DONE;
    }
    at_level(3);
    in.ebx = (uint32_t)words;
    in.ecx = 1;
    go((char *)slot);
    expect(all[n].name, all[n].want);
  }
}

/* EBX is the address of aligned memory, which ModRM 03h, 0Bh, 13h, ... name; ModRM C0h and above name registers. */
static void locked(void) {
  static const encoding all[] = {
      {"LOCK ADD", "done", BYTES(0xF0, 0x00, 0x03)},
      {"LOCK OR immediate", "done", BYTES(0xF0, 0x81, 0x0B, 1, 0, 0, 0)},
      {"LOCK ADC", "done", BYTES(0xF0, 0x11, 0x03)},
      {"LOCK SBB", "done", BYTES(0xF0, 0x83, 0x1B, 1)},
      {"LOCK AND", "done", BYTES(0xF0, 0x20, 0x03)},
      {"LOCK SUB", "done", BYTES(0xF0, 0x29, 0x03)},
      {"LOCK XOR, 16 bits", "done", BYTES(0xF0, 0x66, 0x31, 0x03)},
      {"LOCK INC", "done", BYTES(0xF0, 0xFF, 0x03)},
      {"LOCK DEC", "done", BYTES(0xF0, 0xFE, 0x0B)},
      {"LOCK NOT", "done", BYTES(0xF0, 0xF7, 0x13)},
      {"LOCK NEG", "done", BYTES(0xF0, 0xF6, 0x1B)},
      {"LOCK BTS", "done", BYTES(0xF0, 0x0F, 0xAB, 0x0B)},
      {"LOCK BTR", "done", BYTES(0xF0, 0x0F, 0xB3, 0x0B)},
      {"LOCK BTC immediate", "done", BYTES(0xF0, 0x0F, 0xBA, 0x3B, 1)},
      {"LOCK XCHG", "done", BYTES(0xF0, 0x87, 0x0B)},
      {"LOCK XADD", "done", BYTES(0xF0, 0x0F, 0xC1, 0x0B)},
      {"LOCK CMPXCHG", "done", BYTES(0xF0, 0x0F, 0xB1, 0x0B)},
      {"LOCK CMPXCHG8B", "done", BYTES(0xF0, 0x0F, 0xC7, 0x0B)},
      {"LOCK ADD from memory", "UD", BYTES(0xF0, 0x03, 0x03)},
      {"LOCK CMP immediate", "UD", BYTES(0xF0, 0x83, 0x3B, 1)},
      {"LOCK TEST", "UD", BYTES(0xF0, 0x85, 0x03)},
      {"LOCK TEST immediate", "UD", BYTES(0xF0, 0xF6, 0x03, 1)},
      {"LOCK MUL", "UD", BYTES(0xF0, 0xF7, 0x23)},
      {"LOCK BT", "UD", BYTES(0xF0, 0x0F, 0xA3, 0x0B)},
      {"LOCK BT immediate", "UD", BYTES(0xF0, 0x0F, 0xBA, 0x23, 1)},
      {"LOCK XCHG of registers", "UD", BYTES(0xF0, 0x87, 0xC8)},
      {"LOCK XCHG EAX", "UD", BYTES(0xF0, 0x91)},
      {"LOCK XADD of registers", "UD", BYTES(0xF0, 0x0F, 0xC1, 0xC8)},
      {"LOCK CMPXCHG of registers", "UD", BYTES(0xF0, 0x0F, 0xB1, 0xC8)},
      {"LOCK MOV", "UD", BYTES(0xF0, 0x89, 0x03)},
      {"LOCK SHL", "UD", BYTES(0xF0, 0xC1, 0x23, 1)},
      {"LOCK SHLD", "UD", BYTES(0xF0, 0x0F, 0xA4, 0x03, 1)},
      {"LOCK PUSH", "UD", BYTES(0xF0, 0xFF, 0x33)},
      {"LOCK INC of a register", "UD", BYTES(0xF0, 0x40)},
      {"LOCK LEA", "UD", BYTES(0xF0, 0x8D, 0x03)},
      {"LOCK MOVSB", "UD", BYTES(0xF0, 0xA4)},
      {"LOCK HLT goes before privilege", "UD", BYTES(0xF0, 0xF4)},
      {"LOCK CPUID", "UD", BYTES(0xF0, 0x0F, 0xA2)},
      {"LOCK FLD1", "UD", BYTES(0xF0, 0xD9, 0xE8)},
  };
  run_all(all, sizeof all / sizeof *all);
}

/* QEMU does not survive it. */
void locked_bits(void) {
  static const encoding all[] = {{"LOCK BTS of a register", "UD", BYTES(0xF0, 0x0F, 0xAB, 0xC8)}};
  run_all(all, 1);
}

/* What no processor of the time has, and what the manual leaves out but all of them have. */
static void opcodes(void) {
  static const encoding all[] = {
      {"UD1", "UD", BYTES(0x0F, 0xB9, 0xC0)},
      {"UD0", "UD", BYTES(0x0F, 0xFF, 0xC0)},
      {"POPCNT", "UD", BYTES(0xF3, 0x0F, 0xB8, 0xC0)},
      {"SYSCALL", "UD", BYTES(0x0F, 0x05)},
      {"SYSRET", "UD", BYTES(0x0F, 0x07)},
      {"0F 04", "UD", BYTES(0x0F, 0x04)},
      {"0F 0A", "UD", BYTES(0x0F, 0x0A)},
      {"3DNow!", "UD", BYTES(0x0F, 0x0F, 0xC0, 0x9E)},
      {"FEMMS", "UD", BYTES(0x0F, 0x0E)},
      {"MOV from a test register", "UD", BYTES(0x0F, 0x24, 0xF0)},
      {"MOV to a test register", "UD", BYTES(0x0F, 0x26, 0xF0)},
      {"GETSEC", "UD", BYTES(0x0F, 0x37)},
      {"PSHUFB", "UD", BYTES(0x0F, 0x38, 0x00, 0xC0)},
      {"PALIGNR", "UD", BYTES(0x0F, 0x3A, 0x0F, 0xC0, 1)},
      {"HADDPS", "UD", BYTES(0xF2, 0x0F, 0x7C, 0xC0)},
      {"ADDSUBPD", "UD", BYTES(0x66, 0x0F, 0xD0, 0xC0)},
      {"LDDQU", "UD", BYTES(0xF2, 0x0F, 0xF0, 0x03)},
      {"MOVDDUP", "UD", BYTES(0xF2, 0x0F, 0x12, 0xC0)},
      {"FISTTP m32", "UD", BYTES(0xDB, 0x0B)},
      {"FISTTP m64", "UD", BYTES(0xDD, 0x0B)},
      {"FISTTP m16", "UD", BYTES(0xDF, 0x0B)},
      {"MONITOR", "UD", BYTES(0x0F, 0x01, 0xC8)},
      {"MWAIT", "UD", BYTES(0x0F, 0x01, 0xC9)},
      {"VMCALL", "UD", BYTES(0x0F, 0x01, 0xC1)},
      {"XGETBV", "UD", BYTES(0x0F, 0x01, 0xD0)},
      {"RDTSCP", "UD", BYTES(0x0F, 0x01, 0xF9)},
      {"0F 00 /6", "UD", BYTES(0x0F, 0x00, 0xF0)},
      {"0F 01 /5", "UD", BYTES(0x0F, 0x01, 0x2B)},
      {"0F BA /0", "UD", BYTES(0x0F, 0xBA, 0x03, 1)},
      {"0F C7 /0", "UD", BYTES(0x0F, 0xC7, 0x03)},
      {"CMPXCHG8B of a register", "UD", BYTES(0x0F, 0xC7, 0xC8)},
      {"0F 71 of memory", "UD", BYTES(0x0F, 0x71, 0x13, 1)},
      {"0F 71 /0", "UD", BYTES(0x0F, 0x71, 0xC0, 1)},
      {"POP with /1", "UD", BYTES(0x8F, 0xC8)},
      {"MOV immediate with /1", "UD", BYTES(0xC7, 0xC8, 0, 0, 0, 0)},
      {"FE /2", "UD", BYTES(0xFE, 0xD0)},
      {"FE /7", "UD", BYTES(0xFE, 0xF8)},
      {"FF /7", "UD", BYTES(0xFF, 0xF8)},
      {"far jump of a register", "UD", BYTES(0xFF, 0xE8)},
      {"MOV from segment register 6", "UD", BYTES(0x8C, 0xF0)},
      {"MOV to segment register 7", "UD", BYTES(0x8E, 0xF8)},
      {"BOUND of a register", "UD", BYTES(0x62, 0xC0)},
      {"INVLPG of a register", "UD", BYTES(0x0F, 0x01, 0xF8)},
      {"MOVNTI of a register", "UD", BYTES(0x0F, 0xC3, 0xC0)},
      {"SIDT of a register", "UD", BYTES(0x0F, 0x01, 0xCA)},
      {"D9 D1", "UD", BYTES(0xD9, 0xD1)},
      {"D9 E2", "UD", BYTES(0xD9, 0xE2)},
      {"D9 EF", "UD", BYTES(0xD9, 0xEF)},
      {"DA E8", "UD", BYTES(0xDA, 0xE8)},
      {"DB F8", "UD", BYTES(0xDB, 0xF8)},
      {"DD F0", "UD", BYTES(0xDD, 0xF0)},
      {"DE D8", "UD", BYTES(0xDE, 0xD8)},
      {"DF F8", "UD", BYTES(0xDF, 0xF8)},
      {"D9 /1 of memory", "UD", BYTES(0xD9, 0x0B)},
      {"DB /4 of memory", "UD", BYTES(0xDB, 0x23)},
      {"DD /5 of memory", "UD", BYTES(0xDD, 0x2B)},
      {"FENI", "done", BYTES(0xDB, 0xE0)},
      {"FSETPM", "done", BYTES(0xDB, 0xE4)},
      {"FCOM, second form", "done", BYTES(0xDC, 0xD0)},
      {"FXCH, second form", "done", BYTES(0xDD, 0xC8)},
      {"FFREEP", "done", BYTES(0xDF, 0xC0)},
      {"SALC", "done", BYTES(0xD6)},
      {"82h for 80h", "done", BYTES(0x82, 0xC0, 1)},
      {"TEST by /1", "done", BYTES(0xF6, 0xC8, 1)},
      {"SAL by /6", "done", BYTES(0xD0, 0xF0)},
      {"AAM 16", "done", BYTES(0xD4, 16)},
      {"INT1", "DB", BYTES(0xF1)},
      {"long NOP", "done", BYTES(0x0F, 0x1F, 0x44, 0x00, 0x00)},
      {"long NOP of 16 bits", "done", BYTES(0x66, 0x0F, 0x1F, 0x40, 0x00)},
      {"hint 0F 19", "done", BYTES(0x0F, 0x19, 0x00)},
      {"hint 0F 1E of a register", "done", BYTES(0x0F, 0x1E, 0xC0)},
      {"PREFETCHNTA of nothing", "done", BYTES(0x0F, 0x18, 0x05, 0, 0, 0, 0xF0)},
      {"hint 0F 18 /5", "done", BYTES(0x0F, 0x18, 0x2B)},
      {"PAUSE", "done", BYTES(0xF3, 0x90)},
      {"prefixes in any number", "done", BYTES(0x66, 0x66, 0x67, 0x67, 0x2E, 0x36, 0xF3, 0xF2, 0x90)},
  };
  __asm__ volatile("clts; fninit");
  run_all(all, sizeof all / sizeof *all);
}

CODE(salc, "stc\n .byte 0xD6\n mov %eax, %ecx\n clc\n .byte 0xD6");
CODE(sal_6, "mov $0x81, %al\n .byte 0xD0, 0xF0\n setc %cl");
CODE(test_1, "mov $0x0F, %al\n .byte 0xF6, 0xC8, 0xF0\n setz %cl");
CODE(bp_base, "movb (%ebp), %al");
CODE(sp_base, "push %eax\n pop %eax\n mov %ebp, %esp\n movb (%esp), %al");
CODE(bp_base_indexed, "movb (%ebp,%ebx), %al");
CODE(bp_index, "movb (%ebx,%ebp), %al");
CODE(bp_index_alone, "movb (,%ebp,1), %al");
CODE(bp_in_ds, "movb %ds:(%ebp), %al");
CODE(bx_in_ss, "movb %ss:(%ebx), %al");
CODE(lea_16, "addr16 lea (%bx,%si), %eax");
CODE(load_16, "addr16 mov (%bx,%si), %al");
CODE(load_16_over, "addr16 mov (%bx), %eax");
CODE(bp_base_16, "addr16 movb (%bp,%di), %al");
CODE(string_16, "cld\n addr16 rep stosb");
CODE(loop_16, "1: inc %eax\n addr16 loop 1b");
CODE(stos_none, "xor %ecx, %ecx\n mov %cx, %es\n rep stosl");
CODE(movs_none, "xor %ecx, %ecx\n mov %cx, %ds\n rep movsb");
CODE(cmps_none, "xor %ecx, %ecx\n mov %cx, %es\n stc\n repe cmpsb\n setc %al");
CODE(push_16_wrap, "mov $0x13, %al\n mov %bx, %ss\n mov $0x12340000, %esp\n pushw %ax\n mov %esp, %edx\n popw %cx\n mov %esp, %esi\n mov %di, %ss\n mov %ebp, %esp");

static void segment_case(const char *name, char *code, uint32_t ebx, uint32_t ebp, const char *want) {
  at_level(3);
  in.ss = 0x83;
  in.esp = 64;
  in.ebx = ebx;
  in.ebp = ebp;
  go(code);
  expect(name, want);
}

static void addresses(void) {
  /* the stack has 64 bytes and the other segments all of memory, but for DS where it says so */
  uint32_t w = (uint32_t)words;
  descriptor(0x80, w, 63, 0x40F3);
  segment_case("EBP is on the stack", bp_base, 0, 64, "SS(0000)");
  segment_case("ESP is on the stack", sp_base, 0, 64, "SS(0000)");
  segment_case("EBP indexed is on the stack", bp_base_indexed, 60, 4, "SS(0000)");
  segment_case("EBP as index is not on the stack", bp_index, w, 64, "done");
  segment_case("EBP as index alone is not on the stack", bp_index_alone, 0, w + 64, "done");
  segment_case("EBP with another segment", bp_in_ds, 0, w + 64, "done");
  segment_case("EBX with the stack's segment", bx_in_ss, 64, 0, "SS(0000)");
  at_level(3);
  in.ss = 0x83;
  in.esp = 64;
  in.ebp = 0x12340020;
  in.edi = 0x43210020;
  go(bp_base_16);
  expect("BP with DI is on the stack", "SS(0000)");
  at_level(3);
  in.ebx = 0x1234FFFF;
  in.esi = 0x43210011;
  go(lea_16);
  note("eax", out.eax);
  expect("16-bit addresses wrap", "done eax=00000010");
  descriptor(0x88, w, 63, 0x40F3);
  words[4] = 0xA5;
  at_level(3);
  in.ds = 0x8B;
  in.ebx = 0x1234FFFF;
  in.esi = 0x43210011;
  go(load_16);
  note("al", out.eax);
  expect("and leave the upper half alone", "done al=000000a5");
  at_level(3);
  in.ebx = 0xFFFE;
  go(load_16_over);
  expect("but an operand does not wrap", "done");
  at_level(3);
  in.es = 0x8B;
  in.edi = 0x10003;
  in.ecx = 0x10002;
  go(string_16);
  note("ecx", out.ecx);
  note("edi", out.edi);
  expect("strings with 16-bit addresses count in CX", "done ecx=00010000 edi=00010005");
  at_level(3);
  in.ecx = 0x10003;
  go(loop_16);
  note("eax", out.eax);
  note("ecx", out.ecx);
  expect("LOOP with 16-bit addresses counts in CX", "done eax=00000003 ecx=00010000");
  descriptor(0x90, 0x80000, 0xFFFF, 0x00F3);
  at_level(3);
  in.ebx = 0x93;
  in.edi = USER_DS;
  in.ebp = in.esp;
  go(push_16_wrap);
  note("esp", out.edx);
  note("cx", out.ecx);
  note("esp", out.esi);
  expect("a 16-bit stack wraps", "done esp=1234fffe cx=00000013 esp=12340000");
  at_level(3);
  go(stos_none);
  expect("REP STOSD of none", "done");
  at_level(3);
  go(movs_none);
  expect("REP MOVSB of none", "done");
  at_level(3);
  go(cmps_none);
  note("cf", out.eax);
  expect("REPE CMPSB of none keeps flags", "done cf=00000001");
  at_level(3);
  go(salc);
  note("set", out.ecx);
  note("clear", out.eax);
  expect("SALC's result", "done set=000000ff clear=00000000");
  at_level(3);
  go(sal_6);
  note("al", out.eax);
  note("cf", out.ecx);
  expect("result of SAL by /6", "done al=00000002 cf=00000001");
  at_level(3);
  go(test_1);
  note("al", out.eax);
  note("zf", out.ecx);
  expect("result of TEST by /1", "done al=0000000f zf=00000001");
}

/* ---- the x87 environment: two sizes, and two formats each ---- */

CODE(environment_32, "flds (%ebx)\n fnstenv (%edi)");
CODE(environment_16, "flds (%ebx)\n data16 fnstenv (%edi)");
CODE(environment_back, "fldenv (%edi)\n fnstenv (%esi)");
CODE(environment_of_error, "fldcw (%ebx)\n fld1\n fldz\n 1: .byte 0xDE, 0xF9\n fnstenv (%edi)\n mov $1b, %eax");
CODE16(v_environment_16, "flds (%bx)\n fnstenv (%di)");
CODE16(v_environment_32, "flds (%bx)\n data32 fnstenv (%di)");

static void environments(void) {
  static uint16_t stored[16], again[16];
  __asm__ volatile("clts; fninit");
  words[0] = 0x3F800000;
  at_level(3);
  in.ebx = (uint32_t)words;
  in.edi = (uint32_t)stored;
  go(environment_32);
  note("control", stored[0]);
  note("status", stored[2]);
  note("tag", stored[4]);
  note("eip", (stored[6] | (uint32_t)stored[7] << 16) - (uint32_t)environment_32);
  note("cs", stored[8]);
  note("operand", (stored[10] | (uint32_t)stored[11] << 16) - (uint32_t)words);
  note("ds", stored[12]);
  expect("environment of 28 bytes", "done control=0000037f status=00003800 tag=00003fff eip=00000000 cs=0000001b operand=00000000 ds=00000023");
  at_level(3);
  in.edi = (uint32_t)stored;
  in.esi = (uint32_t)again;
  go(environment_back);
  int same = 1;
  for (int n = 0; n < 14; n++) same &= again[n] == stored[n];
  note("same", same);
  expect("environment loaded and stored", "done same=00000001");
  __asm__ volatile("fninit");
  at_level(3);
  in.ebx = (uint32_t)words;
  in.edi = (uint32_t)stored;
  go(environment_16);
  note("control", stored[0]);
  note("status", stored[1]);
  note("tag", stored[2]);
  note("ip", (stored[3] - (uint32_t)environment_16) & 0xFFFF);
  note("cs", stored[4]);
  note("operand", (stored[5] - (uint32_t)words) & 0xFFFF);
  note("ds", stored[6]);
  expect("environment of 14 bytes", "done control=0000037f status=00003800 tag=00003fff ip=00000000 cs=0000001b operand=00000000 ds=00000023");
  /* the opcode is there for sure only with an unmasked exception */
  words[1] = 0x37F & ~4;
  __asm__ volatile("fninit");
  at_level(3);
  in.ebx = (uint32_t)(words + 1);
  in.edi = (uint32_t)stored;
  go(environment_of_error);
  note("status", stored[2]);
  note("eip", (stored[6] | (uint32_t)stored[7] << 16) - out.eax);
  note("opcode", stored[9]);
  expect("environment of an unmasked exception", "done status=0000b084 eip=00000000 opcode=000006f9");
  /* virtual-8086: addresses of 20 bits; the operand is at 88000h + 10h */
  *(volatile uint32_t *)0x88010 = 0x3F800000;
  volatile uint16_t *v = (volatile uint16_t *)0x88020;
  __asm__ volatile("fninit");
  in_v86(v_environment_16, v_environment_16_end);
  uint32_t at = in.eip;
  in.ebx = 0x10;
  in.edi = 0x20;
  go_v86();
  note("ip", v[3] - at);
  note("ip", v[4] & 0xF000);
  note("operand", v[5]);
  note("operand", v[6]);
  expect("environment of 14 bytes in virtual-8086 mode", "done ip=00000000 ip=00008000 operand=00008010 operand=00008000");
  __asm__ volatile("fninit");
  in_v86(v_environment_32, v_environment_32_end);
  at = in.eip;
  in.ebx = 0x10;
  in.edi = 0x20;
  go_v86();
  note("ip", v[6] - at);
  note("ip", (v[8] | (uint32_t)v[9] << 16) & 0x0FFFF000);
  note("operand", v[10]);
  note("operand", (v[12] | (uint32_t)v[13] << 16) & 0x0FFFFFFF);
  expect("environment of 28 bytes in virtual-8086 mode", "done ip=00000000 ip=00008000 operand=00008010 operand=00008000");
  __asm__ volatile("fninit");
}

void encodings(void) {
  slots_used = 0;
  environments();
  addresses();
  opcodes();
  locked();
}
