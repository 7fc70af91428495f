/* Virtual-8086 mode with and without its extensions, and virtual interrupts in protected mode. */

#include "harness.h"

enum { VME = 1, PVI = 2 };

CODE16(v_cli, "cli");
CODE16(v_sti, "sti");
CODE16(v_pushf, "pushf\n pop %ax");
CODE16(v_pushfl, "pushfl\n popl %eax");
CODE16(v_popf, "pushw $0x0202\n popf");
CODE16(v_popf_clear, "pushw $0x0002\n popf");
CODE16(v_popf_trap, "pushw $0x0102\n popf");
CODE16(v_int, "int $0x21");
CODE16(v_int3, "int3");
CODE16(v_iret, "pushw $0x0202\n pushw $0x8000\n call 1f\n1: pop %ax\n add $6, %ax\n push %ax\n iret");
CODE16(v_hlt, "hlt");
CODE16(v_in, "inb $0x80, %al");
CODE16(v_segments, "mov $0x8900, %ax\n mov %ax, %es\n movb $0x5A, %es:0x10\n mov $0x7910, %ax\n mov %ax, %ds\n mov %ds:(0xFF10), %bl\n mov %es:0x10, %cl");
CODE16(v_limit, "mov $0xFFFF, %bx\n mov (%bx), %ax");
CODE16(v_stack_limit, "mov $1, %sp\n push %ax");
CODE16(v_lldt, "lldt %ax");
CODE16(v_lar, "lar %ax, %ax");
CODE16(v_arpl, "arpl %ax, %ax");
CODE16(v_lmsw, "lmsw %ax");
CODE16(v_smsw, "smsw %ax");
CODE16(v_far, "ljmp $0x8000, $6\n nop\n mov %cs, %ax");
CODE16(v_ud, "ud2");
/* where INT 21h leads in the guest: it leaves SP and the pushed flags */
CODE16(v_handler, "mov %sp, %bp\n mov 4(%bp), %ax\n mov %cs, %bx\n pushf\n pop %cx");

CODE(p_cli, "cli");
CODE(p_sti, "sti");
CODE(p_pushf, "pushfl\n pop %eax");

static uint8_t *redirection(void) { return (uint8_t *)(tss + 26); }

/* name, code, extra flags, what must happen, and whether EFLAGS is compared, too */
#define RUN(name, code, flags, want) run(name, code, code##_end, flags, want)

static void run(const char *name, char *code, char *end, uint32_t flags, const char *want) {
  in_v86(code, end);
  in.eflags |= flags;
  go_v86();
  if (out.vector == 3 || out.vector == 13) note("flags", out.eflags & (IF | IOPL3 | VIF | VIP | VM));
  expect(name, want);
}

static void plain(void) {
  RUN("V86 CLI with IOPL 0", v_cli, IF, "GP(0000) flags=00020200");
  RUN("V86 STI with IOPL 0", v_sti, 0, "GP(0000) flags=00020000");
  RUN("V86 PUSHF with IOPL 0", v_pushf, 0, "GP(0000) flags=00020000");
  RUN("V86 POPF with IOPL 0", v_popf, 0, "GP(0000) flags=00020000");
  RUN("V86 INT with IOPL 0", v_int, 0, "GP(0000) flags=00020000");
  RUN("V86 IRET with IOPL 0", v_iret, 0, "GP(0000) flags=00020000");
  RUN("V86 INT3 with IOPL 0", v_int3, 0, "done flags=00020000");
  RUN("V86 CLI with IOPL 3", v_cli, IF | IOPL3, "done flags=00023000");
  RUN("V86 STI with IOPL 3", v_sti, IOPL3, "done flags=00023200");
  RUN("V86 POPF with IOPL 3", v_popf, IOPL3, "done flags=00023200");
  RUN("V86 IRET with IOPL 3", v_iret, IOPL3, "done flags=00023200");
  RUN("V86 INT with IOPL 3", v_int, IOPL3, "GP(010a) flags=00023000");
  normal_vector(0x21);
  idt[0x21 * 2 + 1] |= 0x6000;
  RUN("V86 INT with IOPL 3 through a gate of DPL 3", v_int, IOPL3, "int 21");
  normal_vector(0x21);
  RUN("V86 HLT", v_hlt, IOPL3, "GP(0000) flags=00023000");
  RUN("V86 IN with IOPL 3", v_in, IOPL3, "GP(0000) flags=00023000");
  io_map[0x80 >> 3] = 0xFE;
  RUN("V86 IN allowed by the bitmap", v_in, 0, "done flags=00020000");
  io_map[0x80 >> 3] = 0xFF;
  RUN("V86 LLDT", v_lldt, IOPL3, "UD");
  RUN("V86 LAR", v_lar, IOPL3, "UD");
  RUN("V86 ARPL", v_arpl, IOPL3, "UD");
  RUN("V86 LMSW", v_lmsw, IOPL3, "GP(0000) flags=00023000");
  RUN("V86 SMSW", v_smsw, IOPL3, "done flags=00023000");
  RUN("V86 UD2", v_ud, 0, "UD");
  RUN("V86 word at FFFFh", v_limit, 0, "GP(0000) flags=00020000");
  RUN("V86 push around 0", v_stack_limit, 0, "SS(0000)");
  in_v86(v_segments, v_segments_end);
  go_v86();
  note("bl", out.ebx & 0xFF);
  note("es", out.es);
  expect("V86 segments", "done bl=0000005a es=00000000");
  in_v86_at_0(v_far, v_far_end);
  go_v86();
  note("cs", out.cs);
  note("ax", out.eax & 0xFFFF);
  note("ss", out.ss);
  note("esp", out.esp);
  expect("V86 far jump", "done cs=00008000 ax=00008000 ss=00009000 esp=00001000");
  descriptor(CODE_1, 0, 0xFFFFF, 0xC0BB);
  gate(idt + 2 * 0x21, CODE_1, (uint32_t)p_pushf, 0xEE, 0);
  RUN("V86 INT to a level other than 0", v_int, IOPL3, "GP(0040) flags=00023000");
  normal_vector(0x21);
}

