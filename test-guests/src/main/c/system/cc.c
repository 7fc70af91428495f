/*
 * A compiler: makes up a source text, which differs a little each time, reads it into trees, folds what is constant,
 * writes machine code, and runs that. The status is made of the length of everything and of what the code computed.
 */

#include "user.h"

#define FUNCTIONS 48
#define MOST_LOCALS 32
#define BUCKETS 256

/* Where things are in memory that is zero at first: trees and symbols, the text, the code as it is made and where it runs. */
#define TEXT (HEAP + (1u << 22))
#define CODE (HEAP + (2u << 22))
#define PROGRAM (HEAP + (3u << 22))

ENTRY

/* ---- memory that is zero, and never given back ---- */

static uint8_t *heap;

static void *take(uint32_t bytes) {
  void *block = heap;
  heap += (bytes + 3) & ~3u;
  return block;
}

/* ---- the source text ---- */

static char *text;

static void put(const char *words) {
  while (*words) {
    *text++ = *words++;
  }
}

static void put_number(uint32_t value) {
  char digits[10];
  int count = 0;
  do {
    digits[count++] = (char)('0' + value % 10);
    value /= 10;
  } while (value);
  while (count) {
    *text++ = digits[--count];
  }
}

/* Words with a number for each '#'. */
static void put_line(const char *words, const uint32_t *numbers) {
  char piece[2] = {0, 0};
  for (; *words; words++) {
    if (*words == '#') {
      put_number(*numbers++);
    } else {
      piece[0] = *words;
      put(piece);
    }
  }
  *text++ = '\n';
}

static uint32_t random_state;

static uint32_t random(uint32_t below) {
  random_state = random_state * 1664525 + 1013904223;
  return (random_state >> 16) % below;
}

static void make_up(void) {
  put_line("int f0(int a, int b) { return a * 3 + b; }", 0);
  for (uint32_t k = 1; k < FUNCTIONS; k++) {
    const uint32_t head[] = {k, 2 + random(90), random(1000)};
    put_line("int f#(int first, int second) { int i = 0; int sum = first * # + (second ^ #);", head);
    const uint32_t loop[] = {3 + random(6), 1 + random(13), 2 + random(50), 1 + random(7)};
    put_line("  while (i < #) { sum = (sum ^ (sum << #)) + i * (first + # * 2 + 1) - (sum >> #);", loop);
    const uint32_t branch[] = {1u << random(12), random(3000), 1 + random(5), random(700), 1 + random(20)};
    put_line("    if (sum & #) { int other = sum + # * # + i; sum = other ^ -second; }", branch);
    put_line("    else { sum = sum - (~second & #) + first * (i | #); }", branch + 3);
    const uint32_t end[] = {k - 1, 1 + random(255)};
    put_line("    i = i + 1; } return sum + f#(sum & #, i); }", end);
  }
  *text = 0;
}

/* ---- words of the text ---- */

enum token { END, NUMBER, NAME, INT, WHILE, IF, ELSE, RETURN, SHIFT_LEFT = 128, SHIFT_RIGHT };

struct symbol {
  struct symbol *next;
  const char *name;
  uint32_t length;
  uint32_t hash;
  int token;      /* NAME, or what a keyword is */
  int place;      /* of a local variable, from EBP; 0 if it is none */
  uint8_t *entry; /* of a function */
};

static const char *at;
static int token;
static uint32_t number;
static struct symbol *name;
static struct symbol *buckets[BUCKETS];

static struct symbol *intern(const char *word, uint32_t length) {
  uint32_t hash = 2166136261u;
  for (uint32_t i = 0; i < length; i++) {
    hash = (hash ^ (uint8_t)word[i]) * 16777619u;
  }
  for (struct symbol *s = buckets[hash % BUCKETS]; s; s = s->next) {
    uint32_t i = 0;
    while (s->hash == hash && s->length == length && i < length && s->name[i] == word[i]) {
      i++;
    }
    if (i == length && s->length == length) {
      return s;
    }
  }
  struct symbol *s = take(sizeof *s);
  *s = (struct symbol){buckets[hash % BUCKETS], word, length, hash, NAME, 0, 0};
  buckets[hash % BUCKETS] = s;
  return s;
}

static int is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
static int is_digit(char c) { return c >= '0' && c <= '9'; }

static void next(void) {
  while (*at == ' ' || *at == '\n') {
    at++;
  }
  if (is_digit(*at)) {
    for (number = 0; is_digit(*at); at++) {
      number = number * 10 + (uint32_t)(*at - '0');
    }
    token = NUMBER;
  } else if (is_letter(*at)) {
    const char *start = at;
    while (is_letter(*at) || is_digit(*at)) {
      at++;
    }
    name = intern(start, (uint32_t)(at - start));
    token = name->token;
  } else if ((*at == '<' || *at == '>') && at[1] == *at) {
    token = *at == '<' ? SHIFT_LEFT : SHIFT_RIGHT;
    at += 2;
  } else {
    token = *at ? *at++ : END;
  }
}

