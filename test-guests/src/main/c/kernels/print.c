/* Numbers as text. */

#include "platform.h"

void print_hex(uint32_t value) {
  char text[9];
  for (int i = 0; i < 8; i++) {
    text[i] = "0123456789abcdef"[value >> (28 - 4 * i) & 15];
  }
  text[8] = 0;
  print(text);
}

void print_decimal(uint32_t value) {
  char text[11];
  char *at = text + 10;
  *at = 0;
  do {
    *--at = '0' + value % 10;
    value /= 10;
  } while (value);
  print(at);
}
