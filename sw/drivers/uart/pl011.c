#include "sw/drivers/uart/pl011.h"

#include "sw/include/access.h"
#include "sw/include/bits.h"

#define UARTDR 0x00u
#define UARTFR 0x18u
#define UARTFR_TXFF BIT(5)

static void put(const struct pl011* uart, char character) {
  while (mmio_read32(uart->base + UARTFR) & UARTFR_TXFF) {
  }
  mmio_write32(uart->base + UARTDR, (uint8_t)character);
}

void pl011_print(const struct pl011* uart, const char* text) {
  for (; *text != '\0'; text++)
    put(uart, *text);
}

void pl011_print_hexadecimal(const struct pl011* uart, uint64_t value) {
  pl011_print(uart, "0x");
  for (int shift = 60; shift >= 0; shift -= 4)
    put(uart, "0123456789abcdef"[value >> shift & 0xf]);
}
