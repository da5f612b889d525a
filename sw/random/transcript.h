/* What the two machines are compared by: words on a UART. */
#ifndef SW_RANDOM_TRANSCRIPT_H
#define SW_RANDOM_TRANSCRIPT_H

#include <stdint.h>

#include "sw/drivers/uart/pl011.h"

#ifdef __cplusplus
extern "C" {
#endif

void print_text(const struct pl011* uart, const char* text);
void print_decimal(const struct pl011* uart, uint64_t value);
/* Without leading zeros. */
void print_hexadecimal(const struct pl011* uart, uint64_t value);
/* " key=" and a value. */
void print_key(const struct pl011* uart, const char* key, uint64_t value);
void print_key_hexadecimal(const struct pl011* uart, const char* key, uint64_t value);

#ifdef __cplusplus
}
#endif

#endif
