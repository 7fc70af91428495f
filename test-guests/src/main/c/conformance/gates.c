/* Call gates with parameters, interrupt and trap gates, returns between levels. */

#include "harness.h"

CODE(call_gate, "pushl $0x11111111\n pushl $0x22222222\n pushl $0x33333333\n lcall *(%ebx)");
CODE(jump_gate, "ljmp *(%ebx)");
CODE(return_8, "lret $8");
CODE(interrupt_40, "int $0x40");
CODE(breakpoint, "int3");
CODE(overflow, "movb $0x7F, %al\n addb $1, %al\n into");
CODE(iret_frame, "pushl %edx\n pushl %ecx\n pushl %esi\n pushl %eax\n pushl %ebx\n iretl");
/* what the gates lead to: parameters in EAX, ECX and EDX */
CODE(callee, "mov 8(%esp), %eax\n mov 12(%esp), %ecx\n mov 16(%esp), %edx\n mov 20(%esp), %esi\n mov 24(%esp), %edi\n mov %ss, %ebx");
CODE(handler, "mov 8(%esp), %edx");
CODE(callee_return, "lret $12");

CODE(callee_words, "mov (%esp), %eax\n mov 4(%esp), %ecx\n mov 8(%esp), %edx\n mov %esp, %ebp");
CODE(call_gate_words, "pushw $0x1111\n pushw $0x2222\n lcall *(%ebx)");

static struct {
  uint32_t offset;
  uint16_t selector;
} pointer;

static void through(const char *name, int level, char *code, int selector, const char *want) {
  at_level(level);
  pointer.offset = 0x12345678;
  pointer.selector = selector;
  in.ebx = (uint32_t)&pointer;
  go(code);
  expect(name, want);
}

static uint32_t *entry(int selector) { return gdt + (selector >> 3) * 2; }

static void call_gates(void) {
  gate(entry(0x80), KERNEL_CS, (uint32_t)callee, 0xEC, 3);
  at_level(3);
  pointer.selector = 0x83;
  in.ebx = (uint32_t)&pointer;
  go(call_gate);
  note("eax", out.eax);
  note("ecx", out.ecx);
  note("edx", out.edx);
  note("esp", out.esi - (uint32_t)stack3);
  note("ss", out.edi);
  note("new ss", out.ebx);
  note("new esp", out.esp - tss[1]);
  expect("call gate with three parameters", "done eax=33333333 ecx=22222222 edx=11111111 esp=fffffef4 ss=00000023 new ss=00000010 new esp=ffffffe4");
  at_level(0);
  pointer.selector = 0x80;
  in.ebx = (uint32_t)&pointer;
  go(call_gate);
  note("eax", out.eax);
  note("ecx", out.ecx);
  note("esp", out.esp - (uint32_t)stack0);
  expect("call gate at the same level copies nothing", "done eax=33333333 ecx=22222222 esp=fffffeec");
  gate(entry(0x80), KERNEL_CS, (uint32_t)callee_return, 0xEC, 3);
  at_level(3);
  pointer.selector = 0x83;
  in.ebx = (uint32_t)&pointer;
  go(call_gate);
  note("cs", out.cs);
  note("esp", out.esp - (uint32_t)stack3);
  expect("and returns over them", "done cs=0000001b esp=ffffff00");
  through("call gate of DPL 0 at level 3", 3, call_gate, 0x80, "done");
  gate(entry(0x80), KERNEL_CS, (uint32_t)callee, 0x8C, 0);
  through("call gate of DPL 0 at level 3", 3, call_gate, 0x80, "GP(0080)");
  through("RPL above the gate's DPL", 0, call_gate, 0x83, "GP(0080)");
  gate(entry(0x80), KERNEL_CS, (uint32_t)callee, 0x6C, 0);
  through("call gate not present", 3, call_gate, 0x83, "NP(0080)");
  gate(entry(0x80), 0, (uint32_t)callee, 0xEC, 0);
  through("call gate to a null selector", 3, call_gate, 0x83, "GP(0000)");
  gate(entry(0x80), KERNEL_DS, (uint32_t)callee, 0xEC, 0);
  through("call gate to data", 3, call_gate, 0x83, "GP(0010)");
  descriptor(0x88, 0, 0xFFFFF, 0xC01B);
  gate(entry(0x80), 0x88, (uint32_t)callee, 0xEC, 0);
  through("call gate to code not present", 3, call_gate, 0x83, "NP(0088)");
  gate(entry(0x80), KERNEL_CS, (uint32_t)callee, 0xEC, 0);
  through("jump through a gate to a lower level", 3, jump_gate, 0x83, "GP(0008)");
  gate(entry(0x80), CONFORMING, (uint32_t)callee, 0xEC, 0);
  at_level(3);
  pointer.selector = 0x83;
  in.ebx = (uint32_t)&pointer;
  go(jump_gate);
  note("cs", out.cs);
  expect("jump through a gate to conforming code", "done cs=0000003b");
  /* 16 bits: the offset is below 64 KB in a segment of its own */
  descriptor(0x90, (uint32_t)callee_words & ~0xFFFFu, 0xFFFFF, 0xC09B);
  gate(entry(0x80), 0x90, (uint32_t)callee_words & 0xFFFF, 0xE4, 2);
  at_level(3);
  pointer.selector = 0x83;
  in.ebx = (uint32_t)&pointer;
  go(call_gate_words);
  note("ip", (out.eax - (uint32_t)call_gate_words) & 0xFFFF);
  note("cs", out.eax >> 16);
  note("words", out.ecx);
  note("sp", (out.edx - (uint32_t)stack3) & 0xFFFF);
  note("ss", out.edx >> 16);
  note("esp", out.ebp - tss[1]);
  expect("16-bit call gate with two parameters", "done ip=0000000a cs=0000001b words=11112222 sp=0000fefc ss=00000023 esp=fffffff4");
  /* to level 1, as what these cases raise is to find the stack of level 0 */
  static uint32_t stack1[64];
  gate(entry(0x80), CODE_1, (uint32_t)callee, 0xEC, 0);
  tss[3] = (uint32_t)(stack1 + 64);
  tss[4] = DATA_1;
  through("call gate to level 1", 3, call_gate, 0x83, "done");
  tss[4] = 0x13;
  through("inner stack with a wrong RPL", 3, call_gate, 0x83, "TS(0010)");
  tss[4] = 0;
  through("inner stack with a null selector", 3, call_gate, 0x83, "TS(0000)");
  descriptor(0x88, 0, 0xFFFFF, 0xC033);
  tss[4] = 0x89;
  through("inner stack not present", 3, call_gate, 0x83, "SS(0088)");
  descriptor(0x88, 0, 0xFFFFF, 0xC0B1);
  through("inner stack not writable", 3, call_gate, 0x83, "TS(0088)");
  descriptor(0x88, 0, 0xFFFFF, 0xC0F3);
  through("inner stack with a wrong DPL", 3, call_gate, 0x83, "TS(0088)");
  tss[4] = 0x209;
  through("inner stack beyond the table", 3, call_gate, 0x83, "TS(0208)");
  descriptor(0x88, 0, 31, 0x40B3);
  tss[4] = 0x89;
  tss[3] = 16;
  gate(entry(0x80), CODE_1, (uint32_t)callee, 0xEC, 3);
  through("inner stack too small", 3, call_gate, 0x83, "SS(0088)");
  tss[3] = 28;
  through("inner stack of just the size", 3, call_gate, 0x83, "done");
}

