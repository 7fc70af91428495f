/* Debug exceptions: single steps over odd cases, breakpoints and their priorities. */

#include "harness.h"

enum { DB = 1 };

CODE(step_plain, "nop\n inc %eax\n nop");
CODE(step_mov_ss, "mov %ss, %eax\n mov %ax, %ss\n nop\n nop");
CODE(step_pop_ss, "push %ss\n pop %ss\n nop\n nop");
CODE(step_sti, "sti\n nop\n cli\n nop");
CODE(step_rep, "mov $3, %ecx\n rep stosb\n nop");
CODE(step_rep_none, "xor %ecx, %ecx\n rep stosb\n nop");
CODE(step_popf_set, "pushl $0x102\n popfl\n nop\n nop\n pushl $2\n popfl\n nop");
CODE(step_popf_clear, "nop\n pushl $2\n popfl\n nop\n nop");
CODE(step_int, "nop\n int $0x40\n nop\n nop");
CODE(step_pushf, "nop\n pushfl\n pop %edx");
CODE(step_icebp, "nop\n .byte 0xF1\n nop");
CODE(step_into, "xor %eax, %eax\n into\n nop");
CODE(step_jump, "jmp 1f\n nop\n1: nop\n call 2f\n nop\n2: pop %eax");
CODE(handler_iret, "iretl");
CODE(data_write, "movl $1, (%ebx)\n nop\n mov (%ebx), %eax\n nop\n movb $1, 3(%ebx)\n nop\n movb $1, 4(%ebx)\n nop");
CODE(data_read, "mov (%ebx), %eax\n nop\n addl $1, (%ebx)\n nop");
CODE(data_rep, "mov $4, %ecx\n rep stosl\n nop");
CODE(instruction, "nop\n nop\n inc %eax\n nop");
CODE(instruction_loop, "mov $3, %ecx\n1: inc %eax\n loop 1b");
CODE(mov_ss_break, "mov %ss, %eax\n mov %ax, %ss\n nop\n nop");
CODE(io_break, "inb $0x80, %al\n nop\n outb %al, $0x80\n nop\n inb $0x81, %al\n nop");
CODE(general_detect, "mov %dr0, %eax");
CODE(dr4, ".byte 0x0F, 0x21, 0xE0");
CODE(fault_at_break, "nop\n ud2");
CODE(step_fault, "nop\n ud2");
CODE(register_bits, "xor %eax, %eax\n mov %eax, %dr6\n mov %dr6, %ebx\n mov $0xFFFFFFFF, %eax\n mov %eax, %dr6\n mov %dr6, %ecx\n"
     "mov $0xFFFFDC00, %eax\n mov %eax, %dr7\n mov %dr7, %edx\n xor %eax, %eax\n mov %eax, %dr7\n mov %dr7, %esi\n mov %eax, %dr6");
CODE(popf_rf, "pushl $0x10002\n popfl\n pushfl\n pop %eax");

static uint32_t data[8] __attribute__((aligned(32)));

static void note_steps(const char *code) {
  for (uint32_t n = 0; n < step_count; n++) note("at", (steps[2 * n] - (uint32_t)code) << 16 | (steps[2 * n + 1] & 0xFFFF));
}

/* Steps through code with TF set and notes, for each #DB, the offset in the upper half and DR6 in the lower. */
static void trace(const char *name, char *code, uint32_t flags, const char *want) {
  at_level(3);
  in.eflags |= flags;
  in.edi = (uint32_t)data;
  in.ebx = (uint32_t)data;
  go_on_vector = DB;
  go(code);
  go_on_vector = -1;
  note_steps(code);
  expect(name, want);
}

