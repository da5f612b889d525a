/* The transmitter of a PL011 UART, set up by nobody: enough to print. DDI 0183, section 3.3. */
#ifndef SW_DRIVERS_UART_PL011_H
#define SW_DRIVERS_UART_PL011_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct pl011 {
  uint64_t base;
};

void pl011_print(const struct pl011* uart, const char* text);
/* "0x" and 16 hexadecimal digits. */
void pl011_print_hexadecimal(const struct pl011* uart, uint64_t value);

#ifdef __cplusplus
}
#endif

#endif
