#pragma once

#include <cstdint>
#include <span>

#include "doorbell/core/arch/bit_field.h"
#include "doorbell/core/arch/registers.h"
#include "doorbell/smmu/arch/features.h"

namespace doorbell::smmu {

/// The Non-secure programming interface: two pages of 64 KiB (IHI 0070 6.1). Offsets that are not
/// in the table are reserved and RAZ/WI (6.2).
inline constexpr std::uint64_t register_space_bytes = 0x20000;

/// The register map (IHI 0070 6.2): names, offsets, widths, resets and sections. The resets of
/// SMMU_IDR0-5 are those of default `Features`.
std::span<const RegisterInfo> register_table();

/// What keeps software from changing a register, or fields of it (IHI 0070 6.2, "Guarded by"):
/// writes are ignored while it is set, or is being cleared.
enum class Guard : std::uint8_t {
  none,
  SMMUEN,
  CMDQEN,
  EVENTQEN,
  attributes,  ///< SMMU_CR1: TABLE_* by SMMUEN, QUEUE_* by the enable of each queue (6.3.11).
  GERROR_IRQEN,
  EVENTQ_IRQEN,
  PRIQEN,
  PRIQ_IRQEN,
  RUN,     ///< SMMU_GATOS_CTRL.RUN (6.3.37).
  starts,  ///< SMMU_GATOS_CTRL: written while RUN = 0 and SMMUEN = 1.
  Update,  ///< SMMU_GBPA: written only together with Update, and while none is under way (6.3.14).
};

/// A register of the map with what decides about writes to it.
struct Register {
  RegisterInfo info;
  Guard guard = Guard::none;
  /// The bits that there are with given features; others are RES0. Null: all writable ones.
  std::uint64_t (*implemented)(const Features&) = nullptr;
};
/// The rows of `register_table`, in its order.
std::span<const Register> registers();

/// The enables that are set, or whose clearing hasn't been acknowledged: each register ORed with
/// its ACK.
struct Enables {
  std::uint64_t CR0 = 0;
  std::uint64_t IRQ_CTRL = 0;
  /// SMMUEN is set, and acknowledged.
  bool translates = false;
  bool RUN = false;  ///< SMMU_GATOS_CTRL, which guards its group.
};

/// What a register that held `old` holds after a write of `value`, unwritable bits being as before.
std::uint64_t admitted(const Register& where, std::uint64_t old, std::uint64_t value,
                       const Enables& enables, const Features& features);

/// Fields of the registers that decide.
namespace CR0 {
inline constexpr BitField SMMUEN{0, 1}, PRIQEN{1, 1}, EVENTQEN{2, 1}, CMDQEN{3, 1}, ATSCHK{4, 1};
}
namespace CR1 {
/// The attributes of accesses to tables, and of those to queues.
inline constexpr BitField QUEUE{0, 6}, TABLE{6, 6};
}  // namespace CR1
namespace CR2 {
inline constexpr BitField E2H{0, 1}, RECINVSID{1, 1}, PTM{2, 1};
}
namespace STRTAB_BASE_CFG {
inline constexpr BitField LOG2SIZE{0, 6}, SPLIT{6, 5}, FMT{16, 2};
}
namespace GBPA {
inline constexpr BitField MemAttr{0, 4}, MTCFG{4, 1}, ALLOCCFG{8, 4}, SHCFG{12, 2}, PRIVCFG{16, 2},
    INSTCFG{18, 2}, ABORT{20, 1}, Update{31, 1};
}
namespace IRQ_CTRL {
inline constexpr BitField GERROR_IRQEN{0, 1}, PRIQ_IRQEN{1, 1}, EVENTQ_IRQEN{2, 1};
}
namespace GATOS_CTRL {
inline constexpr BitField RUN{0, 1};
}
namespace GATOS_SID {
inline constexpr BitField STREAMID{0, 32}, SUBSTREAMID{32, 20}, SSID_VALID{52, 1};
}
namespace GATOS_ADDR {
inline constexpr BitField HTTUI{6, 1}, InD{7, 1}, RnW{8, 1}, PnU{9, 1}, TYPE{10, 2}, ADDR{12, 52};
}
namespace CMDQ_CONS {
inline constexpr BitField RD{0, 20}, ERR{24, 7};
}
namespace PRIQ_IRQ_CFG2 {
/// Only the last request of a group interrupts (6.3.36).
inline constexpr BitField LO{31, 1};
}  // namespace PRIQ_IRQ_CFG2
/// *_IRQ_CFG0.ADDR: zero sends no MSI (3.18).
inline constexpr BitField irq_cfg0_address{2, 50};

}  // namespace doorbell::smmu
