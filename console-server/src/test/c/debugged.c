/* A Multiboot kernel to be debugged: it counts, adds up, and calls itself. */
__attribute__((section(".multiboot"), used)) static const unsigned header[] = {
    0x1BADB002, 0, -0x1BADB002u};

struct node {
  int value;
  struct node *next;
};

static struct node nodes[4];
volatile int total;
volatile int rounds;
volatile double half = 0.5;

static int depth(int n) {
  if (n == 0) {
    return rounds;
  }
  return depth(n - 1) + 1;
}

static int sum(struct node *list) {
  int s = 0;
  for (struct node *n = list; n; n = n->next) {
    s += n->value;
  }
  return s;
}

static void work(int round) {
  int local = round * 3;
  for (int i = 0; i < 4; i++) {
    nodes[i].value = local + i;
    nodes[i].next = i < 3 ? &nodes[i + 1] : 0;
  }
  total = sum(nodes);
  total += depth(5);
}

void kernel(void) {
  for (;;) {
    rounds++;
    half *= 1.5;
    work(rounds);
  }
}

__asm__(".globl _start\n"
        "_start: mov $stack + 4096, %esp\n"
        "xor %ebp, %ebp\n"
        "fninit\n"
        "call kernel\n"
        ".comm stack, 4096, 16\n");
