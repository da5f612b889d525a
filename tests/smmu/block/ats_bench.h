#pragma once

#include "tests/smmu/block/atc.h"
#include "tests/smmu/block/two_stages.h"

namespace doorbell::smmu::test {

inline constexpr std::uint64_t page = 0x4000'0000, target = 0xa000'0000, other = 0xb000'0000;
inline constexpr std::uint64_t EATS_full = 1ULL << 28, EATS_split = 2ULL << 28;
/// SMMUEN, EVENTQEN, CMDQEN, ATSCHK
inline constexpr std::uint32_t running = 0x1d;

/// All of ATS, and ATCs that are given up soon.
inline SmmuParameters offering() {
  SmmuParameters parameters = with_stage2();
  parameters.offered.ats = parameters.offered.ats_split_stage = true;
  parameters.offered.table_updates = TableUpdates::dirty_state;
  parameters.tcu.ats.invalidation_timeout = 100 * microsecond;
  return parameters;
}

/// An SMMU, and a function with an ATC.
class SmmuAts : public testing::Test {
 protected:
  SmmuAts() : SmmuAts(offering()) {}
  explicit SmmuAts(const SmmuParameters& parameters) : bench(parameters) {}
  Bench bench;
  Atc atc{bench};
};

inline void add_to_ste(Bench& b, std::uint32_t stream, std::uint64_t bits) {
  b.memory.store(b.ste_of(stream) + 8, b.memory.load(b.ste_of(stream) + 8) | bits);
}
/// Stream 1 translates by stage 1, and may use ATS.
inline void ats_stream(Bench& b, std::uint64_t cd_flags = 0) {
  b.translate_stream(1, 5, Bench::tables, cd_flags);
  add_to_ste(b, 1, EATS_full);
}
inline Task<void> enable(Bench& b) {
  co_await b.enable();
  co_await b.write_and_poll(Bench::CR0, Bench::CR0ACK, running);
}
inline Command atc_inv(std::uint64_t address, unsigned size = 0) {
  return {.opcode = Opcode::CMD_ATC_INV, .stream = {1}, .address = address, .size = size};
}

}  // namespace doorbell::smmu::test