static void extended(void) {
  for (int n = 0; n < 32; n++) redirection()[n] = 0xFF;
  write_cr4(read_cr4() | VME);
  RUN("VME CLI with IOPL 0", v_cli, IF | VIF, "done flags=00020200");
  RUN("VME STI with IOPL 0", v_sti, IF, "done flags=000a0200");
  RUN("VME STI with an interrupt pending", v_sti, IF | VIP, "GP(0000) flags=00120200");
  RUN("VME STI with IOPL 3", v_sti, IOPL3, "done flags=00023200");
  RUN("VME POPF with IOPL 0", v_popf, 0, "done flags=000a0000");
  RUN("VME POPF clearing", v_popf_clear, VIF, "done flags=00020000");
  RUN("VME POPF with an interrupt pending", v_popf, VIP, "GP(0000) flags=00120000");
  RUN("VME POPF of TF", v_popf_trap, 0, "GP(0000) flags=00020000");
  RUN("VME PUSHFD with IOPL 0", v_pushfl, 0, "GP(0000) flags=00020000");
  RUN("VME IRET with IOPL 0", v_iret, 0, "done flags=000a0000");
  in_v86(v_pushf, v_pushf_end);
  in.eflags |= VIF;
  go_v86();
  note("ax", out.eax & (IF | IOPL3));
  expect("VME PUSHF with VIF", "done ax=00003200");
  in_v86(v_pushf, v_pushf_end);
  in.eflags |= IF;
  go_v86();
  note("ax", out.eax & (IF | IOPL3));
  expect("VME PUSHF without VIF", "done ax=00003000");
  RUN("VME INT not redirected with IOPL 0", v_int, 0, "GP(0000) flags=00020000");
  redirection()[0x21 >> 3] &= ~(1 << (0x21 & 7));
  /* the guest's own vector 21h leads to 8100:0 */
  volatile uint32_t *vectors = (volatile uint32_t *)0;
  uint32_t kept = vectors[0x21];
  vectors[0x21] = 0x81000000;
  char *to = (char *)0x81000;
  for (char *from = v_handler; from < v_handler_end;) *to++ = *from++;
  in_v86(v_int, v_int_end);
  in.eflags |= IF | VIF;
  go_v86();
  note("cs", out.ebx & 0xFFFF);
  note("pushed", out.eax & 0xFFFF);
  note("inside", out.ecx & 0xFFFF);
  note("sp", out.ebp & 0xFFFF);
  note("flags", out.eflags & (IF | VIF));
  expect("VME INT redirected with IOPL 0", "done cs=00008100 pushed=00003202 inside=00003002 sp=00000ffa flags=00000200");
  in_v86(v_int, v_int_end);
  in.eflags |= IF | IOPL3;
  go_v86();
  note("pushed", out.eax & 0xFFFF);
  note("flags", out.eflags & (IF | VIF));
  expect("VME INT redirected with IOPL 3", "done pushed=00003202 flags=00000000");
  vectors[0x21] = kept;
  write_cr4(read_cr4() & ~(uint32_t)VME);
}

static void protected_run(const char *name, char *code, uint32_t flags, const char *want) {
  at_level(3);
  in.eflags |= flags;
  go(code);
  note("flags", out.eflags & (IF | VIF | VIP));
  expect(name, want);
}

static void protected_virtual(void) {
  write_cr4(read_cr4() | PVI);
  protected_run("PVI CLI", p_cli, IF | VIF, "done flags=00000200");
  protected_run("PVI STI", p_sti, IF, "done flags=00080200");
  protected_run("PVI STI with an interrupt pending", p_sti, IF | VIP, "GP(0000) flags=00100200");
  at_level(3);
  in.eflags |= VIF;
  go(p_pushf);
  note("pushed", out.eax & (IF | VIF));
  expect("PVI PUSHF", "done pushed=00080000");
  write_cr4(read_cr4() & ~(uint32_t)PVI);
}

void virtual_8086(void) {
  plain();
  if (!(features() & 2)) {
    skip("virtual-mode extensions", "not there");
    return;
  }
  extended();
  protected_virtual();
}
