/* Reads commands from the console: a name, and how often. Prints the time-independent sum of what came of it. */

#include "user.h"

#define LINE 64
#define PAGES_TOUCHED 24

ENTRY

static void write(const char *text) { ask(CALL_WRITE, (uint32_t)text, 0); }

static void write_hex(uint32_t value) {
  char text[9];
  for (int i = 0; i < 8; i++) {
    text[i] = "0123456789abcdef"[value >> (28 - 4 * i) & 15];
  }
  text[8] = 0;
  write(text);
}

/* One more number in a sum that depends on their order. */
static uint32_t add(uint32_t sum, uint32_t value) { return (sum << 5 | sum >> 27) ^ (value + 0x9E3779B9u); }

/* Adams and Agesen's forkwait: a child that ends at once, and is waited for. */
static uint32_t forkwait(uint32_t i) {
  if (ask(CALL_FORK, 0, 0) == 0) {
    leave((int)(i & 0x7F));
  }
  return (uint32_t)ask(CALL_WAIT, 0, 0);
}

/* A child that writes to what it has inherited, and a parent that does so, too. */
static uint32_t forkwrite(uint32_t i) {
  uint8_t *data = (uint8_t *)HEAP;
  int child = ask(CALL_FORK, 0, 0) == 0;
  uint32_t sum = 0;
  for (uint32_t page = 0; page < PAGES_TOUCHED; page++) {
    data[page * 4096 + i % 4096] += child ? 1 : 2;
    sum = add(sum, data[page * 4096 + (i + 1) % 4096]);
  }
  if (child) {
    leave((int)(sum & 0x7FFFFFFF));
  }
  return sum ^ (uint32_t)ask(CALL_WAIT, 0, 0);
}

static uint32_t start(const char *program, uint32_t argument) {
  if (ask(CALL_FORK, 0, 0) == 0) {
    ask(CALL_EXEC, (uint32_t)program, argument);
    leave(-1);
  }
  return (uint32_t)ask(CALL_WAIT, 0, 0);
}

static uint32_t forkexec(uint32_t i) { return start("true", i); }

static uint32_t compile(uint32_t i) { return start("cc", i); }

/* Two processes that let each other run: two changes of the address space. */
static uint32_t switches(uint32_t count) {
  int child = ask(CALL_FORK, 0, 0) == 0;
  for (uint32_t i = 0; i < count; i++) {
    ask(CALL_YIELD, 0, 0);
  }
  if (child) {
    leave((int)(count & 0x7F));
  }
  return (uint32_t)ask(CALL_WAIT, 0, 0);
}

static const struct {
  const char *name;
  uint32_t (*run)(uint32_t);
} COMMANDS[] = {{"forkwait", forkwait}, {"forkwrite", forkwrite}, {"forkexec", forkexec}, {"compile", compile}};

static int is_word(const char *line, const char *word) {
  while (*word && *line == *word) {
    line++;
    word++;
  }
  return !*word && (*line == ' ' || !*line);
}

static uint32_t number(const char *line) {
  uint32_t value = 0;
  while (*line && *line != ' ') {
    line++;
  }
  for (; *line; line++) {
    value = *line == ' ' ? value : value * 10 + (uint32_t)(*line - '0');
  }
  return value;
}

static void command(const char *line) {
  uint32_t count = number(line);
  for (uint32_t c = 0; c < sizeof COMMANDS / sizeof *COMMANDS; c++) {
    if (is_word(line, COMMANDS[c].name)) {
      uint32_t sum = 0;
      for (uint32_t i = 0; i < count; i++) {
        sum = add(sum, COMMANDS[c].run(i));
      }
      write("sum ");
      write_hex(sum);
      write("\n");
      return;
    }
  }
  if (is_word(line, "switch")) {
    write("sum ");
    write_hex(switches(count));
    write("\n");
  } else if (is_word(line, "off")) {
    ask(CALL_OFF, 0, 0);
  } else {
    write("forkwait, forkwrite, forkexec, compile, switch and a number, or off\n");
  }
}

int main(uint32_t argument) {
  static char line[LINE];
  (void)argument;
  write("system guest ready\n");
  for (;;) {
    uint32_t length = 0;
    int c;
    write("# ");
    while ((c = ask(CALL_READ, 0, 0)) != '\r' && c != '\n') {
      if (length < LINE - 1) {
        line[length++] = (char)c;
      }
    }
    line[length] = 0;
    command(line);
  }
}
