/* Hardware task switches in every direction, and exceptions during the delivery of exceptions. */

#include "harness.h"

CODE(jump_task, "ljmp *(%ebx)");
CODE(call_task, "lcall *(%ebx)");
CODE(interrupt_task, "int $0x40");
CODE(return_nested, "iretl");
CODE(in_task, "mov %esp, %ebp\n pushfl\n pop %eax\n str %ecx");
CODE(in_small_task, "mov %esp, %ebp\n movzwl %sp, %esp\n pushfl\n pop %eax");
CODE(in_task_return, "iretl\n mov $0x2222, %edx");
CODE(undefined, "ud2");
CODE(protection, "mov $0x208, %eax\n mov %ax, %es");
CODE16(v86_task, "mov %ds, %ax");

enum { TASK = 0x80, GATE = 0x88, CATCHER = 0x90, SMALL = 0x98, BUSY = 0xB };

static uint32_t task[26], catcher[26];
static uint16_t small[22];
static uint32_t task_stack[128], catcher_stack[128];
static struct {
  uint32_t offset;
  uint16_t selector;
} pointer;

static uint32_t *entry(int selector) { return gdt + (selector >> 3) * 2; }
static int type(int selector) { return entry(selector)[1] >> 8 & 0xFF; }

/* A task that starts with some code at level 0. */
static void prepare(char *code) {
  restore_tables();
  load_task_register();
  for (int n = 0; n < 26; n++) task[n] = catcher[n] = 0;
  task[8] = (uint32_t)code;
  task[9] = 2;
  task[10] = 0x11111111;
  task[14] = (uint32_t)(task_stack + 128);
  task[1] = (uint32_t)(task_stack + 64);
  task[2] = KERNEL_DS;
  task[18] = task[20] = task[21] = task[22] = task[23] = KERNEL_DS;
  task[19] = KERNEL_CS;
  task[25] = 104 << 16;
  descriptor(TASK, (uint32_t)task, 103, 0x89);
  gate(entry(GATE), TASK, 0, 0xE5, 0);
  at_level(0);
  pointer.selector = TASK;
  in.ebx = (uint32_t)&pointer;
  in.edx = 0x1111;
  write_cr0(read_cr0() & ~8u);
}

static void finish(void) {
  __asm__ volatile("clts");
  load_task_register();
}

/* Exceptions of a vector switch to a task that reports them. */
static void catch_by_task(int vector) {
  catcher[8] = (uint32_t)stubs + 16 * vector;
  catcher[9] = 2;
  catcher[14] = (uint32_t)(catcher_stack + 100);
  catcher[18] = catcher[20] = catcher[21] = catcher[22] = catcher[23] = KERNEL_DS;
  catcher[19] = KERNEL_CS;
  catcher[25] = 104 << 16;
  for (int n = 0; n < 128; n++) catcher_stack[n] = 0;
  descriptor(CATCHER, (uint32_t)catcher, 103, 0x89);
  gate(idt + 2 * vector, CATCHER, 0, 0x85, 0);
}

static void switches(void) {
  prepare(in_task);
  go(jump_task);
  note("old", type(TSS));
  note("new", type(TASK));
  note("flags", out.eax);
  note("link", task[0]);
  note("ts", read_cr0() & 8);
  note("tr", out.tr);
  expect("jump to a task", "done old=00000089 new=0000008b flags=00000002 link=00000000 ts=00000008 tr=00000080");
  finish();
  prepare(in_task);
  go(call_task);
  note("old", type(TSS));
  note("new", type(TASK));
  note("flags", out.eax);
  note("link", task[0]);
  note("saved eip", tss[8] - (uint32_t)call_task);
  note("saved edx", tss[12]);
  expect("call of a task", "done old=0000008b new=0000008b flags=00004002 link=00000028 saved eip=00000002 saved edx=00001111");
  finish();
  prepare(in_task_return);
  go(call_task);
  note("old", type(TSS));
  note("new", type(TASK));
  note("flags", out.eflags & NT);
  note("saved flags", task[9] & NT);
  note("edx", out.edx);
  note("tr", out.tr);
  expect("and return from it", "done old=0000008b new=00000089 flags=00000000 saved flags=00000000 edx=00001111 tr=00000028");
  finish();
  prepare(in_task);
  pointer.selector = GATE;
  go(call_task);
  note("tr", out.tr);
  note("flags", out.eax);
  expect("call through a task gate", "done tr=00000080 flags=00004002");
  finish();
  prepare(in_task);
  at_level(3);
  pointer.selector = GATE;
  in.ebx = (uint32_t)&pointer;
  go(call_task);
  note("tr", out.tr);
  note("saved cs", tss[19]);
  expect("call through a task gate from level 3", "done tr=00000080 saved cs=0000001b");
  finish();
  prepare(in_task);
  gate(idt + 2 * 0x40, TASK, 0, 0xE5, 0);
  go(interrupt_task);
  note("tr", out.tr);
  note("flags", out.eax);
  note("link", task[0]);
  expect("interrupt through a task gate", "done tr=00000080 flags=00004002 link=00000028");
  finish();
  prepare(in_task);
  catch_by_task(13);
  go(protection);
  note("code", out.error);
  note("link", catcher[0]);
  note("saved eip", tss[8] - (uint32_t)protection);
  note("rf", tss[9] & RF);
  expect("exception through a task gate", "GP(0208) code=00000208 link=00000028 saved eip=00000005 rf=00010000");
  finish();
}

