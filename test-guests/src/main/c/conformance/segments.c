/* Loads of segment registers, types and limits of segments. */

#include "harness.h"

CODE(load_es, "mov %ax, %es");
CODE(load_ss, "mov %ax, %ss");
CODE(load_es_read8, "mov %ax, %es\n mov %es:(%ebx), %cl");
CODE(load_es_read16, "mov %ax, %es\n mov %es:(%ebx), %cx");
CODE(load_es_read32, "mov %ax, %es\n mov %es:(%ebx), %ecx");
CODE(load_es_write8, "mov %ax, %es\n mov %cl, %es:(%ebx)");
CODE(load_es_write32, "mov %ax, %es\n mov %ecx, %es:(%ebx)");
CODE(load_es_update, "mov %ax, %es\n addl $0, %es:(%ebx)");
CODE(load_ss_push, "mov %ax, %ss\n mov %ebx, %esp\n push %ecx");
CODE(load_ss_pop, "mov %ax, %ss\n mov %ebx, %esp\n pop %ecx");
CODE(load_ss_read, "mov %ax, %ss\n mov %ss:(%ebx), %ecx");
CODE(read_cs, "mov %cs:(%ebx), %ecx");
CODE(write_cs, "mov %ecx, %cs:(%ebx)");
CODE(jump_far, "pushl %eax\n pushl %ebx\n lret");
CODE(load_ldt, "lldt %ax");
CODE(load_tr, "ltr %ax");
CODE(load_fs_null_read, "xor %eax, %eax\n mov %ax, %fs\n mov %fs:0, %ecx");
CODE(load_lds, "lds (%ebx), %ecx");
CODE(string_limit, "mov %ax, %es\n mov $0x5A, %al\n cld\n rep stosb");
CODE(fetch_beyond, "ljmp *(%ebx)");

static char area[64];

static void load(const char *name, int level, char *code, int selector, const char *want) {
  at_level(level);
  in.eax = selector;
  go(code);
  expect(name, want);
}

static void access_at(const char *name, char *code, int selector, uint32_t offset, const char *want) {
  at_level(0);
  in.eax = selector;
  in.ebx = offset;
  go(code);
  expect(name, want);
}

static void loads(void) {
  descriptor(0x80, 0, 0xFFFFF, 0xC013); /* data, not present */
  descriptor(0x88, 0, 0xFFFFF, 0xC099); /* code, execute-only */
  descriptor(0x90, 0, 0xFFFFF, 0xC09B); /* code, readable */
  descriptor(0x98, 0, 0xFFFFF, 0xC091); /* data, read-only */
  descriptor(0xA0, (uint32_t)tss, 0x67, 0x0089); /* system */
  descriptor(0xA8, 0, 0xFFFFF, 0xC0D3); /* data, DPL 2 */
  descriptor(0xB0, 0, 0xFFFFF, 0xC09F); /* conforming code */
  load("null in ES", 0, load_es, 0, "done");
  load("null with RPL 3 in ES", 0, load_es, 3, "done");
  load("not present in ES", 0, load_es, 0x80, "NP(0080)");
  load("not present, RPL 1 in ES", 0, load_es, 0x81, "GP(0080)");
  load("execute-only in ES", 0, load_es, 0x88, "GP(0088)");
  load("readable code in ES", 0, load_es, 0x90, "done");
  load("system segment in ES", 0, load_es, 0xA0, "GP(00a0)");
  load("RPL above DPL in ES", 0, load_es, 0x11, "GP(0010)");
  load("beyond the table in ES", 0, load_es, 0x208, "GP(0208)");
  load("LDT without LDT in ES", 0, load_es, 0x84, "GP(0084)");
  load("DPL 0 in ES at level 3", 3, load_es, 0x10, "GP(0010)");
  load("DPL 2 in ES at level 3", 3, load_es, 0xA8, "GP(00a8)");
  load("conforming code of DPL 0 in ES at level 3", 3, load_es, 0xB3, "done");
  load("null in SS", 0, load_ss, 0, "GP(0000)");
  load("null in SS at level 3", 3, load_ss, 3, "GP(0000)");
  load("not present in SS", 0, load_ss, 0x80, "SS(0080)");
  load("RPL 3 in SS", 0, load_ss, 0x13, "GP(0010)");
  load("DPL 3 in SS", 0, load_ss, 0x23, "GP(0020)");
  load("read-only in SS", 0, load_ss, 0x98, "GP(0098)");
  load("code in SS", 0, load_ss, 0x90, "GP(0090)");
  load("system segment in SS", 0, load_ss, 0xA0, "GP(00a0)");
  load("beyond the table in SS", 0, load_ss, 0x208, "GP(0208)");
  load("null in LDTR", 0, load_ldt, 0, "done");
  load("not an LDT in LDTR", 0, load_ldt, 0x10, "GP(0010)");
  load("in the LDT in LDTR", 0, load_ldt, 0x84, "GP(0084)");
  load("busy TSS in TR", 0, load_tr, TSS, "GP(0028)");
  load("data segment in TR", 0, load_tr, 0x10, "GP(0010)");
  descriptor(0x80, (uint32_t)tss, 0x67, 0x0009);
  load("TSS not present in TR", 0, load_tr, 0x80, "NP(0080)");
  descriptor(0x80, (uint32_t)tss, 0x67, 0x0002);
  load("LDT not present in LDTR", 0, load_ldt, 0x80, "NP(0080)");
  load("LLDT at level 3", 3, load_ldt, 0, "GP(0000)");
  load("null in TR", 0, load_tr, 0, "GP(0000)");
  load_task_register();
  load("LTR at level 3", 3, load_tr, TSS, "GP(0000)");
  at_level(0);
  go(load_fs_null_read);
  expect("read through a null segment", "GP(0000)");

  descriptor(0x80, 0, 0xFFFFF, 0xC092);
  load("data not accessed in ES", 0, load_es, 0x80, "done");
  note("access", gdt[0x20 + 1] >> 8 & 0xFF);
  expect_notes("accessed bit is set", "access=00000093");
  descriptor(0x80, 0, 0xFFFFF, 0xC092);
  load("data not accessed, refused", 0, load_es, 0x83, "GP(0080)");
  note("access", gdt[0x20 + 1] >> 8 & 0xFF);
  expect_notes("accessed bit is left", "access=00000092");
}

