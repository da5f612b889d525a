#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "doorbell/smmu/arch/features.h"
#include "doorbell/smmu/arch/invalidation.h"

namespace doorbell::smmu {

/// Command opcodes (IHI 0070 4.1.1) of a Non-secure Command queue; which of them there are depends
/// on the features.
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
  CMD_ATC_INV = 0x40,          ///< 4.5.1
  CMD_PRI_RESP = 0x41,         ///< 4.5.2
  CMD_RESUME = 0x44,           ///< 4.7.1
  CMD_STALL_TERM = 0x45,       ///< 4.7.2
  CMD_SYNC = 0x46,             ///< 4.7.3
};
std::string_view to_string(Opcode opcode);

/// SMMU_CMDQ_CONS.ERR (IHI 0070 7.1).
enum class CommandError : std::uint8_t {
  CERROR_NONE = 0,
  CERROR_ILL = 1,
  CERROR_ABT = 2,
  CERROR_ATC_INV_SYNC = 3,
};

/// A command of the Command queue. Fields that an opcode does not have are zero.
struct Command {
  enum class CompletionSignal : std::uint8_t { SIG_NONE = 0, SIG_IRQ = 1, SIG_SEV = 2 };
  enum class PageResponse : std::uint8_t { failure = 0, invalid_request = 1, success = 2 };

  Opcode opcode = Opcode::CMD_SYNC;
  Stream stream;              ///< PREFETCH, CFGI, ATC_INV, PRI_RESP, RESUME, STALL_TERM
  bool leaf = false;          ///< CFGI_STE, CFGI_CD, TLBI by address
  unsigned range = 0;         ///< CFGI_STE_RANGE: log2 of the streams, less one
  std::uint16_t vmid = 0;     ///< TLBI of a guest; zero without stage 2
  std::uint16_t asid = 0;     ///< TLBI by ASID, TLBI_NH_VA, TLBI_EL2_VA
  std::uint64_t address = 0;  ///< TLBI by address, PREFETCH_ADDR, ATC_INV; bits [11:0] are zero
  unsigned num = 0;           ///< TLBI range: NUM
  unsigned scale = 0;         ///< TLBI range: SCALE
  unsigned tg = 0;            ///< TG as encoded: 0 none, 1, 2, 3 for 4, 16, 64 KiB
  unsigned ttl = 0;           ///< TTL level hint
  CompletionSignal signal = CompletionSignal::SIG_NONE;  ///< SYNC: CS
  std::uint32_t msi_data = 0;                            ///< SYNC: MSIData
  std::uint64_t msi_address = 0;                         ///< SYNC: MSIAddress; zero sends none
  bool global = false;                                   ///< ATC_INV: G
  unsigned size = 0;                                     ///< ATC_INV: log2 of the pages
  unsigned group = 0;                                    ///< PRI_RESP: PRGIndex
  PageResponse response = PageResponse::failure;         ///< PRI_RESP: Resp
  std::uint16_t stag = 0;                                ///< RESUME: STAG
  bool retry = false;                                    ///< RESUME: Ac
  bool abort = false;                                    ///< RESUME: Ab

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

/// Which fields a command has, beside its opcode, and what it takes for there to be one.
struct CommandLayout {
  Opcode opcode;
  std::string_view name;
  std::string_view section;
  bool (*offered)(const Features&);  ///< Otherwise CERROR_ILL.
  bool stream = false;               ///< StreamID and SSec, which is ILLEGAL here
  /// SubstreamID is qualified by SSV, always meant, or not there.
  enum class Substream : std::uint8_t { none, always, qualified } substream = Substream::none;
  bool leaf = false;
  bool vmid = false;
  bool asid = false;
  bool address = false;
  bool range = false;  ///< NUM, SCALE, TG and TTL, with IDR3.RIL
};
/// One row an opcode, in the order of their numbers.
std::span<const CommandLayout> command_layouts();
/// Null for reserved opcodes.
const CommandLayout* layout_of(Opcode opcode);

/// Nothing for what raises CERROR_ILL (IHI 0070 4.1.3): reserved opcodes, those of features that
/// are not there, SSec = 1, CS = 0b11, Resp = 0b11, and the reserved combination of range fields
/// (4.4.1.1).
std::optional<Command> decode_command(const CommandWords& words, const Features& features);
CommandWords encode(const Command& command);

}  // namespace doorbell::smmu