static void expect(int wanted) {
  if (token != wanted) {
    leave(-2);
  }
  next();
}

/* ---- trees ---- */

struct node {
  int kind; /* a token: NUMBER, NAME (a variable), '(' (a call), '~', 'm' (minus), or an operator */
  uint32_t value;
  struct symbol *symbol;
  struct node *left, *right; /* of a call: its arguments */
};

static struct node *node(int kind, struct node *left, struct node *right) {
  struct node *n = take(sizeof *n);
  n->kind = kind;
  n->left = left;
  n->right = right;
  return n;
}

static int precedence(int operator) {
  switch (operator) {
    case '|':
      return 1;
    case '^':
      return 2;
    case '&':
      return 3;
    case '<':
      return 4;
    case SHIFT_LEFT:
    case SHIFT_RIGHT:
      return 5;
    case '+':
    case '-':
      return 6;
    case '*':
      return 7;
    default:
      return 0;
  }
}

static uint32_t compute(int operator, uint32_t a, uint32_t b) {
  switch (operator) {
    case '|':
      return a | b;
    case '^':
      return a ^ b;
    case '&':
      return a & b;
    case '<':
      return (int32_t)a < (int32_t)b;
    case SHIFT_LEFT:
      return a << (b & 31);
    case SHIFT_RIGHT:
      return a >> (b & 31);
    case '+':
      return a + b;
    case '-':
      return a - b;
    default:
      return a * b;
  }
}

static struct node *constant(uint32_t value) {
  struct node *n = node(NUMBER, 0, 0);
  n->value = value;
  return n;
}

static struct node *expression(int least);

static struct node *primary(void) {
  struct node *n;
  switch (token) {
    case NUMBER:
      n = constant(number);
      next();
      return n;
    case '-':
    case '~': {
      int kind = token == '-' ? 'm' : '~';
      next();
      n = primary();
      return n->kind == NUMBER ? constant(kind == 'm' ? -n->value : ~n->value) : node(kind, n, 0);
    }
    case '(':
      next();
      n = expression(1);
      expect(')');
      return n;
    default:
      n = node(NAME, 0, 0);
      n->symbol = name;
      expect(NAME);
      if (token == '(') {
        next();
        n->kind = '(';
        n->left = expression(1);
        expect(',');
        n->right = expression(1);
        expect(')');
      }
      return n;
  }
}

static struct node *expression(int least) {
  struct node *left = primary();
  while (precedence(token) >= least) {
    int operator= token;
    next();
    struct node *right = expression(precedence(operator) + 1);
    left = left->kind == NUMBER && right->kind == NUMBER ? constant(compute(operator, left->value, right->value))
                                                         : node(operator, left, right);
  }
  return left;
}

/* ---- machine code ---- */

static uint8_t *code;

static void emit(uint32_t bytes, uint32_t count) {
  for (; count; count--) {
    *code++ = (uint8_t)bytes;
    bytes >>= 8;
  }
}

static void emit32(uint32_t value) { emit(value, 4); }

/* Leaves ECX alone if the tree is a leaf. */
static void load(const struct node *n, int reg) {
  if (n->kind == NUMBER) {
    emit(0xB8 + (uint32_t)reg, 1); /* MOV reg,imm */
    emit32(n->value);
  } else {
    emit(0x858Bu | (uint32_t)reg << 11, 2); /* MOV reg,[EBP+place] */
    emit32((uint32_t)n->symbol->place);
  }
}

static void generate(const struct node *n) {
  switch (n->kind) {
    case NUMBER:
    case NAME:
      load(n, 0);
      return;
    case 'm':
    case '~':
      generate(n->left);
      emit(n->kind == 'm' ? 0xD8F7 : 0xD0F7, 2); /* NEG EAX, NOT EAX */
      return;
    case '(':
      generate(n->right);
      emit(0x50, 1); /* PUSH EAX */
      generate(n->left);
      emit(0xE850, 2); /* PUSH EAX; CALL */
      emit32((uint32_t)(n->symbol->entry - (code + 4)));
      emit(0x08C483, 3); /* ADD ESP,8 */
      return;
    default:
      if (n->right->kind == NUMBER || n->right->kind == NAME) {
        generate(n->left);
        load(n->right, 1);
      } else {
        generate(n->right);
        emit(0x50, 1);
        generate(n->left);
        emit(0x59, 1); /* POP ECX */
      }
      break;
  }
  switch (n->kind) {
    case '|':
      emit(0xC809, 2);
      break;
    case '^':
      emit(0xC831, 2);
      break;
    case '&':
      emit(0xC821, 2);
      break;
    case '<':
      emit(0xC839, 2);       /* CMP EAX,ECX */
      emit(0xC09C0F, 3);     /* SETL AL */
      emit(0xC0B60F, 3);     /* MOVZX EAX,AL */
      break;
    case SHIFT_LEFT:
      emit(0xE0D3, 2);
      break;
    case SHIFT_RIGHT:
      emit(0xE8D3, 2);
      break;
    case '+':
      emit(0xC801, 2);
      break;
    case '-':
      emit(0xC829, 2);
      break;
    default:
      emit(0xC1AF0F, 3); /* IMUL EAX,ECX */
      break;
  }
}

