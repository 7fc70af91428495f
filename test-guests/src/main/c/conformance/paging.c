/* Page faults, their codes, accessed and dirty bits, large pages, write protection, accesses over page boundaries. */

#include "harness.h"

enum { P = 1, W = 2, U = 4, A = 32, D = 64, LARGE = 128, GLOBAL = 256 };
enum { WP = 1 << 16, PG = 1u << 31 };
enum { PSE = 16, PAE = 32, PGE = 128 };

/* Linear addresses of the pages tests change; what is there physically. */
#define PAGE 0x00C00000u
#define PHYSICAL 0x00300000u

CODE(read8, "movb (%ebx), %al");
CODE(read32, "mov (%ebx), %eax");
CODE(write32, "mov %eax, (%ebx)");
CODE(update32, "addl $1, (%ebx)");
CODE(compare_exchange, "mov $1, %ecx\n mov $2, %eax\n cmpxchg %ecx, (%ebx)");
CODE(push_page, "mov %ebx, %esp\n push %eax");
CODE(move_string, "cld\n rep movsb");
CODE(jump_page, "jmp *%ebx");
CODE(call_memory, "lcall *(%ebx)");
CODE(store_gdt, "sgdt (%ebx)");
CODE(enter_page, "mov %ebx, %esp\n mov %ebx, %ebp\n enter $8, $0");
CODE(jump_task_paged, "ljmp *(%ebx)");
CODE(load_cr3, "mov %eax, %cr3");
CODE(pushad_page, "mov %ebx, %esp\n pushal");

static uint32_t directory[1024] __attribute__((aligned(4096)));
static uint32_t low_table[1024] __attribute__((aligned(4096)));
static uint32_t table[1024] __attribute__((aligned(4096)));

static uint32_t *pte(int n) { return table + n; }

static void invalidate(uint32_t address) { __asm__ volatile("invlpg (%0)" : : "r"(address) : "memory"); }

static void map(int n, uint32_t entry) {
  table[n] = entry;
  invalidate(PAGE + 4096 * n);
}

static void turn_on(void) {
  for (int n = 0; n < 1024; n++) {
    low_table[n] = (uint32_t)n << 12 | U | W | P;
    table[n] = 0;
  }
  for (int n = 0; n < 1024; n++) directory[n] = 0;
  directory[0] = (uint32_t)low_table | U | W | P;
  directory[PAGE >> 22] = (uint32_t)table | U | W | P;
  write_cr3((uint32_t)directory);
  write_cr0((read_cr0() | PG) & ~(uint32_t)WP);
}

static void access_page(const char *name, int level, char *code, uint32_t address, const char *want) {
  at_level(level);
  in.ebx = address;
  in.eax = 0x12345678;
  go(code);
  expect(name, want);
}

static void codes(void) {
  access_page("read of a page not present", 0, read32, PAGE, "PF(0000)@00c00000");
  access_page("write to a page not present", 0, write32, PAGE + 8, "PF(0002)@00c00008");
  access_page("user read of a page not present", 3, read32, PAGE, "PF(0004)@00c00000");
  access_page("user write to a page not present", 3, write32, PAGE, "PF(0006)@00c00000");
  access_page("update of a page not present", 3, update32, PAGE, "PF(0006)@00c00000");
  access_page("CMPXCHG of a page not present", 3, compare_exchange, PAGE, "PF(0006)@00c00000");
  access_page("jump to a page not present", 3, jump_page, PAGE, "PF(0004)@00c00000");
  map(0, PHYSICAL | W | P);
  access_page("user read of a supervisor page", 3, read32, PAGE, "PF(0005)@00c00000");
  access_page("user write to a supervisor page", 3, write32, PAGE, "PF(0007)@00c00000");
  access_page("supervisor read of a supervisor page", 0, read32, PAGE, "done");
  map(0, PHYSICAL | U | P);
  access_page("user write to a read-only page", 3, write32, PAGE, "PF(0007)@00c00000");
  access_page("user update of a read-only page", 3, update32, PAGE, "PF(0007)@00c00000");
  access_page("user CMPXCHG of a read-only page", 3, compare_exchange, PAGE, "PF(0007)@00c00000");
  access_page("supervisor write to a read-only page", 0, write32, PAGE, "done");
  write_cr0(read_cr0() | WP);
  access_page("supervisor write to a read-only page with WP", 0, write32, PAGE, "PF(0003)@00c00000");
  write_cr0(read_cr0() & ~(uint32_t)WP);
  map(0, PHYSICAL | W | P | U);
  directory[PAGE >> 22] = (uint32_t)table | U | P;
  write_cr3((uint32_t)directory);
  access_page("read-only by the directory", 3, write32, PAGE, "PF(0007)@00c00000");
  directory[PAGE >> 22] = (uint32_t)table | W | P;
  write_cr3((uint32_t)directory);
  access_page("supervisor by the directory", 3, read32, PAGE, "PF(0005)@00c00000");
  directory[PAGE >> 22] = 0;
  write_cr3((uint32_t)directory);
  access_page("no table", 3, read32, PAGE, "PF(0004)@00c00000");
  directory[PAGE >> 22] = (uint32_t)table | U | W | P;
  write_cr3((uint32_t)directory);
}