static void single_steps(void) {
  trace("steps", step_plain, TF, "done at=00014ff0 at=00024ff0 at=00034ff0");
  trace("step over MOV SS", step_mov_ss, TF, "done at=00024ff0 at=00054ff0 at=00064ff0");
  trace("step over POP SS", step_pop_ss, TF, "done at=00014ff0 at=00034ff0 at=00044ff0");
  trace("step over STI", step_sti, TF | IOPL3, "done at=00014ff0 at=00024ff0 at=00034ff0 at=00044ff0");
  trace("step over REP", step_rep, TF, "done at=00054ff0 at=00054ff0 at=00054ff0 at=00074ff0 at=00084ff0");
  trace("step over REP of none", step_rep_none, TF, "done at=00024ff0 at=00044ff0 at=00054ff0");
  trace("step by POPF", step_popf_set, 0, "done at=00074ff0 at=00084ff0 at=000a4ff0 at=000b4ff0");
  trace("no step by POPF", step_popf_clear, TF, "done at=00014ff0 at=00034ff0 at=00044ff0");
  trace("step over INTO", step_into, TF, "done at=00024ff0 at=00034ff0 at=00044ff0");
  trace("step over jumps", step_jump, TF, "done at=00034ff0 at=00044ff0 at=000a4ff0 at=000b4ff0");
  gate(idt + 2 * 0x40, KERNEL_CS, (uint32_t)handler_iret, 0xEE, 0);
  trace("step over INT n", step_int, TF, "done at=00014ff0 at=00044ff0 at=00054ff0");
  trace("step over PUSHF", step_pushf, TF, "done at=00014ff0 at=00024ff0 at=00034ff0");
  note("pushed", out.edx);
  expect_notes("PUSHF pushes TF", "pushed=00000102");
  trace("INT1", step_icebp, 0, "done at=00020ff0");
  trace("step into a fault", step_fault, TF, "UD at=00014ff0");
}

static void points(uint32_t dr7, uint32_t address) {
  __asm__ volatile("mov %0, %%dr0" : : "r"(address));
  write_dr7(dr7);
}

static void watch(const char *name, char *code, uint32_t dr7, uint32_t address, uint32_t flags, const char *want) {
  for (int n = 0; n < 8; n++) data[n] = 0;
  points(dr7, address);
  trace(name, code, flags, want);
  points(0x400, 0);
}

static void breakpoints(void) {
  uint32_t d = (uint32_t)data;
  watch("write breakpoint", data_write, 0xD0402, d, 0, "done at=00060ff1 at=000e0ff1");
  watch("access breakpoint", data_write, 0xF0402, d, 0, "done at=00060ff1 at=00090ff1 at=000e0ff1");
  watch("byte breakpoint", data_write, 0x10402, d + 3, 0, "done at=00060ff1 at=000e0ff1");
  watch("local breakpoint", data_write, 0xD0401, d, 0, "done at=00060ff1 at=000e0ff1");
  watch("disabled breakpoint", data_write, 0xD0400, d, 0, "done");
  watch("access breakpoint of an update", data_read, 0xF0402, d, 0, "done at=00020ff1 at=00060ff1");
  watch("breakpoint in REP STOSD", data_rep, 0xD0402, d + 8, 0, "done at=00050ff1");
  watch("breakpoint and step", data_read, 0xF0402, d, TF, "done at=00024ff1 at=00034ff0 at=00064ff1 at=00074ff0");
  watch("instruction breakpoint", instruction, 0x402, (uint32_t)instruction + 2, 0, "done at=00020ff1");
  watch("instruction breakpoint each time", instruction_loop, 0x402, (uint32_t)instruction_loop + 5, 0, "done at=00050ff1 at=00050ff1 at=00050ff1");
  watch("instruction breakpoint after MOV SS", mov_ss_break, 0x402, (uint32_t)mov_ss_break + 4, 0, "done");
  watch("instruction breakpoint before a fault", fault_at_break, 0x402, (uint32_t)fault_at_break + 1, 0, "UD at=00010ff1");
  write_cr4(read_cr4() | 8);
  io_map[0x80 >> 3] = 0xF0;
  watch("I/O breakpoint", io_break, 0x20402, 0x80, 0, "done at=00020ff1 at=00050ff1");
  at_level(0);
  go(dr4);
  expect("DR4 with CR4.DE", "UD");
  write_cr4(read_cr4() & ~8u);
  at_level(0);
  go(dr4);
  expect("DR4 without CR4.DE", "done");
  points(0x2400, 0);
  at_level(0);
  go(general_detect);
  note("at", out.eip - (uint32_t)general_detect);
  note("dr6", out.dr6 & 0xE00F);
  points(0x400, 0);
  expect("general detect", "DB at=00000000 dr6=00002000");
  io_map[0x80 >> 3] = 0xFF;
}

static void registers_and_flags(void) {
  at_level(0);
  go(register_bits);
  note("dr6", out.ebx);
  note("dr6", out.ecx);
  note("dr7", out.edx);
  note("dr7", out.esi);
  expect("bits of DR6 and DR7 that are fixed", "done dr6=ffff0ff0 dr6=ffffefff dr7=ffff0400 dr7=00000400");
  at_level(0);
  go(popf_rf);
  note("flags", out.eax);
  expect("POPF does not set RF", "done flags=00000002");
}

void debugging(void) {
  registers_and_flags();
  single_steps();
  breakpoints();
}
