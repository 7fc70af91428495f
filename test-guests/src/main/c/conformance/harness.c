#include "harness.h"

#define COM1 0x3F8

static char line[400];
static unsigned length;
static unsigned passed, failed;

/* Later passes only tell what fails. */
static int first_pass = 1;

/* Where code for virtual-8086 mode has been put: it stays the same in all passes, so that it is taken for code that does not change. */
static struct {
  char *code;
  uint32_t offset;
} placed[64];
static uint32_t place = 0x100;

/* ---- the serial line ---- */

static void print(const char *text) {
  for (; *text; text++) {
    while (!(in8(COM1 + 5) & 0x20)) {
    }
    out8(COM1, *text);
  }
}

static void add(const char *text) {
  while (*text && length < sizeof line - 1) line[length++] = *text++;
  line[length] = 0;
}

static void add_hex(uint32_t value, int digits) {
  char text[9];
  for (int n = 0; n < digits; n++) text[n] = "0123456789abcdef"[value >> 4 * (digits - 1 - n) & 15];
  text[digits] = 0;
  add(text);
}

static void print_decimal(uint32_t value) {
  char text[11], *at = text + 10;
  *at = 0;
  do *--at = '0' + value % 10; while (value /= 10);
  print(at);
}

/* ---- results ---- */

static int same(const char *a, const char *b) {
  while (*a && *a == *b) a++, b++;
  return *a == *b;
}

static void add_outcome(void) {
  static const char *const names[] = {"DE", "DB", "NMI", "BP", "OF", "BR", "UD", "NM", "DF", "", "TS", "NP", "SS", "GP", "PF", "", "MF", "AC", "MC", "XM"};
  if (out.vector == DONE || (out.vector == 3 && out.eflags & VM)) {
    add("done");
  } else if (out.vector < 20) {
    add(names[out.vector]);
    if (out.vector == 8 || (out.vector >= 10 && out.vector <= 14) || out.vector == 17) {
      add("(");
      add_hex(out.error, 4);
      add(")");
    }
    if (out.vector == 14) {
      add("@");
      add_hex(out.cr2, 8);
    }
  } else {
    add("int ");
    add_hex(out.vector, 2);
  }
}

void note(const char *what, uint32_t value) {
  if (length) add(" ");
  add(what);
  add("=");
  add_hex(value, 8);
}

void expect_notes(const char *name, const char *want) {
  if (same(line, want)) {
    passed++;
    if (first_pass) {
      print("PASS ");
      print(name);
      print("\n");
    }
  } else {
    failed++;
    print("FAIL ");
    print(name);
    print(": ");
    print(line);
    print(", not ");
    print(want);
    print("\n");
  }
  length = 0;
  line[0] = 0;
}

void expect(const char *name, const char *want) { expect_notes(name, want); }

void skip(const char *name, const char *why) {
  if (!first_pass) return;
  print("SKIP ");
  print(name);
  print(": ");
  print(why);
  print("\n");
}

/* ---- running code ---- */

void at_level(int level) {
  uint32_t *words = (uint32_t *)&in;
  for (unsigned n = 0; n < sizeof in / 4; n++) words[n] = 0;
  in.cs = level ? USER_CS : KERNEL_CS;
  in.ss = in.ds = in.es = in.fs = in.gs = level ? USER_DS : KERNEL_DS;
  in.esp = (uint32_t)(level ? stack3 : stack0) - 256;
  in.eflags = 2;
}

static uint32_t copy_to(uint32_t offset, char *code, char *end) {
  char *to = (char *)0x80000 + offset;
  while (code < end) *to++ = *code++;
  return offset;
}

static uint32_t place_of(char *code, char *end) {
  unsigned n = 0;
  for (; placed[n].code; n++) {
    if (placed[n].code == code) return placed[n].offset;
  }
  placed[n].code = code;
  placed[n].offset = copy_to(place, code, end);
  place += (end - code + 15) & ~15;
  return placed[n].offset;
}

static void in_v86_from(uint32_t offset) {
  at_level(3);
  in.eflags = VM | 2;
  in.cs = 0x8000;
  in.eip = offset;
  in.ss = 0x9000;
  in.esp = 0x1000;
  in.ds = in.es = in.fs = in.gs = 0x8800;
}

void in_v86(char *code, char *end) { in_v86_from(place_of(code, end)); }

void in_v86_at_0(char *code, char *end) { in_v86_from(copy_to(0, code, end)); }

static void run(void) {
  length = 0;
  step_count = 0;
  enter();
  add_outcome();
}

void go(char *code) {
  in.eip = (uint32_t)code;
  run();
}

void go_v86(void) { run(); }

/* ---- tables ---- */

