/* Random numbers: the same ones for a seed on every machine. SplitMix64 (Steele, Lea, Flood: Fast
 * splittable pseudorandom number generators, 2014). */
#ifndef SW_RANDOM_GENERATOR_H
#define SW_RANDOM_GENERATOR_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct generator {
  uint64_t state;
};

void generator_seed(struct generator* generator, uint64_t seed);
uint64_t generator_next(struct generator* generator);
/* 0 to limit - 1; limit isn't 0. */
uint32_t generator_below(struct generator* generator, uint32_t limit);
/* True in `percent` of 100 cases. */
bool generator_percent(struct generator* generator, uint32_t percent);

#ifdef __cplusplus
}
#endif

#endif