/* ---- statements ---- */

static struct symbol *locals[MOST_LOCALS];
static uint32_t local_count;

static void declare(int place) {
  name->place = place;
  locals[local_count++] = name;
  expect(NAME);
}

/* A jump taken when EAX is zero; its distance is filled in by land. */
static uint8_t *jump_if_zero(void) {
  emit(0xC085, 2); /* TEST EAX,EAX */
  emit(0x840F, 2);
  emit32(0);
  return code;
}

static void land(uint8_t *from) { *(uint32_t *)(from - 4) = (uint32_t)(code - from); }

static void block(void);

static void assign(struct symbol *to) {
  expect('=');
  generate(expression(1));
  expect(';');
  emit(0x8589, 2); /* MOV [EBP+place],EAX */
  emit32((uint32_t)to->place);
}

static void statement(void) {
  struct symbol *variable;
  uint8_t *start;
  uint8_t *out;
  switch (token) {
    case INT:
      next();
      variable = name;
      declare(-4 * (int)(local_count + 1));
      assign(variable);
      return;
    case WHILE:
      next();
      start = code;
      generate(primary());
      out = jump_if_zero();
      block();
      emit(0xE9, 1);
      emit32((uint32_t)(start - (code + 4)));
      land(out);
      return;
    case IF:
      next();
      generate(primary());
      out = jump_if_zero();
      block();
      if (token == ELSE) {
        next();
        emit(0xE9, 1);
        emit32(0);
        start = code;
        land(out);
        block();
        out = start;
      }
      land(out);
      return;
    case RETURN:
      next();
      generate(expression(1));
      expect(';');
      emit(0xC3C9, 2); /* LEAVE; RET */
      return;
    default:
      variable = name;
      expect(NAME);
      assign(variable);
      return;
  }
}

static void block(void) {
  expect('{');
  while (token != '}') {
    statement();
  }
  next();
}

static struct symbol *function(void) {
  expect(INT);
  struct symbol *self = name;
  expect(NAME);
  self->entry = code;
  emit(0xE58955, 3);                 /* PUSH EBP; MOV EBP,ESP */
  emit(0xEC81, 2);                   /* SUB ESP, */
  emit32(4 * MOST_LOCALS);
  expect('(');
  expect(INT);
  declare(8);
  expect(',');
  expect(INT);
  declare(12);
  expect(')');
  block();
  for (; local_count; local_count--) {
    locals[local_count - 1]->place = 0;
  }
  return self;
}

static void keyword(const char *word, int kind) {
  uint32_t length = 0;
  while (word[length]) {
    length++;
  }
  intern(word, length)->token = kind;
}

/* Moves the code, which does not care where it is, to where it runs. */
static uint32_t (*link(const uint8_t *entry))(uint32_t, uint32_t) {
  const uint32_t *from = (const uint32_t *)CODE;
  for (uint32_t *to = (uint32_t *)PROGRAM; from < (const uint32_t *)code;) {
    *to++ = *from++;
  }
  return (uint32_t (*)(uint32_t, uint32_t))(entry - CODE + PROGRAM);
}

int main(uint32_t argument) {
  random_state = argument * 2654435761u;
  heap = (uint8_t *)HEAP;
  text = (char *)TEXT;
  code = (uint8_t *)CODE;
  const char *source = text;
  make_up();
  keyword("int", INT);
  keyword("while", WHILE);
  keyword("if", IF);
  keyword("else", ELSE);
  keyword("return", RETURN);
  at = source;
  next();
  struct symbol *last = 0;
  while (token != END) {
    last = function();
  }
  uint32_t (*run)(uint32_t, uint32_t) = link(last->entry);
  uint32_t sum = (uint32_t)(text - source) * 31 + (uint32_t)(code - (uint8_t *)CODE);
  return (int)((sum * 31 + run(argument, 7)) & 0x7FFFFFFF);
}