static void bits(const char *name, int level, char *code, const char *want) {
  map(0, PHYSICAL | U | W | P);
  directory[PAGE >> 22] &= ~(uint32_t)(A | D);
  write_cr3((uint32_t)directory);
  at_level(level);
  in.ebx = PAGE;
  go(code);
  note("pte", *pte(0) & (A | D));
  note("pde", directory[PAGE >> 22] & (A | D));
  expect(name, want);
}

static void accessed_and_dirty(void) {
  bits("a read sets A", 3, read32, "done pte=00000020 pde=00000020");
  bits("a write sets A and D", 3, write32, "done pte=00000060 pde=00000020");
  *(volatile uint32_t *)PHYSICAL = 7;
  bits("CMPXCHG that stores nothing new sets D", 3, compare_exchange, "done pte=00000060 pde=00000020");
  map(0, PHYSICAL | U | P);
  access_page("a refused write", 3, write32, PAGE, "PF(0007)@00c00000");
  note("pte", *pte(0) & D);
  expect_notes("leaves D", "pte=00000000");
  map(0, PHYSICAL | U | W | P);
  access_page("after a read", 3, read32, PAGE, "done");
  access_page("a write", 3, write32, PAGE, "done");
  note("pte", *pte(0) & D);
  expect_notes("sets D", "pte=00000040");
}

static void crossings(void) {
  map(0, PHYSICAL | U | W | P);
  map(1, 0);
  uint32_t end = PAGE + 4096;
  volatile uint32_t *last = (volatile uint32_t *)(PAGE + 4092);
  *last = 0xAAAAAAAA;
  access_page("read over the end", 3, read32, end - 2, "PF(0004)@00c01000");
  access_page("write over the end", 3, write32, end - 2, "PF(0006)@00c01000");
  note("kept", *last);
  expect_notes("and nothing of it is stored", "kept=aaaaaaaa");
  access_page("update over the end", 3, update32, end - 1, "PF(0006)@00c01000");
  map(1, (PHYSICAL + 0x5000) | U | W | P);
  map(0, 0);
  access_page("write from a page not present", 3, write32, end - 2, "PF(0006)@00c00ffe");
  map(0, PHYSICAL | U | W | P);
  map(1, (PHYSICAL + 0x5000) | U | P);
  access_page("write over the end into a read-only page", 3, write32, end - 1, "PF(0007)@00c01000");
  note("kept", *last);
  expect_notes("and nothing of that is stored", "kept=aaaaaaaa");
  map(1, (PHYSICAL + 0x5000) | U | W | P);
  access_page("write over both", 3, write32, end - 2, "done");
  note("first", *last);
  note("second", *(volatile uint32_t *)(PHYSICAL + 0x5000) & 0xFFFF);
  expect_notes("is stored to both", "first=5678aaaa second=00001234");
  map(0, 0);
  access_page("push to a page not present", 3, push_page, end, "PF(0006)@00c00ffc");
  note("esp", out.esp);
  expect_notes("leaves ESP", "esp=00c01000");
  access_page("PUSHAD into a page not present", 3, pushad_page, end + 16, "PF(0006)@00c00ffc");
  note("esp", out.esp);
  expect_notes("leaves ESP, too", "esp=00c01010");
  access_page("SGDT at level 3 over a page not present", 3, store_gdt, PAGE + 4090, "PF(0006)@00c00ffa");
  map(0, PHYSICAL | U | W | P);
  map(1, 0);
  at_level(3);
  in.esi = PAGE;
  in.edi = end - 3;
  in.ecx = 8;
  go(move_string);
  note("ecx", out.ecx);
  note("esi", out.esi);
  note("edi", out.edi);
  expect("REP MOVSB stops between bytes", "PF(0006)@00c01000 ecx=00000005 esi=00c00003 edi=00c01000");
  /* the last bytes of an instruction on a page that is not there */
  volatile uint8_t *code = (volatile uint8_t *)(end - 3);
  code[0] = 0xB8; /* mov $..., %eax */
  code[1] = 1;
  code[2] = 2;
  access_page("instruction over the end", 3, jump_page, end - 3, "PF(0004)@00c01000");
  note("eip", out.eip);
  expect_notes("with EIP at its start", "eip=00c00ffd");
  map(1, (PHYSICAL + 0x5000) | U | W | P);
  volatile uint8_t *rest = (volatile uint8_t *)(PHYSICAL + 0x5000);
  rest[0] = 3;
  rest[1] = 4;
  rest[2] = 0xCD;
  rest[3] = 0x81;
  at_level(3);
  in.ebx = end - 3;
  go(jump_page);
  note("eax", out.eax);
  expect("instruction over both", "done eax=04030201");
}

