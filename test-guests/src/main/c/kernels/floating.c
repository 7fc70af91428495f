/* Mandelbrot set and matrix multiplication on the x87: with 64 bits of precision, as Linux sets it, and with 53, as Windows. */

#include "kernel.h"

#define PRECISION_64 0x37F
#define PRECISION_53 0x27F

static void set_control(uint16_t control) { __asm__ volatile("fldcw %0" : : "m"(control)); }

static OPAQUE uint32_t with_53_bits(uint32_t (*kernel)(void)) {
  set_control(PRECISION_53);
  uint32_t sum = kernel();
  set_control(PRECISION_64);
  return sum;
}

#define MANDELBROT_WIDTH 160
#define MANDELBROT_HEIGHT 120
#define MANDELBROT_LIMIT 128

uint32_t mandelbrot(void) {
  uint32_t sum = 0;
  for (int y = 0; y < MANDELBROT_HEIGHT; y++) {
    double ci = (y - MANDELBROT_HEIGHT / 2) * (2.4 / MANDELBROT_HEIGHT);
    for (int x = 0; x < MANDELBROT_WIDTH; x++) {
      double cr = x * (3.2 / MANDELBROT_WIDTH) - 2.2;
      double zr = 0, zi = 0;
      uint32_t n = 0;
      while (n < MANDELBROT_LIMIT) {
        double rr = zr * zr;
        double ii = zi * zi;
        if (rr + ii > 4.0) {
          break;
        }
        zi = 2.0 * zr * zi + ci;
        zr = rr - ii + cr;
        n++;
      }
      sum = mix(sum, n);
    }
  }
  return sum;
}

#define ORDER 64

struct matrices {
  double a[ORDER][ORDER];
  double b[ORDER][ORDER];
  double c[ORDER][ORDER];
};

#define MATRICES ((struct matrices *)arena.bytes)

void matrix_prepare(void) {
  random_state = 4711;
  for (int i = 0; i < ORDER; i++) {
    for (int j = 0; j < ORDER; j++) {
      MATRICES->a[i][j] = (int32_t)random_next() * (1.0 / 65536);
      MATRICES->b[i][j] = (int32_t)random_next() * (1.0 / 1048576);
    }
  }
}

static OPAQUE void multiply(struct matrices *m) {
  for (int i = 0; i < ORDER; i++) {
    for (int j = 0; j < ORDER; j++) {
      double sum = 0;
      for (int k = 0; k < ORDER; k++) {
        sum += m->a[i][k] * m->b[k][j];
      }
      m->c[i][j] = sum;
    }
  }
}

uint32_t matrix(void) {
  for (int round = 0; round < 10; round++) {
    multiply(MATRICES);
  }
  return mix_words((const uint32_t *)MATRICES->c, ORDER * ORDER * 2);
}

uint32_t mandelbrot_53(void) { return with_53_bits(mandelbrot); }

uint32_t matrix_53(void) { return with_53_bits(matrix); }
