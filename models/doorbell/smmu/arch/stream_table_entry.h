#pragma once

#include <array>
#include <cstdint>

#include "doorbell/smmu/arch/event.h"
#include "doorbell/smmu/arch/features.h"

namespace doorbell::smmu {

/// 64 bytes of configuration structure as little-endian doublewords.
using ConfigurationWords = std::array<std::uint64_t, 8>;

/// STE, Stream Table Entry (IHI 0070 5.2): the fields that an SMMU with stage 1 and without
/// substreams, ATS and attribute overrides acts on.
struct StreamTableEntry {
  enum class Config : std::uint8_t {
    abort = 0b000,  ///< 0b0xx: terminate silently
    bypass = 0b100,
    stage1 = 0b101,
    stage2 = 0b110,
    nested = 0b111,
  };

  bool V = false;
  Config config = Config::abort;
  std::uint64_t S1ContextPtr = 0;  ///< Physical address of the CD.
  bool S1STALLD = false;
  bool MEV = false;

  static StreamTableEntry decode(const ConfigurationWords& words);

  /// The STE of 5.2.2 is ILLEGAL: transactions that use it end in C_BAD_STE.
  bool illegal(const Features& features) const;

  /// What a transaction meets on a valid STE before any translation: none when it goes on (bypass
  /// or stage 1). Config = abort ends it with no event and is not asked here.
  EventType check_substream(const Stream& stream) const;

  bool translates() const { return config == Config::stage1; }
  bool bypasses() const { return config == Config::bypass; }
  bool aborts() const { return config == Config::abort; }
};

}  // namespace doorbell::smmu