static void translations(void) {
  map(0, PHYSICAL | U | W | P);
  volatile uint32_t *page = (volatile uint32_t *)PAGE;
  *(volatile uint32_t *)PHYSICAL = 0x11111111;
  *(volatile uint32_t *)(PHYSICAL + 0x1000) = 0x22222222;
  uint32_t before = *page;
  table[0] = (PHYSICAL + 0x1000) | U | W | P;
  invalidate(PAGE);
  uint32_t after = *page;
  table[0] = PHYSICAL | U | W | P;
  write_cr3((uint32_t)directory);
  uint32_t reloaded = *page;
  note("", before);
  note("", after);
  note("", reloaded);
  expect_notes("INVLPG and CR3 forget translations", "=11111111 =22222222 =11111111");
  if (features() & 1 << 13) {
    write_cr4(read_cr4() | PGE);
    table[0] = PHYSICAL | GLOBAL | U | W | P;
    invalidate(PAGE);
    before = *page;
    table[0] = (PHYSICAL + 0x1000) | GLOBAL | U | W | P;
    write_cr4(read_cr4() & ~(uint32_t)PGE);
    after = *page;
    note("", before);
    note("", after);
    expect_notes("clearing PGE forgets global translations", "=11111111 =22222222");
  }
  if (features() & 1 << 3) {
    directory[PAGE >> 22] = 0x00C00000 | LARGE | U | W | P;
    write_cr3((uint32_t)directory);
    access_page("large page without PSE", 3, read32, PHYSICAL, "done");
    write_cr4(read_cr4() | PSE);
    write_cr3((uint32_t)directory);
    directory[PAGE >> 22] = LARGE | U | W | P;
    write_cr3((uint32_t)directory);
    at_level(3);
    in.ebx = PAGE + PHYSICAL;
    go(read32);
    note("eax", out.eax);
    note("pde", directory[PAGE >> 22] & (A | D));
    expect("large page", "done eax=11111111 pde=00000020");
    at_level(3);
    in.ebx = PAGE + PHYSICAL + 4;
    go(write32);
    note("pde", directory[PAGE >> 22] & (A | D));
    expect("write to a large page", "done pde=00000060");
    directory[PAGE >> 22] = LARGE | W | P;
    write_cr3((uint32_t)directory);
    access_page("user read of a large supervisor page", 3, read32, PAGE, "PF(0005)@00c00000");
    directory[PAGE >> 22] = LARGE | 1 << 21 | U | W | P;
    write_cr3((uint32_t)directory);
    access_page("large page with a reserved bit", 3, read32, PAGE, "PF(000d)@00c00000");
    write_cr4(read_cr4() & ~(uint32_t)PSE);
    directory[PAGE >> 22] = (uint32_t)table | U | W | P;
    write_cr3((uint32_t)directory);
  }
}

