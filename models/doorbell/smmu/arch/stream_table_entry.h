#pragma once

#include <array>
#include <cstdint>

#include "doorbell/smmu/arch/event.h"
#include "doorbell/smmu/arch/features.h"
#include "doorbell/smmu/arch/regime.h"

namespace doorbell::smmu {

/// 64 bytes of configuration structure as little-endian doublewords.
using ConfigurationWords = std::array<std::uint64_t, 8>;

/// What an STE puts in the place of a transaction's own attributes (IHI 0070 5.2, 13.1), as
/// encoded. Where overrides are not offered, the values that leave the incoming attribute.
struct AttributeOverrides {
  bool MTCFG = false;     ///< MemAttr replaces the memory type.
  unsigned MemAttr = 0;   ///< As of stage 2 without S2FWB.
  unsigned SHCFG = 1;     ///< 0 Non-shareable, 1 incoming, 2 Outer, 3 Inner Shareable
  unsigned ALLOCCFG = 0;  ///< 0b0xxx incoming, 0b1RWT
  unsigned PRIVCFG = 0;   ///< 0 and 1 incoming, 2 unprivileged, 3 privileged
  unsigned INSTCFG = 0;   ///< 0 and 1 incoming, 2 data, 3 instruction; for reads alone

  bool operator==(const AttributeOverrides&) const = default;
};

/// STE, Stream Table Entry (IHI 0070 5.2), of a Non-secure stream: the fields that are acted on.
/// What a field is IGNORED or RES0 for is decoded as the value that says nothing.
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
  std::uint64_t S1ContextPtr = 0;  ///< Address of the CD, or of their table; an IPA with stage 2.
  unsigned S1CDMax = 0;            ///< log2 of the CDs; 0 where there are no substreams
  unsigned S1Fmt = 0;              ///< 0 linear, 1 and 2 two levels of 4 and 64 KiB
  unsigned S1DSS = 0;              ///< What becomes of transactions without a SubstreamID.
  unsigned S1CIR = 0;              ///< Inner cacheability of CD fetches
  unsigned S1COR = 0;              ///< Outer cacheability of CD fetches
  unsigned S1CSH = 0;              ///< Shareability of CD fetches
  bool S1STALLD = false;
  bool MEV = false;   ///< Events of the stream may be merged.
  bool PPAR = false;  ///< Automatic page responses have a PASID.
  unsigned EATS = 0;  ///< 0 none, 1 full, 2 split-stage; 0 without IDR0.ATS
  unsigned STRW = 0;  ///< 0 EL1, 2 EL2; 0 where it is unused
  AttributeOverrides overrides;

  Stage2Regime stage2;  ///< Its S2VMID tags translations of stage 1 alone, too.
  unsigned S2T0SZ = 0;
  unsigned S2SL0 = 0;
  unsigned S2TG = 0;
  bool S2AA64 = false;
  bool S2ENDI = false;
  bool S2HA = false;  ///< As written: the regime's are those that have an effect.
  bool S2HD = false;

  static StreamTableEntry decode(const ConfigurationWords& words, const Features& features);

  /// The STE of 5.2.2 is ILLEGAL: transactions that use it end in C_BAD_STE.
  bool illegal(const Features& features) const;

  /// What a transaction meets on a valid STE before any translation: none when it goes on (bypass
  /// or translation), C_BAD_SUBSTREAMID (7.3.9) or F_STREAM_DISABLED (7.3.7). Config = abort ends
  /// it with no event and is not asked here.
  EventType check_substream(const Stream& stream) const;

  bool has_stage1() const { return config == Config::stage1 || config == Config::nested; }
  bool has_stage2() const { return config == Config::stage2 || config == Config::nested; }
  bool bypasses() const { return config == Config::bypass; }
  bool aborts() const { return config == Config::abort; }
  /// Whether stage 1 leaves transactions of `stream`, which passed `check_substream`, as they are:
  /// there is none, or S1DSS = 0b01 for those without a SubstreamID. No CD is read for them.
  bool skips_stage1(const Stream& stream) const {
    return !has_stage1() || (S1CDMax != 0 && S1DSS == 1 && !stream.substream_valid);
  }
  /// Neither stage does anything for transactions of `stream`.
  bool bypasses(const Stream& stream) const { return !has_stage2() && skips_stage1(stream); }
  /// EATS as it counts (5.2): 0b01 full ATS, 0b10 split stage, else none.
  unsigned effective_EATS(bool ATSCHK) const {
    return EATS == 0b11 || (EATS == 0b10 && !ATSCHK) ? 0 : EATS;
  }
  /// The StreamWorld; `E2H` is SMMU_CR2.E2H.
  World world(bool E2H) const {
    if (STRW != 0b10) return World::el1;
    return E2H ? World::el2_e2h : World::el2;
  }
};

}  // namespace doorbell::smmu