static void interrupts(void) {
  at_level(3);
  in.eflags |= IF;
  go(interrupt_40);
  expect("INT through a gate of DPL 0", "GP(0202)");
  gate(idt + 2 * 0x40, KERNEL_CS, (uint32_t)handler, 0xEE, 0);
  at_level(3);
  in.eflags |= IF | NT | CF;
  go(interrupt_40);
  note("flags", out.eflags & (IF | NT | TF | RF | CF));
  note("old flags", out.edx);
  expect("interrupt gate", "done flags=00000001 old flags=00004203");
  gate(idt + 2 * 0x40, KERNEL_CS, (uint32_t)handler, 0xEF, 0);
  at_level(3);
  in.eflags |= IF | NT | CF;
  go(interrupt_40);
  note("flags", out.eflags & (IF | NT | TF | RF | CF));
  expect("trap gate", "done flags=00000201");
  gate(idt + 2 * 0x40, 0x90, (uint32_t)callee_words & 0xFFFF, 0xE6, 0);
  descriptor(0x90, (uint32_t)callee_words & ~0xFFFFu, 0xFFFFF, 0xC09B);
  at_level(3);
  in.eflags |= IF | NT | CF;
  go(interrupt_40);
  note("ip", (out.eax - (uint32_t)interrupt_40) & 0xFFFF);
  note("cs", out.eax >> 16);
  note("flags", out.ecx & 0xFFFF);
  note("sp", ((out.ecx >> 16) - (uint32_t)stack3) & 0xFFFF);
  note("ss", out.edx & 0xFFFF);
  expect("16-bit interrupt gate", "done ip=00000002 cs=0000001b flags=00004203 sp=0000ff00 ss=00000023");
  gate(idt + 2 * 0x40, KERNEL_CS, (uint32_t)handler, 0x6E, 0);
  at_level(3);
  go(interrupt_40);
  expect("interrupt gate not present", "NP(0202)");
  gate(idt + 2 * 0x40, KERNEL_CS, (uint32_t)handler, 0xEC, 0);
  at_level(3);
  go(interrupt_40);
  expect("call gate in the IDT", "GP(0202)");
  gate(idt + 2 * 0x40, 0, (uint32_t)handler, 0xEE, 0);
  at_level(3);
  go(interrupt_40);
  expect("interrupt gate to a null selector", "GP(0000)");
  gate(idt + 2 * 0x40, KERNEL_DS, (uint32_t)handler, 0xEE, 0);
  at_level(3);
  go(interrupt_40);
  expect("interrupt gate to data", "GP(0010)");
  descriptor(0x88, 0, 0xFFFFF, 0xC01B);
  gate(idt + 2 * 0x40, 0x88, (uint32_t)handler, 0xEE, 0);
  at_level(3);
  go(interrupt_40);
  expect("interrupt gate to code not present", "NP(0088)");
  descriptor(0x88, 0, 0xFFFFF, 0xC0FB);
  gate(idt + 2 * 0x40, 0x88, (uint32_t)handler, 0xEE, 0);
  at_level(0);
  go(interrupt_40);
  expect("interrupt gate to an outer level", "GP(0088)");
  gate(idt + 2 * 0x40, CODE_1, (uint32_t)handler, 0xEE, 0);
  tss[4] = 0;
  at_level(3);
  go(interrupt_40);
  expect("interrupt with a null inner stack", "TS(0000)");
  gate(idt + 2 * 3, KERNEL_CS, (uint32_t)stubs + 16 * 3, 0x8E, 0);
  at_level(3);
  go(breakpoint);
  expect("INT3 through a gate of DPL 0", "GP(001a)");
  gate(idt + 2 * 4, KERNEL_CS, (uint32_t)stubs + 16 * 4, 0x8E, 0);
  at_level(3);
  go(overflow);
  expect("INTO through a gate of DPL 0", "GP(0022)");
  normal_vector(3);
  normal_vector(4);
  at_level(3);
  go(breakpoint);
  note("after", out.eip - (uint32_t)breakpoint);
  expect("INT3", "BP after=00000001");
  at_level(3);
  go(overflow);
  expect("INTO", "OF");
  static struct __attribute__((packed)) { uint16_t limit; uint32_t base; } shorter = {0x40 * 8 + 6, 0};
  shorter.base = (uint32_t)idt;
  at_level(3);
  __asm__ volatile("lidt %0" : : "m"(shorter));
  go(interrupt_40);
  __asm__ volatile("lidt idt_pointer");
  expect("INT beyond the table", "GP(0202)");
}

