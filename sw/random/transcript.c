#include "sw/random/transcript.h"

#define DIGITS 20

static void print_number(const struct pl011* uart, uint64_t value, unsigned base) {
  char text[DIGITS + 1];
  unsigned at = DIGITS;
  text[at] = '\0';
  do {
    text[--at] = "0123456789abcdef"[value % base];
    value /= base;
  } while (value != 0);
  pl011_print(uart, text + at);
}

void print_text(const struct pl011* uart, const char* text) {
  pl011_print(uart, text);
}

void print_decimal(const struct pl011* uart, uint64_t value) {
  print_number(uart, value, 10);
}

void print_hexadecimal(const struct pl011* uart, uint64_t value) {
  print_number(uart, value, 16);
}

static void print_name(const struct pl011* uart, const char* key) {
  pl011_print(uart, " ");
  pl011_print(uart, key);
  pl011_print(uart, "=");
}

void print_key(const struct pl011* uart, const char* key, uint64_t value) {
  print_name(uart, key);
  print_decimal(uart, value);
}

void print_key_hexadecimal(const struct pl011* uart, const char* key, uint64_t value) {
  print_name(uart, key);
  print_hexadecimal(uart, value);
}
