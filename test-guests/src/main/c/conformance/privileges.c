/* Privileged and sensitive instructions, I/O permission, control registers, FPU availability, shadows of STI and MOV SS. */

#include "harness.h"

/* ---- instructions by level ---- */

CODE(i_hlt, "hlt");
CODE(i_cli, "cli");
CODE(i_sti, "sti");
CODE(i_in, "inb $0x80, %al");
CODE(i_out, "outb %al, $0x80");
CODE(i_lgdt, "lgdt gdt_pointer");
CODE(i_lidt, "lidt idt_pointer");
CODE(i_lmsw, "smsw %ax\n lmsw %ax");
CODE(i_clts, "clts");
CODE(i_mov_from_cr, "mov %cr0, %eax");
CODE(i_mov_to_cr, "mov %eax, %cr2");
CODE(i_mov_from_dr, "mov %dr7, %eax");
CODE(i_invd, "invd");
CODE(i_wbinvd, "wbinvd");
CODE(i_invlpg, "invlpg (%ebx)");
CODE(i_rdmsr, "mov $0x10, %ecx\n rdmsr");
CODE(i_smsw, "smsw %eax");
CODE(i_sgdt, "sub $8, %esp\n sgdt (%esp)");
CODE(i_sidt, "sub $8, %esp\n sidt (%esp)");
CODE(i_sldt, "sldt %eax");
CODE(i_str, "str %eax");
CODE(i_rdtsc, "rdtsc");
CODE(i_rdpmc, "xor %ecx, %ecx\n rdpmc");
CODE(i_popf, "pushl $0x3202\n popfl\n pushfl\n pop %eax\n cli");
CODE(i_popf_user, "pushl $0x3202\n popfl\n pushfl\n pop %eax");
CODE(i_ud2, "ud2");
CODE(i_lock, ".byte 0xF0\n nop");
CODE(i_lock_register, ".byte 0xF0, 0x01, 0xC0");
CODE(i_lock_compare, ".byte 0xF0, 0x39, 0x03");
CODE(i_lock_add, ".byte 0xF0, 0x01, 0x03");
CODE(i_long_15, ".byte 0x3E,0x3E,0x3E,0x3E,0x3E,0x3E,0x3E,0x3E,0x3E,0x3E,0x3E,0x3E,0x3E\n mov %eax, %ecx");
CODE(i_long_16, ".byte 0x3E,0x3E,0x3E,0x3E,0x3E,0x3E,0x3E,0x3E,0x3E,0x3E,0x3E,0x3E,0x3E,0x3E\n mov %eax, %ecx");
CODE(i_cr1, ".byte 0x0F, 0x20, 0xC8");
CODE(i_cr5, ".byte 0x0F, 0x22, 0xE8");
CODE(i_mov_cs, ".byte 0x8E, 0xC8");
CODE(i_lea_register, ".byte 0x8D, 0xC0");
CODE(i_les_register, ".byte 0xC4, 0xC0");
CODE(i_lgdt_register, ".byte 0x0F, 0x01, 0xD0");
CODE(i_far_register, ".byte 0xFF, 0xD8");
CODE(i_bound, "bound %eax, (%ebx)");
CODE(i_div0, "xor %edx, %edx\n xor %ecx, %ecx\n div %ecx");
CODE(i_div_large, "mov $1, %edx\n mov $1, %ecx\n div %ecx");
CODE(i_idiv_least, "mov $0x80000000, %eax\n cdq\n mov $-1, %ecx\n idiv %ecx");
CODE(i_aam0, "aam $0");
CODE(i_rsm, "rsm");
CODE(i_sysenter, "sysenter");
CODE(i_sysexit, "mov $sysexit_target, %edx\n mov %esp, %ecx\n sysexit\n.globl sysexit_target\nsysexit_target: mov %ss, %eax");
CODE(i_lmsw_clear, "smsw %eax\n and $0xFFFE, %eax\n lmsw %ax\n smsw %eax");
CODE(i_lmsw_set, "mov $0xFFFF, %eax\n lmsw %ax\n mov %cr0, %eax");
CODE(i_bad_msr, "mov $0x12345678, %ecx\n rdmsr");
CODE(i_cr4, "mov %eax, %cr4");
CODE(i_cr0, "mov %eax, %cr0");
CODE(i_id, "pushfl\n pop %eax\n mov %eax, %ecx\n xor $0x200000, %eax\n push %eax\n popfl\n pushfl\n pop %eax\n xor %ecx, %eax\n push %ecx\n popfl");

