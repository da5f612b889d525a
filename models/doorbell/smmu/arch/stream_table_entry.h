#pragma once

#include <array>
#include <cstdint>

#include "doorbell/smmu/arch/event.h"
#include "doorbell/smmu/arch/features.h"

namespace doorbell::smmu {

/// 64 bytes of configuration structure as little-endian doublewords.
using ConfigurationWords = std::array<std::uint64_t, 8>;

/// STE, Stream Table Entry (IHI 0070 5.2): the fields that an SMMU with stage 1 and without ATS
/// and attribute overrides acts on.
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
  std::uint64_t S1ContextPtr = 0;  ///< Physical address of the CD, or of their table.
  unsigned S1CDMax = 0;            ///< log2 of the CDs; 0 where there are no substreams
  unsigned S1Fmt = 0;              ///< 0 linear, 1 and 2 two levels of 4 and 64 KiB
  unsigned S1DSS = 0;              ///< What becomes of transactions without a SubstreamID.
  bool S1STALLD = false;
  bool MEV = false;

  static StreamTableEntry decode(const ConfigurationWords& words, const Features& features);

  /// The STE of 5.2.2 is ILLEGAL: transactions that use it end in C_BAD_STE.
  bool illegal(const Features& features) const;

  /// What a transaction meets on a valid STE before any translation: none when it goes on (bypass
  /// or stage 1), C_BAD_SUBSTREAMID (7.3.9) or F_STREAM_DISABLED (7.3.7). Config = abort ends it
  /// with no event and is not asked here.
  EventType check_substream(const Stream& stream) const;

  bool translates() const { return config == Config::stage1; }
  bool bypasses() const { return config == Config::bypass; }
  bool aborts() const { return config == Config::abort; }
  /// Whether transactions of `stream`, which passed `check_substream`, bypass stage 1: all do, or
  /// those without a SubstreamID (S1DSS = 0b01), for which no CD is read.
  bool bypasses(const Stream& stream) const {
    return bypasses() || (S1CDMax != 0 && S1DSS == 1 && !stream.substream_valid);
  }
};

}  // namespace doorbell::smmu