static void stack_access(const char *name, char *code, uint32_t offset, const char *want) {
  at_level(3);
  in.eax = 0x8B;
  in.ebx = offset;
  go(code);
  expect(name, want);
}

static void local_table(void) {
  static uint32_t ldt[8] __attribute__((aligned(8)));
  ldt[2] = 0x0000FFFF;
  ldt[3] = 0x00CF9300; /* data at level 0, in the second entry */
  descriptor(LDT, (uint32_t)ldt, 15, 0x0082);
  __asm__ volatile("lldt %w0" : : "r"(LDT));
  load("LDT: null entry in ES", 0, load_es, 4, "GP(0004)");
  load("LDT: data in ES", 0, load_es, 0xC, "done");
  load("LDT: beyond the table in ES", 0, load_es, 0x14, "GP(0014)");
  load("LDT: data in SS", 0, load_ss, 0xC, "done");
  load("LDT: data of level 0 at level 3", 3, load_es, 0xC, "GP(000c)");
  __asm__ volatile("lldt %w0" : : "r"(0));
  load("LDT: none any more", 0, load_es, 0xC, "GP(000c)");
}

static void limits(void) {
  uint32_t base = (uint32_t)area;
  descriptor(0x80, base, 15, 0x4093);       /* 16 bytes */
  descriptor(0x88, base, 15, 0x4091);       /* read-only */
  descriptor(0x90, base, 15, 0x409B);       /* code */
  descriptor(0x98, base - 0x1000, 0xFFF, 0x4097);        /* expand-down: above FFFh, to 4 GB */
  descriptor(0xA0, base - 0x1000, 0xFFF, 0x0097);        /* the same to 64 KB */
  descriptor(0xA8, base, 0, 0xC093);        /* 4 KB */
  descriptor(0xB0, base, 0xFFFFF, 0x4093);  /* 1 MB */
  access_at("byte at the limit", load_es_read8, 0x80, 15, "done");
  access_at("byte beyond the limit", load_es_read8, 0x80, 16, "GP(0000)");
  access_at("word over the limit", load_es_read16, 0x80, 15, "GP(0000)");
  access_at("word at the limit", load_es_read16, 0x80, 14, "done");
  access_at("dword at the limit", load_es_read32, 0x80, 12, "done");
  access_at("dword over the limit", load_es_read32, 0x80, 13, "GP(0000)");
  access_at("dword around 4 GB", load_es_read32, 0x80, 0xFFFFFFFE, "GP(0000)");
  access_at("write beyond the limit", load_es_write8, 0x80, 16, "GP(0000)");
  access_at("write to read-only data", load_es_write8, 0x88, 0, "GP(0000)");
  access_at("update of read-only data", load_es_update, 0x88, 0, "GP(0000)");
  access_at("read of code", load_es_read8, 0x90, 0, "done");
  access_at("write to code", load_es_write8, 0x90, 0, "GP(0000)");
  access_at("expand-down at the limit", load_es_read8, 0x98, 0xFFF, "GP(0000)");
  access_at("expand-down above the limit", load_es_read8, 0x98, 0x1000, "done");
  access_at("expand-down dword above the limit", load_es_write32, 0x98, 0x1000, "done");
  access_at("expand-down dword over the limit", load_es_read32, 0x98, 0xFFE, "GP(0000)");
  access_at("expand-down above 64 KB", load_es_read8, 0x98, 0x1003F, "done");
  access_at("small expand-down above the limit", load_es_read8, 0xA0, 0x1000, "done");
  access_at("small expand-down at 64 KB", load_es_read8, 0xA0, 0x10000, "GP(0000)");
  access_at("small expand-down over 64 KB", load_es_read32, 0xA0, 0xFFFE, "GP(0000)");
  access_at("pages: at the limit", load_es_read8, 0xA8, 0xFFF, "done");
  access_at("pages: beyond the limit", load_es_read8, 0xA8, 0x1000, "GP(0000)");
  access_at("1 MB: beyond the limit", load_es_read8, 0xB0, 0x100000, "GP(0000)");
  descriptor(0x88, base, 31, 0x40F3);
  stack_access("stack: read at the limit", load_ss_read, 28, "done");
  stack_access("stack: read beyond the limit", load_ss_read, 29, "SS(0000)");
  stack_access("push into the limit", load_ss_push, 32, "done");
  stack_access("push over the limit", load_ss_push, 34, "SS(0000)");
  stack_access("push below 0", load_ss_push, 0, "SS(0000)");
  stack_access("pop over the limit", load_ss_pop, 30, "SS(0000)");
  at_level(0);
  in.ebx = (uint32_t)area;
  go(read_cs);
  expect("read through CS", "done");
  at_level(0);
  in.ebx = (uint32_t)area;
  go(write_cs);
  expect("write through CS", "GP(0000)");
  at_level(0);
  in.eax = 0x80;
  in.edi = 12;
  in.ecx = 10;
  go(string_limit);
  note("ecx", out.ecx);
  note("edi", out.edi);
  expect("REP STOSB over the limit", "GP(0000) ecx=00000006 edi=00000010");
}

