#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>

#include "tests/smmu/reference/walker.h"

namespace doorbell::smmu::reference {

/// Stage 2 as STE fields and implementation choices say it (IHI 0070 5.2), undecoded.
struct Stage2 {
  unsigned granule_kilobytes = 4;
  unsigned T0SZ = 24;
  unsigned SL0 = 1;
  std::uint64_t TTB = 0;
  unsigned PS_bits = 48;  ///< As S2PS says.
  unsigned OAS_bits = 48;
  bool AFFD = false, PTW = false, FWB = false;
  bool groups = false;  ///< A group of the Contiguous hint is one entry.
};

/// How a transaction of a stream is translated.
struct Setup {
  std::optional<Regime> stage1;  ///< Of the half that isn't disabled.
  std::optional<Stage2> stage2;
  std::uint64_t CD = 0;  ///< Its address, an IPA with stage 2.
  std::uint64_t MAIR = 0;
  unsigned OAS_bits = 48;
};

struct Asked {
  std::uint32_t stream = 0;
  std::uint64_t address = 0;
  bool write = false, privileged = false, instruction = false;
};

/// Numbers of event records (IHI 0070 7.3).
enum class Number : std::uint8_t {
  none = 0,
  cd_fetch = 0x09,
  walk_abort = 0x0b,
  translation = 0x10,
  address_size = 0x11,
  access_flag = 0x12,
  permission = 0x13,
};
/// CLASS.
enum class Class : std::uint8_t { cd = 0, tt = 1, in = 2 };

/// How a translation ends.
struct Ending {
  Number number = Number::none;
  unsigned stage = 1;
  Class cause = Class::in;
  std::uint64_t ipa = 0;
  std::uint64_t fetch = 0;
  // Without a fault:
  std::uint64_t output = 0;  ///< Of the address asked for.
  std::uint64_t bytes = 0;   ///< Mapped around it by all stages.
  Allowed allowed{};
  unsigned attribute = 0;  ///< As MAIR has it.
  unsigned shareability = 0;
};

/// What is read.
enum class Kind : std::uint8_t { cd, stage1_descriptor, stage2_descriptor };
/// A doubleword of memory, or nothing for an external abort.
using Store = std::function<std::optional<std::uint64_t>(std::uint64_t address, Kind kind)>;

/// A translation written from DDI 0487 D8 and IHI 0070 alone, sharing no line with the model.
Ending translate(const Setup& setup, const Asked& asked, const Store& store);

/// Where the CD is in memory; nothing where stage 2 doesn't let it be read.
std::optional<std::uint64_t> locate_cd(const Setup& setup, const Store& store);

/// The 32 bytes of its event.
std::array<std::uint64_t, 4> record(const Ending& ending, const Asked& asked);

}  // namespace doorbell::smmu::reference