static void at(const char *name, int level, char *code, const char *want) {
  at_level(level);
  static uint32_t bounds[2];
  bounds[0] = 5;
  bounds[1] = 10;
  in.ebx = (uint32_t)bounds;
  in.eax = 7;
  go(code);
  expect(name, want);
}

static void by_level(void) {
  static const struct {
    const char *name;
    char *code;
    const char *user;
    const char *kernel;
  } all[] = {
      {"HLT", i_hlt, "GP(0000)", 0},           {"CLI", i_cli, "GP(0000)", "done"},           {"STI", i_sti, "GP(0000)", 0},
      {"IN", i_in, "GP(0000)", "done"},        {"OUT", i_out, "GP(0000)", "done"},           {"LGDT", i_lgdt, "GP(0000)", "done"},
      {"LIDT", i_lidt, "GP(0000)", "done"},    {"LMSW", i_lmsw, "GP(0000)", "done"},         {"CLTS", i_clts, "GP(0000)", "done"},
      {"MOV from CR0", i_mov_from_cr, "GP(0000)", "done"}, {"MOV to CR2", i_mov_to_cr, "GP(0000)", "done"}, {"MOV from DR7", i_mov_from_dr, "GP(0000)", "done"},
      {"INVD", i_invd, "GP(0000)", 0},         {"WBINVD", i_wbinvd, "GP(0000)", "done"},     {"INVLPG", i_invlpg, "GP(0000)", "done"},
      {"RDMSR", i_rdmsr, "GP(0000)", "done"},  {"SMSW", i_smsw, "done", "done"},             {"SGDT", i_sgdt, "done", "done"},
      {"SIDT", i_sidt, "done", "done"},        {"SLDT", i_sldt, "done", "done"},             {"STR", i_str, "done", "done"},
      {"RDTSC", i_rdtsc, "done", "done"},      {"RDPMC", i_rdpmc, "GP(0000)", 0},            {"UD2", i_ud2, "UD", "UD"},
      {"LOCK NOP", i_lock, "UD", "UD"},        {"LOCK with a register", i_lock_register, "UD", "UD"}, {"LOCK CMP", i_lock_compare, "UD", "UD"},
      {"LOCK ADD", i_lock_add, "done", "done"}, {"15 bytes", i_long_15, "done", "done"},     {"16 bytes", i_long_16, "GP(0000)", "GP(0000)"},
      {"CR1", i_cr1, 0, "UD"},                 {"CR5", i_cr5, 0, "UD"},                      {"MOV CS", i_mov_cs, "UD", "UD"},
      {"LEA of a register", i_lea_register, "UD", "UD"}, {"LES of a register", i_les_register, "UD", "UD"}, {"LGDT of a register", i_lgdt_register, "UD", "UD"},
      {"far call of a register", i_far_register, "UD", "UD"}, {"BOUND inside", i_bound, "done", "done"}, {"DIV by 0", i_div0, "DE", "DE"},
      {"DIV overflow", i_div_large, "DE", "DE"}, {"IDIV of the least", i_idiv_least, "DE", "DE"}, {"AAM 0", i_aam0, "DE", "DE"},
      {"RSM", i_rsm, "UD", "UD"},
  };
  for (unsigned n = 0; n < sizeof all / sizeof *all; n++) {
    char name[40], *to = name;
    for (const char *c = all[n].name; *c;) *to++ = *c++;
    for (const char *c = " at level ?"; *c;) *to++ = *c++;
    *to = 0;
    to[-1] = '3';
    if (all[n].user) at(name, 3, all[n].code, all[n].user);
    to[-1] = '0';
    if (all[n].kernel) at(name, 0, all[n].code, all[n].kernel);
  }
  at_level(3);
  static uint32_t bounds[2] = {5, 10};
  in.ebx = (uint32_t)bounds;
  in.eax = 11;
  go(i_bound);
  note("after", out.eip - (uint32_t)i_bound);
  expect("BOUND outside", "BR after=00000000");
  at_level(0);
  go(i_popf);
  note("eflags", out.eax & (IF | IOPL3));
  expect("POPF at level 0", "done eflags=00003200");
  at_level(3);
  go(i_popf_user);
  note("eflags", out.eax & (IF | IOPL3));
  expect("POPF at level 3", "done eflags=00000000");
  at_level(3);
  in.eflags |= IOPL3;
  go(i_popf_user);
  note("eflags", out.eax & (IF | IOPL3));
  expect("POPF at level 3 with IOPL 3", "done eflags=00003200");
  at_level(3);
  go(i_id);
  note("id", out.eax);
  expect("the ID flag can be changed", "done id=00200000");
}