static void small_tasks(void) {
  prepare(in_task);
  for (int n = 0; n < 22; n++) small[n] = 0;
  descriptor(0xA0, (uint32_t)in_small_task, 0xFFFF, 0x409B);
  small[8] = 2;                                /* FLAGS; IP is 0 */
  small[13] = 0;
  descriptor(0xA8, (uint32_t)task_stack, 511, 0x0093);
  small[13] = 256;                             /* SP */
  small[17] = KERNEL_DS;                       /* ES */
  small[18] = 0xA0;                            /* CS */
  small[19] = 0xA8;                            /* SS */
  small[20] = KERNEL_DS;                       /* DS */
  descriptor(SMALL, (uint32_t)small, 43, 0x81);
  pointer.selector = SMALL;
  go(call_task);
  note("new", type(SMALL));
  note("link", small[0]);
  note("sp", out.ebp & 0xFFFF);
  note("flags", out.eax & 0xFFFF);
  expect("call of a 16-bit task", "done new=00000083 link=00000028 sp=00000100 flags=00004002");
  finish();
  prepare(in_task);
  descriptor(SMALL, (uint32_t)small, 42, 0x81);
  pointer.selector = SMALL;
  go(jump_task);
  expect("16-bit TSS too small", "TS(0098)");
  finish();
}

static void refused(const char *name, int level, uint32_t access, uint32_t limit, int selector, const char *want) {
  prepare(in_task);
  descriptor(TASK, (uint32_t)task, limit, access);
  at_level(level);
  pointer.selector = selector;
  in.ebx = (uint32_t)&pointer;
  go(jump_task);
  expect(name, want);
  finish();
}

