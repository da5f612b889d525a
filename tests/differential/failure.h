/* How a firmware of these tests says what went wrong, in its last line. */
#ifndef TESTS_DIFFERENTIAL_FAILURE_H
#define TESTS_DIFFERENTIAL_FAILURE_H

#include "sw/drivers/uart/pl011.h"

static inline void print_failure(const struct pl011* uart, const char* what, uint64_t value) {
  pl011_print(uart, "FAIL: ");
  pl011_print(uart, what);
  pl011_print(uart, ": ");
  pl011_print_hexadecimal(uart, value);
  pl011_print(uart, "\n");
}

#endif