/* ---- I/O permission ---- */

CODE(in_byte, "in %dx, %al");
CODE(in_word, "in %dx, %ax");
CODE(in_dword, "in %dx, %eax");

static void port(const char *name, char *code, uint32_t iopl, int number, const char *want) {
  at_level(3);
  in.edx = number;
  in.eflags |= iopl;
  go(code);
  expect(name, want);
}

static void ports(void) {
  io_map[0x80 >> 3] = 0xFE;
  port("bitmap: allowed", in_byte, 0, 0x80, "done");
  port("bitmap: refused", in_byte, 0, 0x81, "GP(0000)");
  port("bitmap: word half refused", in_word, 0, 0x80, "GP(0000)");
  port("bitmap: IOPL 3", in_word, IOPL3, 0x80, "done");
  io_map[0x80 >> 3] = 0xF0;
  port("bitmap: dword allowed", in_dword, 0, 0x80, "done");
  io_map[0x80 >> 3] = 0x7F;
  io_map[(0x80 >> 3) + 1] = 0xFE;
  port("bitmap: word over two bytes", in_word, 0, 0x87, "done");
  io_map[(0x80 >> 3) + 1] = 0xFF;
  port("bitmap: word over two bytes, half refused", in_word, 0, 0x87, "GP(0000)");
  io_map[0x1FFF] = 0;
  port("bitmap: last port", in_byte, 0, 0xFFFF, "done");
  descriptor(TSS, (uint32_t)tss, 104 + 32 + 16, 0x89);
  __asm__ volatile("ltr %w0" : : "r"(TSS));
  io_map[0x80 >> 3] = 0;
  port("bitmap: second byte beyond the limit", in_byte, 0, 0x80, "GP(0000)");
  port("bitmap: inside the limit", in_byte, 0, 0x78, "GP(0000)");
  io_map[15] = 0;
  port("bitmap: allowed inside the limit", in_byte, 0, 0x78, "done");
  load_task_register();
  tss[25] = 0xFFFF0000;
  port("bitmap: none", in_byte, 0, 0x80, "GP(0000)");
  restore_tables();
  load_task_register();
}

/* ---- control registers ---- */

static void control(const char *name, char *code, uint32_t value, const char *want) {
  at_level(0);
  in.eax = value;
  go(code);
  expect(name, want);
}