static void iret(const char *name, int level, uint32_t cs, uint32_t flags, uint32_t esp, uint32_t ss, const char *want) {
  at_level(level);
  in.ebx = (uint32_t)callee_return + 3; /* done */
  in.eax = cs;
  in.esi = flags | 2;
  in.ecx = esp;
  in.edx = ss;
  go(iret_frame);
  if (out.vector == DONE) {
    note("cs", out.cs);
    note("flags", out.eflags & (IF | NT | IOPL3 | TF | AC));
  }
  expect(name, want);
}

static void returns(void) {
  descriptor(0x80, 0, 0xFFFFF, 0xC07B); /* code of DPL 3 not present */
  descriptor(0x88, 0, 0xFFFFF, 0xC073); /* data of DPL 3 not present */
  descriptor(0x90, 0, 0xFFFFF, 0xC0F1); /* read-only */
  uint32_t sp = (uint32_t)stack3;
  iret("IRET to level 3", 0, USER_CS, IF | IOPL3 | NT | AC, sp, USER_DS, "done cs=0000001b flags=00047200");
  iret("IRET at level 3 keeps IF and IOPL", 3, USER_CS, IF | IOPL3 | NT | AC, sp, USER_DS, "done cs=0000001b flags=00044000");
  iret("IRET to an inner level", 3, KERNEL_CS, 0, sp, USER_DS, "GP(0008)");
  iret("IRET to a null selector", 0, 0, 0, sp, USER_DS, "GP(0000)");
  iret("IRET to data", 0, USER_DS, 0, sp, USER_DS, "GP(0020)");
  iret("IRET to code not present", 0, 0x83, 0, sp, USER_DS, "NP(0080)");
  iret("IRET with a null stack", 0, USER_CS, 0, sp, 3, "GP(0000)");
  iret("IRET with a stack of RPL 0", 0, USER_CS, 0, sp, 0x20, "GP(0020)");
  iret("IRET with a stack not present", 0, USER_CS, 0, sp, 0x8B, "SS(0088)");
  iret("IRET with a stack that is read-only", 0, USER_CS, 0, sp, 0x93, "GP(0090)");
  iret("IRET beyond the table", 0, 0x20B, 0, sp, USER_DS, "GP(0208)");
  /* data segments of an inner level do not go along */
  at_level(0);
  in.ebx = (uint32_t)callee_return + 3;
  in.eax = USER_CS;
  in.esi = 2;
  in.ecx = sp;
  in.edx = USER_DS;
  go(iret_frame);
  note("ds", out.ds);
  note("es", out.es);
  expect("IRET to level 3 drops DS and ES", "done ds=00000000 es=00000000");
}

void gates(void) {
  call_gates();
  restore_tables();
  interrupts();
  restore_tables();
  returns();
}
