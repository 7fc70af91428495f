/* Pages of memory, and the address spaces of processes. The kernel sees physical memory where it is. */

#include "kernel.h"

#define MEGABYTE (1u << 20)
#define MOST_MEMORY (64 * MEGABYTE)
#define TABLE_ENTRIES 1024
#define WRITE_PROTECT 0x10000u
#define PAGING 0x80000000u

extern uint8_t bss_end[];

uint32_t faults;

static uint32_t kernel_tables[MOST_MEMORY / PAGE] __attribute__((aligned(4096)));
static uint16_t users[MOST_MEMORY / PAGE]; /* how many address spaces have a page */
static void *free_pages;                   /* each begins with the next */
static uint32_t memory_end;

static void clear(void *page) {
  uint32_t *words = page;
  for (uint32_t i = 0; i < PAGE / 4; i++) {
    words[i] = 0;
  }
}

static void copy(void *to, const void *from) {
  uint32_t count = PAGE / 4;
  __asm__ volatile("rep movsl" : "+D"(to), "+S"(from), "+c"(count) : : "memory");
}

static uint16_t *users_of(uint32_t entry) { return users + (entry >> 12); }

void memory_init(uint32_t upper_kilobytes) {
  memory_end = MEGABYTE + upper_kilobytes * 1024;
  memory_end = memory_end < MOST_MEMORY ? memory_end : MOST_MEMORY;
  for (uint32_t page = 0; page < memory_end / PAGE; page++) {
    kernel_tables[page] = page * PAGE | WRITABLE | PRESENT;
  }
  uint32_t first = ((uint32_t)bss_end + PAGE - 1) & -PAGE;
  for (uint32_t page = memory_end - PAGE; page >= first; page -= PAGE) {
    page_free((void *)page);
  }
  directory_load(directory_new());
  uint32_t cr0;
  __asm__ volatile("mov %%cr0, %0" : "=r"(cr0));
  cr0 = (cr0 & 0x9FFFFFFFu) | PAGING | WRITE_PROTECT;
  __asm__ volatile("mov %0, %%cr0" : : "r"(cr0) : "memory");
}

void *page_alloc(void) {
  void **page = free_pages;
  if (!page) {
    print("out of memory\n");
    power_off();
  }
  free_pages = *page;
  return page;
}

void page_free(void *page) {
  *(void **)page = free_pages;
  free_pages = page;
}

/* ---- address spaces ---- */

uint32_t *directory_new(void) {
  uint32_t *directory = page_alloc();
  clear(directory);
  for (uint32_t i = 0; i < memory_end / PAGE / TABLE_ENTRIES; i++) {
    directory[i] = (uint32_t)(kernel_tables + TABLE_ENTRIES * i) | WRITABLE | PRESENT;
  }
  return directory;
}

void directory_load(const uint32_t *directory) {
  __asm__ volatile("mov %0, %%cr3" : : "r"(directory) : "memory");
}

static uint32_t *table(uint32_t directory_entry) { return (uint32_t *)(directory_entry & -PAGE); }

/* The entry for an address, in a table made for it if need be. */
static uint32_t *entry_of(uint32_t *directory, uint32_t address) {
  uint32_t *slot = directory + (address >> 22);
  if (!*slot) {
    uint32_t *made = page_alloc();
    clear(made);
    *slot = (uint32_t)made | USER | WRITABLE | PRESENT;
  }
  return table(*slot) + (address >> 12 & (TABLE_ENTRIES - 1));
}

/* Whoever of the two writes first gets a page of its own. */
uint32_t *directory_copy(uint32_t *from) {
  uint32_t *to = directory_new();
  for (uint32_t i = IMAGE >> 22; i < STACK_END >> 22; i++) {
    if (from[i]) {
      uint32_t *source = table(from[i]);
      uint32_t *target = page_alloc();
      for (uint32_t j = 0; j < TABLE_ENTRIES; j++) {
        if (source[j]) {
          source[j] = source[j] & WRITABLE ? (source[j] & ~WRITABLE) | COPY : source[j];
          ++*users_of(source[j]);
        }
        target[j] = source[j];
      }
      to[i] = (uint32_t)target | USER | WRITABLE | PRESENT;
    }
  }
  directory_load(from);
  return to;
}

/* Gives back everything of the process; pages of images have a user that never goes. */
void directory_clear(uint32_t *directory) {
  for (uint32_t i = IMAGE >> 22; i < STACK_END >> 22; i++) {
    if (directory[i]) {
      uint32_t *entries = table(directory[i]);
      for (uint32_t j = 0; j < TABLE_ENTRIES; j++) {
        if (entries[j] && --*users_of(entries[j]) == 0) {
          page_free((void *)(entries[j] & -PAGE));
        }
      }
      page_free(entries);
      directory[i] = 0;
    }
  }
}

/* ---- faults ---- */

static int first_touch(uint32_t *entry, uint32_t address) {
  uint32_t image_page = (address - IMAGE) / PAGE;
  if (address >= IMAGE && image_page < current->program->count) {
    uint32_t page = (uint32_t)(current->program->pages + image_page * PAGE);
    if (!*users_of(page)) {
      ++*users_of(page);
    }
    ++*users_of(page);
    *entry = page | COPY | USER | PRESENT;
    return 1;
  }
  if ((address >= HEAP && address < HEAP_END) || (address >= STACK && address < STACK_END)) {
    void *page = page_alloc();
    clear(page);
    ++*users_of((uint32_t)page);
    *entry = (uint32_t)page | USER | WRITABLE | PRESENT;
    return 1;
  }
  return 0;
}

static void own_copy(uint32_t *entry, uint32_t address) {
  if (*users_of(*entry) > 1) {
    void *page = page_alloc();
    copy(page, (void *)(*entry & -PAGE));
    --*users_of(*entry);
    ++*users_of((uint32_t)page);
    *entry = (uint32_t)page | USER | PRESENT;
  }
  *entry = (*entry & ~COPY) | WRITABLE;
  __asm__ volatile("invlpg (%0)" : : "r"(address) : "memory");
}

int page_fault(uint32_t address, uint32_t error) {
  faults++;
  if (address < IMAGE || address >= STACK_END) {
    return 0;
  }
  uint32_t *entry = entry_of(current->directory, address);
  if (!(error & PRESENT)) {
    return first_touch(entry, address);
  }
  if (error & WRITABLE && *entry & COPY) {
    own_copy(entry, address);
    return 1;
  }
  return 0;
}