/* A task with a page directory of its own, in which the page is another one. */
static void task_directory(void) {
  static uint32_t task[26], other_directory[1024] __attribute__((aligned(4096))), other_table[1024] __attribute__((aligned(4096)));
  static uint32_t stack[64];
  static struct {
    uint32_t offset;
    uint16_t selector;
  } pointer = {0, TEST};
  for (int n = 0; n < 1024; n++) other_directory[n] = directory[n];
  other_directory[PAGE >> 22] = (uint32_t)other_table | U | W | P;
  other_table[0] = (PHYSICAL + 0x1000) | U | W | P;
  map(0, PHYSICAL | U | W | P);
  task[7] = (uint32_t)other_directory;
  task[8] = (uint32_t)read32;
  task[9] = 2;
  task[13] = PAGE;
  task[14] = (uint32_t)(stack + 64);
  task[18] = task[20] = task[21] = task[22] = task[23] = KERNEL_DS;
  task[19] = KERNEL_CS;
  task[25] = 104 << 16;
  tss[7] = (uint32_t)directory;
  descriptor(TEST, (uint32_t)task, 103, 0x89);
  at_level(0);
  in.ebx = (uint32_t)&pointer;
  go(jump_task_paged);
  note("eax", out.eax);
  note("cr3", read_cr3() == (uint32_t)other_directory);
  expect("a task's page directory", "done eax=22222222 cr3=00000001");
  write_cr3((uint32_t)directory);
  __asm__ volatile("clts");
  load_task_register();
}

static uint64_t pointers[4] __attribute__((aligned(32)));
static uint64_t directories[4][512] __attribute__((aligned(4096)));
static uint64_t wide_table[512] __attribute__((aligned(4096)));

static void physical_extension(void) {
  if (!(features() & 1 << 6)) {
    skip("physical address extension", "not there");
    return;
  }
  write_cr0(read_cr0() & ~PG);
  for (int n = 0; n < 4; n++) pointers[n] = (uint32_t)directories[n] | P;
  for (int n = 0; n < 512; n++) directories[0][n] = wide_table[n] = 0;
  for (int n = 0; n < 4; n++) directories[0][n] = (uint32_t)n << 21 | LARGE | U | W | P;
  directories[0][PAGE >> 21] = (uint32_t)wide_table | U | W | P;
  write_cr4(read_cr4() | PAE);
  write_cr3((uint32_t)pointers);
  write_cr0(read_cr0() | PG);
  wide_table[0] = PHYSICAL | U | W | P;
  at_level(3);
  in.ebx = PAGE;
  go(read32);
  note("eax", out.eax);
  note("pte", (uint32_t)wide_table[0] & (A | D));
  expect("PAE: page", "done eax=11111111 pte=00000020");
  at_level(3);
  in.ebx = PHYSICAL;
  go(read32);
  note("eax", out.eax);
  expect("PAE: page of 2 MB", "done eax=11111111");
  access_page("PAE: page not present", 3, write32, PAGE + 0x1000, "PF(0006)@00c01000");
  wide_table[1] = PHYSICAL | 1ull << 62 | U | W | P;
  access_page("PAE: reserved bit", 3, read32, PAGE + 0x1000, "PF(000d)@00c01000");
  directories[0][(PAGE >> 21) + 1] = PHYSICAL | 1 << 13 | LARGE | U | W | P;
  access_page("PAE: reserved bit of a page of 2 MB", 3, read32, PAGE + 0x200000, "PF(000d)@00e00000");
  pointers[3] = 0;
  write_cr3((uint32_t)pointers);
  access_page("PAE: no directory", 3, read32, 0xC0000000, "PF(0004)@c0000000");
  pointers[3] = (uint32_t)directories[3] | P | W;
  at_level(0);
  in.eax = (uint32_t)pointers;
  in.cr3 = 0;
  go(load_cr3);
  expect("PAE: reserved bit of a directory pointer", "GP(0000)");
  pointers[3] = 0;
  write_cr0(read_cr0() & ~PG);
  write_cr4(read_cr4() & ~(uint32_t)PAE);
}

void paging(void) {
  turn_on();
  codes();
  accessed_and_dirty();
  crossings();
  translations();
  task_directory();
  physical_extension();
  write_cr0(read_cr0() & ~PG);
}
