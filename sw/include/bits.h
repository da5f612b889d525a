/* Bits and fields of registers and table words, written as the specifications write them:
 * BITS(high, low). */
#ifndef SW_INCLUDE_BITS_H
#define SW_INCLUDE_BITS_H

#include <stdint.h>

#define BIT(n) (UINT64_C(1) << (n))
#define BITS(high, low) ((UINT64_MAX << (low)) & (UINT64_MAX >> (63 - (high))))

/* The value of a field in a word. */
static inline uint64_t field_get(uint64_t field, uint64_t word) {
  return (word & field) >> __builtin_ctzll(field);
}

/* A value moved to where the field is; bits that do not fit are cut off. */
static inline uint64_t field_put(uint64_t field, uint64_t value) {
  return (value << __builtin_ctzll(field)) & field;
}

static inline uint64_t align_up(uint64_t value, uint64_t power_of_two) {
  return (value + power_of_two - 1) & ~(power_of_two - 1);
}

/* The smallest n with 2^n >= value; 0 for 0 and 1. */
static inline unsigned log2_ceiling(uint64_t value) {
  return value <= 1 ? 0 : 64 - (unsigned)__builtin_clzll(value - 1);
}

#endif
