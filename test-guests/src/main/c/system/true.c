/* Does nothing, successfully: what it takes to be started. */

#include "user.h"

ENTRY

int main(uint32_t argument) { return (int)(argument & 0x7F); }