static void controls(void) {
  uint32_t cr4 = read_cr4();
  at_level(0);
  go(i_bad_msr);
  expect("RDMSR of none", "GP(0000)");
  write_cr4(cr4 | 4);
  at("RDTSC with TSD at level 3", 3, i_rdtsc, "GP(0000)");
  at("RDTSC with TSD at level 0", 0, i_rdtsc, "done");
  write_cr4(cr4 | 0x100);
  at("RDPMC with PCE at level 3", 3, i_rdpmc, "done");
  write_cr4(cr4);
  at_level(0);
  go(i_lmsw_clear);
  note("pe", out.eax & 1);
  expect("LMSW does not clear PE", "done pe=00000001");
  uint32_t kept = read_cr0();
  at_level(0);
  go(i_lmsw_set);
  write_cr0(kept);
  note("cr0", out.eax & 0xFFFF);
  expect("LMSW sets four bits", "done cr0=0000001f");
  if (features() & 1 << 11) {
    __asm__ volatile("wrmsr" : : "c"(0x174), "a"(0), "d"(0));
    at("SYSENTER without a target", 3, i_sysenter, "GP(0000)");
    __asm__ volatile("wrmsr" : : "c"(0x174), "a"(KERNEL_CS), "d"(0));
    __asm__ volatile("wrmsr" : : "c"(0x175), "a"(stack0), "d"(0));
    __asm__ volatile("wrmsr" : : "c"(0x176), "a"(i_smsw), "d"(0));
    at_level(3);
    in.eflags |= IF;
    go(i_sysenter);
    note("cs", out.cs);
    note("flags", out.eflags & IF);
    expect("SYSENTER", "done cs=00000008 flags=00000000");
    at("SYSEXIT at level 3", 3, i_sysexit, "GP(0000)");
    at_level(0);
    go(i_sysexit);
    note("cs", out.cs);
    note("ss", out.ss);
    expect("SYSEXIT", "done cs=0000001b ss=00000023");
  }
}

/* ---- x87 and MMX ---- */

CODE(x87, "fld1");
CODE(x87_wait, "fwait");
CODE(mmx, "pxor %mm0, %mm0");
CODE(x87_divide, "fldcw (%ebx)\n fld1\n fldz\n fdivrp\n nop\n nop\n fwait");
CODE(x87_divide_no_wait, "fldcw (%ebx)\n fld1\n fldz\n fdivrp\n fnstsw %ax\n fnclex");
CODE(align, "mov 1(%ebx), %eax");
CODE(align_set, "pushfl\n orl $0x40000, (%esp)\n popfl\n mov 1(%ebx), %eax");
CODE(align_word, "pushfl\n orl $0x40000, (%esp)\n popfl\n mov 2(%ebx), %eax");
CODE(align_good, "pushfl\n orl $0x40000, (%esp)\n popfl\n mov 4(%ebx), %eax");