void descriptor(int selector, uint32_t base, uint32_t limit, uint32_t access) {
  uint32_t *d = gdt + (selector >> 3) * 2;
  d[0] = base << 16 | (limit & 0xFFFF);
  d[1] = (base & 0xFF000000) | (base >> 16 & 0xFF) | (access & 0xFF) << 8 | (access & 0xF000) << 8 | (limit & 0xF0000);
}

void gate(uint32_t *entry, int selector, uint32_t offset, uint32_t type, int parameters) {
  entry[0] = (uint32_t)selector << 16 | (offset & 0xFFFF);
  entry[1] = (offset & 0xFFFF0000u) | type << 8 | parameters;
}

void normal_vector(int vector) { gate(idt + 2 * vector, KERNEL_CS, (uint32_t)stubs + 16 * vector, vector == DONE || vector == 3 || vector == 4 ? 0xEE : 0x8E, 0); }

void restore_tables(void) {
  for (int v = 0; v < 256; v++) normal_vector(v);
  descriptor(KERNEL_CS, 0, 0xFFFFF, 0xC09B);
  descriptor(KERNEL_DS, 0, 0xFFFFF, 0xC093);
  descriptor(USER_CS, 0, 0xFFFFF, 0xC0FB);
  descriptor(USER_DS, 0, 0xFFFFF, 0xC0F3);
  descriptor(CONFORMING, 0, 0xFFFFF, 0xC09F);
  descriptor(CODE_1, 0, 0xFFFFF, 0xC0BB);
  descriptor(DATA_1, 0, 0xFFFFF, 0xC0B3);
  descriptor(CODE_16, 0x80000, 0xFFFF, 0x009B);
  descriptor(DATA_16, 0x80000, 0xFFFF, 0x0093);
  for (int n = TEST / 4; n < 128; n++) gdt[n] = 0;
  for (unsigned n = 0; n < 26; n++) tss[n] = 0;
  tss[1] = (uint32_t)stack0 + 8192;
  tss[2] = KERNEL_DS;
  tss[25] = (104u + 32) << 16;
  void *map = io_map;
  uint32_t count = sizeof io_map;
  __asm__ volatile("rep stosb" : "+D"(map), "+c"(count) : "a"(0xFF) : "memory");
}

void load_task_register(void) {
  descriptor(TSS, (uint32_t)tss, 104 + 32 + 8192, 0x89);
  __asm__ volatile("ltr %w0" : : "r"(TSS) : "memory");
}

static void load_tables(void) {
  restore_tables();
  __asm__ volatile(
      "lgdt gdt_pointer\n\tlidt idt_pointer\n\tljmp $8, $1f\n1:\n\t"
      "mov %0, %%ds\n\tmov %0, %%es\n\tmov %0, %%fs\n\tmov %0, %%gs\n\tmov %0, %%ss\n\txor %0, %0\n\tlldt %w0"
      :
      : "r"(KERNEL_DS)
      : "memory");
  load_task_register();
}

static void serial_init(void) {
  out8(COM1 + 1, 0);
  out8(COM1 + 3, 0x80);
  out8(COM1, 1);
  out8(COM1 + 1, 0);
  out8(COM1 + 3, 3);
  out8(COM1 + 2, 7);
}

/* Power management of a PIIX4 where firmware puts it, Bochs' port, the keyboard controller's reset. */
static void power_off(void) {
  while (!(in8(COM1 + 5) & 0x40)) {
  }
  out16(0x604, 0x2000);
  for (const char *c = "Shutdown"; *c; c++) out8(0x8900, *c);
  out8(0x64, 0xFE);
  for (;;) __asm__ volatile("cli; hlt");
}

/* The number behind "passes=" in the command line a Multiboot loader gives. */
static uint32_t wanted_passes(uint32_t magic, const uint32_t *info) {
  if (magic != 0x2BADB002 || !(info[0] & 4)) return 1;
  for (const char *at = (const char *)info[4]; *at; at++) {
    const char *key = "passes=", *word = at;
    while (*key && *word == *key) word++, key++;
    if (*key) continue;
    uint32_t number = 0;
    while (*word >= '0' && *word <= '9') number = number * 10 + (*word++ - '0');
    return number;
  }
  return 1;
}

void guest_main(uint32_t magic, const uint32_t *info) {
  uint32_t passes = wanted_passes(magic, info);
  serial_init();
  out8(0x21, 0xFF);
  out8(0xA1, 0xFF);
  load_tables();
  static void (*const groups[])(void) = {segments, selectors, gates, tasks, virtual_8086, debugging, paging, encodings, privileges};
  for (uint32_t pass = 0; pass < passes; pass++) {
    for (unsigned n = 0; n < sizeof groups / sizeof *groups; n++) {
      groups[n]();
      restore_tables();
    }
    first_pass = 0;
  }
  print_decimal(passed);
  print(" passed, ");
  print_decimal(failed);
  print(" failed\nDONE\n");
  power_off();
}
