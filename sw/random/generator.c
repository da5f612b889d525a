#include "sw/random/generator.h"

void generator_seed(struct generator* generator, uint64_t seed) {
  generator->state = seed;
}

uint64_t generator_next(struct generator* generator) {
  generator->state += UINT64_C(0x9e3779b97f4a7c15);
  uint64_t value = generator->state;
  value = (value ^ value >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
  value = (value ^ value >> 27) * UINT64_C(0x94d049bb133111eb);
  return value ^ value >> 31;
}

uint32_t generator_below(struct generator* generator, uint32_t limit) {
  return (uint32_t)((generator_next(generator) >> 32) * limit >> 32);
}

bool generator_percent(struct generator* generator, uint32_t percent) {
  return generator_below(generator, 100) < percent;
}
