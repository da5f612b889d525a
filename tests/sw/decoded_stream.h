#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>

namespace doorbell::sw {

/// What a stream table entry means to the model's arch/, of an SMMU with both stages and 44-bit
/// addresses.
struct DecodedStream {
  using Words = std::array<std::uint64_t, 8>;
  struct Mapping {
    std::uint64_t address;
    bool readable, writable, executable;
    unsigned memory_attributes;  ///< MemAttr
    unsigned level;
    unsigned reads;  ///< descriptors on the way
  };

  bool legal = false;
  unsigned config = 0;
  std::uint16_t vmid = 0;
  unsigned start_level = 0;
  bool records = false;  ///< S2R

  static DecodedStream of(const Words& words);
};

/// What stage 2 of an entry makes of an intermediate physical address; nothing if it faults.
std::optional<DecodedStream::Mapping> walk_stage_2(
    const DecodedStream::Words& words, std::uint64_t ipa,
    const std::function<std::uint64_t(std::uint64_t)>& load);

}  // namespace doorbell::sw