static void transfers(void) {
  uint32_t code = (uint32_t)read_cs;
  descriptor(0x80, 0, 0xFFFFF, 0xC01B);  /* code, not present */
  descriptor(0x88, 0, code - 1, 0x409B); /* code, limit before the target */
  descriptor(0x90, 0, 0xFFFFF, 0xC0FB);  /* DPL 3 */
  struct {
    const char *name;
    int level, selector;
    const char *want;
  } far[] = {
      {"far return to a null selector", 0, 0, "GP(0000)"},
      {"far return to data", 0, 0x10, "GP(0010)"},
      {"far return to code not present", 0, 0x80, "NP(0080)"},
      {"far return beyond the limit", 0, 0x88, "GP(0000)"},
      {"far return to a lower level", 3, 0x08, "GP(0008)"},
      {"far return to DPL 3 with RPL 0", 0, 0x90, "GP(0090)"},
      {"far return to a system segment", 0, TSS, "GP(0028)"},
      {"far return beyond the table", 0, 0x208, "GP(0208)"},
  };
  for (unsigned n = 0; n < sizeof far / sizeof *far; n++) {
    at_level(far[n].level);
    in.eax = far[n].selector;
    in.ebx = code;
    go(jump_far);
    expect(far[n].name, far[n].want);
  }
  static struct { uint32_t offset; uint16_t selector; } pointer;
  struct {
    const char *name;
    int level, selector;
    const char *want;
  } jumps[] = {
      {"far jump to a null selector", 0, 0, "GP(0000)"},
      {"far jump to data", 0, 0x10, "GP(0010)"},
      {"far jump to code not present", 0, 0x80, "NP(0080)"},
      {"far jump beyond the limit", 0, 0x88, "GP(0000)"},
      {"far jump to DPL 3 from level 0", 0, 0x90, "GP(0090)"},
      {"far jump to DPL 0 from level 3", 3, 0x08, "GP(0008)"},
      {"far jump to conforming code from level 3", 3, CONFORMING, "done"},
      {"far jump with RPL above CPL", 0, 0x0B, "GP(0008)"},
  };
  for (unsigned n = 0; n < sizeof jumps / sizeof *jumps; n++) {
    at_level(jumps[n].level);
    pointer.selector = jumps[n].selector;
    pointer.offset = code;
    in.ebx = (uint32_t)&pointer;
    go(fetch_beyond);
    if (jumps[n].selector == CONFORMING) note("cs", out.cs);
    expect(jumps[n].name, jumps[n].selector == CONFORMING ? "done cs=0000003b" : jumps[n].want);
  }
  pointer.selector = 0x208;
  pointer.offset = 0;
  at_level(0);
  in.ebx = (uint32_t)&pointer;
  go(load_lds);
  note("ds", out.ds);
  expect("LDS beyond the table", "GP(0208) ds=00000010");
}

void segments(void) {
  loads();
  local_table();
  limits();
  transfers();
}
