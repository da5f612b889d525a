#pragma once

#include "tests/smmu/block/bench.h"

namespace doorbell::smmu::test {

inline SmmuParameters with_stage2() {
  SmmuParameters parameters;
  parameters.offered.stage2 = true;
  return parameters;
}

/// A hypervisor beside the software of a bench: stage 2 tables of 44 bits and four levels for the
/// guest of a VMID.
class Hypervisor {
 public:
  static constexpr std::uint64_t page_rw = 3 | 0xf << 2 | 3 << 6 | 3 << 8 | 1 << 10;
  static constexpr std::uint64_t page_ro = page_rw & ~(1ULL << 7);

  Hypervisor(Bench& software, std::uint16_t guest, std::uint64_t tables)
      : bench(software), vmid(guest), root(tables) {}

  /// Maps an intermediate physical page; where its descriptor is.
  std::uint64_t map(std::uint64_t ipa, std::uint64_t pa, std::uint64_t flags = page_rw) {
    return bench.map(ipa, pa, flags, root);
  }
  std::uint64_t descriptor(std::uint64_t ipa, unsigned level) {
    return bench.descriptor(ipa, level, root);
  }
  /// Stage 2 alone.
  void translate_stream(std::uint32_t stream, std::uint64_t more = S2R) {
    store(stream, 1 | 6 << 1, more);
  }
  /// Both stages, the CD at an IPA.
  void nest_stream(std::uint32_t stream, std::uint64_t cd, std::uint64_t more = S2R) {
    store(stream, 1 | 7 << 1 | cd, more);
  }
  Command tlbi(Opcode opcode, std::uint64_t address = 0) const {
    return {.opcode = opcode, .vmid = vmid, .address = address};
  }
  static constexpr std::uint64_t S2R = 1ULL << 58, S2PTW = 1ULL << 54;

  Bench& bench;
  std::uint16_t vmid;
  std::uint64_t root;

 private:
  void store(std::uint32_t stream, std::uint64_t word0, std::uint64_t more) {
    const std::uint64_t ste = bench.ste_of(stream);
    bench.memory.store(ste + 8, 2);
    bench.memory.store(ste + 16, vmid | 20ULL << 32 | 2ULL << 38 | 4ULL << 48 | 1ULL << 51 | more);
    bench.memory.store(ste + 24, root);
    bench.memory.store(ste, word0);
  }
};

/// A guest's stage 1 whose structures are in six 512 GiB regions of IPAs, so that they share no
/// table of stage 2 and no set of its walk caches: the CD, four levels of tables, and the data.
struct Guest {
  enum Place : std::uint64_t { cd = 1, level0, level1, level2, level3, data };
  static constexpr std::uint64_t ipa(std::uint64_t place, std::uint64_t page = 0) {
    return (place << 39 | place << 30 | place << 21 | place << 12) + (page << 12);
  }
  static constexpr std::uint64_t pa(std::uint64_t place, std::uint64_t page = 0) {
    return 0xb000'0000 + (place << 20) + (page << 12);
  }

  explicit Guest(Hypervisor& hypervisor, std::uint16_t asid = 5) : host(hypervisor) {
    for (std::uint64_t place = cd; place <= data; ++place)
      descriptors[place] = host.map(ipa(place), pa(place));
    Memory& memory = host.bench.memory;
    memory.store(pa(cd) + 8, ipa(level0));
    memory.store(pa(cd) + 24, 0x0004'ff44);
    memory.store(pa(cd), 16 | 1u << 30 | 1u << 31 | 4ULL << 32 | 1ULL << 41 | 1ULL << 45 |
                             1ULL << 46 | std::uint64_t{asid} << 48);
    for (std::uint64_t place = level0; place < level3; ++place)
      memory.store(pa(place), ipa(place + 1) | 3);
  }
  /// Maps page `n` of the first 2 MiB.
  void map(std::uint64_t n, std::uint64_t to, std::uint64_t flags = Bench::page_rw) {
    host.bench.memory.store(pa(level3) + 8 * n, to | flags);
  }

  Hypervisor& host;
  std::uint64_t descriptors[data + 1] = {};  ///< Of stage 2, for each place.
};

}  // namespace doorbell::smmu::test