static void units(void) {
  enum { MP = 2, EM = 4, TS = 8, NE = 32, AM = 1 << 18 };
  uint32_t cr0 = read_cr0() & ~(uint32_t)(MP | EM | TS | NE);
  static const struct {
    const char *name;
    uint32_t bits;
    const char *x87, *wait, *mmx;
  } cases[] = {
      {"none", 0, "done", "done", "done"}, {"TS", TS, "NM", "done", "NM"},         {"MP", MP, "done", "done", "done"},
      {"MP TS", MP | TS, "NM", "NM", "NM"}, {"EM", EM, "NM", "done", "UD"},         {"EM TS", EM | TS, "NM", "done", "UD"},
      {"EM MP TS", EM | MP | TS, "NM", "NM", "UD"},
  };
  for (unsigned n = 0; n < sizeof cases / sizeof *cases; n++) {
    static char name[40];
    char *(codes[3]) = {x87, x87_wait, mmx};
    static const char *const kinds[] = {"x87 with ", "WAIT with ", "MMX with "};
    const char *wants[] = {cases[n].x87, cases[n].wait, cases[n].mmx};
    for (int k = 0; k < 3; k++) {
      char *to = name;
      for (const char *c = kinds[k]; *c;) *to++ = *c++;
      for (const char *c = cases[n].name; *c;) *to++ = *c++;
      *to = 0;
      __asm__ volatile("clts; fninit");
      write_cr0(cr0 | cases[n].bits);
      at(name, 3, codes[k], wants[k]);
      write_cr0(cr0);
    }
  }
  static uint16_t control_word = 0x37F & ~4;
  __asm__ volatile("fninit");
  write_cr0(cr0 | NE);
  at_level(3);
  in.ebx = (uint32_t)&control_word;
  go(x87_divide);
  note("after", out.eip - (uint32_t)x87_divide);
  expect("x87 error by #MF at the next waiting instruction", "MF after=0000000a");
  __asm__ volatile("fnclex; fninit");
  at_level(3);
  in.ebx = (uint32_t)&control_word;
  go(x87_divide_no_wait);
  note("status", out.eax & 0x80FF);
  expect("x87 error cleared in time", "done status=00008084");
  __asm__ volatile("fninit");
  write_cr0(cr0 | AM);
  static uint32_t words[4];
  at_level(3);
  in.ebx = (uint32_t)words;
  go(align);
  expect("misaligned, AC clear", "done");
  at_level(3);
  in.ebx = (uint32_t)words;
  go(align_set);
  expect("misaligned dword", "AC(0000)");
  at_level(3);
  in.ebx = (uint32_t)words;
  go(align_word);
  expect("dword at a multiple of 2", "AC(0000)");
  at_level(3);
  in.ebx = (uint32_t)words;
  go(align_good);
  expect("aligned dword", "done");
  at_level(0);
  in.ebx = (uint32_t)words;
  go(align_set);
  expect("misaligned at level 0", "done");
  write_cr0(cr0);
  at_level(3);
  in.ebx = (uint32_t)words;
  go(align_set);
  expect("misaligned with AM clear", "done");
}

/* ---- interrupts ---- */

CODE(sti_nop, "sti\n nop\n nop\n cli");
CODE(sti_cli, "sti\n cli\n nop");
CODE(sti_mov_ss, "mov %ss, %eax\n sti\n mov %ax, %ss\n nop\n nop\n cli");
CODE(sti_hlt, "sti\n hlt\n nop\n cli");
CODE(popf_if, "pushl $0x202\n popfl\n nop\n cli");
CODE(sti_sti, "sti\n sti\n nop\n cli");

static void pending(const char *name, char *code, const char *want) {
  out8(0x20, 0x11);
  out8(0x21, 0x20);
  out8(0x21, 4);
  out8(0x21, 1);
  out8(0x21, 0xFE);
  out8(0x43, 0x30);  /* channel 0, interrupt on terminal count */
  out8(0x40, 0x20);
  out8(0x40, 0);
  do out8(0x20, 0x0A); while (!(in8(0x20) & 1));
  at_level(0);
  go(code);
  if (out.vector == 0x20) note("after", out.eip - (uint32_t)code);
  expect(name, want);
  out8(0x20, 0x20);
  out8(0x21, 0xFF);
}

static void shadows(void) {
  pending("interrupt after STI and one more", sti_nop, "int 20 after=00000002");
  pending("no interrupt between STI and CLI", sti_cli, "done");
  pending("MOV SS right after STI", sti_mov_ss, "int 20 after=00000006");
  pending("HLT after STI", sti_hlt, "int 20 after=00000002");
  pending("interrupt after POPF", popf_if, "int 20 after=00000006");
  pending("STI after STI", sti_sti, "int 20 after=00000002");
}

/* ---- NMI, which the local APIC sends to itself ---- */

#define APIC_COMMAND "0xFEE00300"
#define SEND_NMI "movl $0x00000400, " APIC_COMMAND "\n"
/* The handler counts in ESI, sends another one, and notes in EDI what was counted before its IRET. */
CODE(nmi_handler, "inc %esi\n cmp $2, %esi\n ja 1f\n" SEND_NMI "nop\n nop\n mov %edi, %ebp\n shl $8, %edi\n or %esi, %edi\n1: iretl");
CODE(nmi_send, SEND_NMI "nop\n nop\n nop\n nop");

