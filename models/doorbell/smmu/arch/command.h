#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "doorbell/smmu/arch/features.h"
#include "doorbell/smmu/arch/invalidation.h"

namespace doorbell::smmu {

/// Command opcodes (IHI 0070 4.1.1) that are carried out.
enum class Opcode : std::uint8_t {
  CMD_PREFETCH_CONFIG = 0x01,  ///< 4.2.1
  CMD_PREFETCH_ADDR = 0x02,    ///< 4.2.2
  CMD_CFGI_STE = 0x03,         ///< 4.3.1
  CMD_CFGI_STE_RANGE = 0x04,   ///< 4.3.2; CMD_CFGI_ALL with Range = 31, 4.3.6
  CMD_CFGI_CD = 0x05,          ///< 4.3.3
  CMD_CFGI_CD_ALL = 0x06,      ///< 4.3.4
  CMD_TLBI_NH_ALL = 0x10,      ///< 4.4.2.1
  CMD_TLBI_NH_ASID = 0x11,     ///< 4.4.2.2
  CMD_TLBI_NH_VAA = 0x13,      ///< 4.4.2.3
  CMD_TLBI_NH_VA = 0x12,       ///< 4.4.2.4
  CMD_TLBI_EL2_ALL = 0x20,     ///< 4.4.2.7
  CMD_TLBI_EL2_ASID = 0x21,    ///< 4.4.2.10
  CMD_TLBI_EL2_VA = 0x22,      ///< 4.4.2.8
  CMD_TLBI_EL2_VAA = 0x23,     ///< 4.4.2.9
  CMD_TLBI_S12_VMALL = 0x28,   ///< 4.4.3.2
  CMD_TLBI_S2_IPA = 0x2a,      ///< 4.4.3.1
  CMD_TLBI_NSNH_ALL = 0x30,    ///< 4.4.4.1
  CMD_SYNC = 0x46,             ///< 4.7.3
};
std::string_view to_string(Opcode opcode);

/// SMMU_CMDQ_CONS.ERR (IHI 0070 7.1).
enum class CommandError : std::uint8_t { CERROR_NONE = 0, CERROR_ILL = 1, CERROR_ABT = 2 };

/// A command of the Command queue. Fields that an opcode does not have are zero.
struct Command {
  enum class CompletionSignal : std::uint8_t { SIG_NONE = 0, SIG_IRQ = 1, SIG_SEV = 2 };

  Opcode opcode = Opcode::CMD_SYNC;
  Stream stream;              ///< PREFETCH, CFGI
  bool leaf = false;          ///< CFGI_STE, CFGI_CD, TLBI_NH_VA, TLBI_NH_VAA
  unsigned range = 0;         ///< CFGI_STE_RANGE: log2 of the streams, less one
  std::uint16_t vmid = 0;     ///< TLBI of a guest; zero without stage 2
  std::uint16_t asid = 0;     ///< TLBI by ASID, and of an ASID by address
  std::uint64_t address = 0;  ///< TLBI by address, PREFETCH_ADDR; bits [11:0] are zero
  unsigned num = 0;           ///< TLBI range: NUM
  unsigned scale = 0;         ///< TLBI range: SCALE
  unsigned tg = 0;            ///< TG as encoded: 0 none, 1, 2, 3 for 4, 16, 64 KiB
  unsigned ttl = 0;           ///< TTL level hint
  CompletionSignal signal = CompletionSignal::SIG_NONE;  ///< SYNC: CS
  std::uint32_t msi_data = 0;                            ///< SYNC: MSIData
  std::uint64_t msi_address = 0;                         ///< SYNC: MSIAddress; zero sends none

  bool operator==(const Command&) const = default;

  bool invalidates() const;
  /// What a CFGI or TLBI invalidates. `E2H`: SMMU_CR2.E2H, for those of EL2 (4.4.2.7 to 4.4.2.10).
  Invalidation invalidation(bool E2H = false) const;

 private:
  Invalidation of_configuration() const;
  Invalidation of_translations(bool E2H) const;
  void set_range(Invalidation& invalidation) const;
};

/// 16 bytes as they are in the Command queue, little-endian doublewords.
using CommandWords = std::array<std::uint64_t, 2>;

/// Nothing for what raises CERROR_ILL (IHI 0070 4.1.3): reserved opcodes, those of features that
/// are not there, SSec = 1, CS = 0b11, and the reserved combination of range fields (4.4.1.1).
std::optional<Command> decode_command(const CommandWords& words, const Features& features);
CommandWords encode(const Command& command);

}  // namespace doorbell::smmu