static void faults(void) {
  refused("TSS of DPL 0 at level 3", 3, 0x89, 103, TASK, "GP(0080)");
  refused("TSS not present", 0, 0x09, 103, TASK, "NP(0080)");
  refused("TSS too small", 0, 0x89, 102, TASK, "TS(0080)");
  refused("busy TSS", 0, 0x8B, 103, TASK, "GP(0080)");
  refused("busy TSS through a gate", 0, 0x8B, 103, GATE, "GP(0080)");
  prepare(in_task);
  gate(entry(GATE), TASK, 0, 0x65, 0);
  pointer.selector = GATE;
  go(jump_task);
  expect("task gate not present", "NP(0088)");
  finish();
  prepare(in_task);
  gate(entry(GATE), KERNEL_DS, 0, 0xE5, 0);
  pointer.selector = GATE;
  go(jump_task);
  expect("task gate to data", "GP(0010)");
  finish();
  static const struct {
    const char *name;
    int field;
    uint32_t value;
    const char *want;
  } fields[] = {
      {"task with data as LDT", 24, KERNEL_DS, "TS(0010) link=00000080"},
      {"task with data as CS", 19, KERNEL_DS, "TS(0010) link=00000080"},
      {"task with null as CS", 19, 0, "TS(0000) link=00000080"},
      {"task with code as SS", 20, KERNEL_CS, "TS(0008) link=00000080"},
      {"task with null as SS", 20, 0, "TS(0000) link=00000080"},
      {"task with SS beyond the table", 20, 0x208, "TS(0208) link=00000080"},
      {"task with a TSS as DS", 21, TSS, "TS(0028) link=00000080"},
      {"task with GS beyond the table", 23, 0x208, "TS(0208) link=00000080"},
  };
  for (unsigned n = 0; n < sizeof fields / sizeof *fields; n++) {
    prepare(in_task);
    catch_by_task(10);
    /* ES, CS, SS, DS, FS, GS, LDT at 18 to 24 */
    static const int place[] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 18, 19, 20, 21, 22, 23, 24};
    task[place[fields[n].field]] = fields[n].value;
    go(jump_task);
    note("link", catcher[0]);
    expect(fields[n].name, fields[n].want);
    finish();
  }
  prepare(in_task);
  catch_by_task(11);
  descriptor(0xA0, 0, 0xFFFFF, 0xC01B);
  task[19] = 0xA0;
  go(jump_task);
  note("link", catcher[0]);
  expect("task with CS not present", "NP(00a0) link=00000080");
  finish();
  prepare(in_task);
  catch_by_task(12);
  descriptor(0xA0, 0, 0xFFFFF, 0xC013);
  task[20] = 0xA0;
  go(jump_task);
  note("link", catcher[0]);
  expect("task with SS not present", "SS(00a0) link=00000080");
  finish();
  prepare(in_task);
  in.eflags |= NT;
  tss[0] = TASK;
  go(return_nested);
  expect("nested return to a task that is not busy", "TS(0080)");
  finish();
  prepare(in_task);
  in.eflags |= NT;
  tss[0] = KERNEL_DS;
  go(return_nested);
  expect("nested return to data", "TS(0010)");
  finish();
  prepare(in_task);
  task[25] |= 1;
  go(jump_task);
  note("eip", out.eip - (uint32_t)in_task);
  note("dr6", out.dr6 & 0xE00F);
  expect("task with the trap bit", "DB eip=00000000 dr6=00008000");
  finish();
}

static void virtual_task(void) {
  prepare(in_task);
  in_v86_at_0(v86_task, v86_task_end);
  at_level(0);
  pointer.selector = TASK;
  in.ebx = (uint32_t)&pointer;
  task[9] = VM | IOPL3 | 2;
  task[8] = 0;
  task[14] = 0x1000;
  task[18] = task[21] = task[22] = task[23] = 0x8800;
  task[19] = 0x8000;
  task[20] = 0x9000;
  go(jump_task);
  note("ax", out.eax);
  note("flags", out.eflags);
  note("cs", out.cs);
  note("ss", out.ss);
  expect("virtual-8086 task", "done ax=11118800 flags=00023002 cs=00008000 ss=00009000");
  finish();
}

static void doubles(void) {
  restore_tables();
  gate(idt + 2 * 13, KERNEL_CS, 0, 0x0E, 0);
  at_level(0);
  go(protection);
  note("eip", out.eip - (uint32_t)protection);
  expect("#NP while #GP is delivered", "DF(0000) eip=00000005");
  restore_tables();
  gate(idt + 2 * 6, KERNEL_CS, 0, 0x0E, 0);
  at_level(0);
  go(undefined);
  expect("#NP while #UD is delivered", "NP(0033)");
  restore_tables();
  gate(idt + 2 * 6, KERNEL_DS, 0, 0x8E, 0);
  at_level(0);
  go(undefined);
  expect("#GP while #UD is delivered", "GP(0011)");
  restore_tables();
  gate(idt + 2 * 13, KERNEL_DS, 0, 0x8E, 0);
  at_level(3);
  go(protection);
  expect("#GP while #GP is delivered", "DF(0000)");
  prepare(in_task);
  catch_by_task(8);
  gate(idt + 2 * 13, KERNEL_DS, 0, 0x8E, 0);
  go(protection);
  note("link", catcher[0]);
  note("tr", out.tr);
  note("saved eip", tss[8] - (uint32_t)protection);
  expect("#DF through a task gate", "DF(0000) link=00000028 tr=00000090 saved eip=00000005");
  finish();
  restore_tables();
}

void tasks(void) {
  switches();
  small_tasks();
  faults();
  virtual_task();
  doubles();
}