static void non_maskable(void) {
  if (!(features() & 1 << 9)) {
    skip("NMI", "no local APIC");
    return;
  }
  volatile uint32_t *apic = (volatile uint32_t *)0xFEE00000;
  apic[0xF0 / 4] |= 0x100;
  apic[0x310 / 4] = apic[0x20 / 4] & 0xFF000000;
  gate(idt + 2 * 2, KERNEL_CS, (uint32_t)nmi_handler, 0x8E, 0);
  at_level(0);
  go(nmi_send);
  note("count", out.esi);
  note("nested", out.edi);
  expect("NMI waits for IRET", "done count=00000003 nested=00000102");
  normal_vector(2);
}

/* ---- A20 ---- */

/* Closes the gates in port 92h and in the keyboard controller, reads ESI, and opens them again. Runs below 1 MB, as the line is needed above. */
#define KEYBOARD_READY "1: inb $0x64, %al\n testb $2, %al\n jnz 1b\n"
#define KEYBOARD_OUTPUT(value) KEYBOARD_READY "movb $0xD1, %al\n outb %al, $0x64\n" KEYBOARD_READY "movb $" value ", %al\n outb %al, $0x60\n" KEYBOARD_READY
CODE(gate_a20, "inb $0x92, %al\n andb $0xFC, %al\n outb %al, $0x92\n" KEYBOARD_OUTPUT("0xDD")
     "mov (%esi), %ebx\n" KEYBOARD_OUTPUT("0xDF") "inb $0x92, %al\n orb $2, %al\n andb $0xFE, %al\n outb %al, $0x92");

/* CR0.NE = 0: errors come by the board, as interrupt 13, with IGNNE# from a write to port F0h. */
CODE(x87_report, "fldcw (%ebx)\n fld1\n fldz\n fdivrp\n fnop\n mov $0x0A, %al\n outb %al, $0xA0\n inb $0xA0, %al\n mov %al, %cl\n"
     "xor %al, %al\n outb %al, $0xF0\n fnop\n fnclex");

static void by_board(void) {
  static uint16_t control_word = 0x37F & ~4;
  uint32_t cr0 = read_cr0();
  write_cr0(cr0 & ~0x2Eu);
  __asm__ volatile("fninit");
  at_level(0);
  in.ebx = (uint32_t)&control_word;
  go(x87_report);
  note("requests", out.ecx & 0x20);
  __asm__ volatile("fninit");
  expect("x87 error by interrupt 13, ignored after port F0h", "done requests=00000020");
  write_cr0(cr0);
}

static void wrapping(void) {
  volatile uint32_t *low = (volatile uint32_t *)0x90500, *high = (volatile uint32_t *)0x190500;
  *high = 0x22222222;
  *low = 0x11111111;
  char *to = (char *)0x80000;
  for (char *from = gate_a20; from < gate_a20_end;) *to++ = *from++;
  at_level(0);
  in.esp = 0x98000;
  in.esi = (uint32_t)high;
  go((char *)0x80000);
  note("open", *high);
  note("closed", out.ebx);
  expect("address line 20", "done open=22222222 closed=11111111");
}

void privileges(void) {
  by_level();
  ports();
  controls();
  units();
  shadows();
  non_maskable();
  by_board();
  wrapping();
  /* last, as emulators without these checks do not survive them */
  locked_bits();
  control("CR4: reserved bit", i_cr4, read_cr4() | 0x80000000u, "GP(0000)");
  control("CR0: NW without CD", i_cr0, (read_cr0() & ~0x40000000u) | 0x20000000, "GP(0000)");
  control("CR0: PG without PE", i_cr0, 0x80000000u, "GP(0000)");
}
