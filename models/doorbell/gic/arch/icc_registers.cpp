#include "doorbell/gic/arch/icc_registers.h"

#include <array>

namespace doorbell::gic {
namespace {

using enum IccClass;

// clang-format off
#define ICC(name) IccRegister::name, #name
constexpr std::array table{
    // register, about, readable, writable, lowest Exception level
    IccRegisterInfo{ICC(ICC_PMR_EL1),     common, true,  true},
    IccRegisterInfo{ICC(ICC_IAR0_EL1),    group0, true,  false},
    IccRegisterInfo{ICC(ICC_EOIR0_EL1),   group0, false, true},
    IccRegisterInfo{ICC(ICC_HPPIR0_EL1),  group0, true,  false},
    IccRegisterInfo{ICC(ICC_BPR0_EL1),    group0, true,  true},
    IccRegisterInfo{ICC(ICC_AP0R0_EL1),   group0, true,  true},
    IccRegisterInfo{ICC(ICC_AP0R1_EL1),   group0, true,  true},
    IccRegisterInfo{ICC(ICC_AP0R2_EL1),   group0, true,  true},
    IccRegisterInfo{ICC(ICC_AP0R3_EL1),   group0, true,  true},
    IccRegisterInfo{ICC(ICC_AP1R0_EL1),   group1, true,  true},
    IccRegisterInfo{ICC(ICC_AP1R1_EL1),   group1, true,  true},
    IccRegisterInfo{ICC(ICC_AP1R2_EL1),   group1, true,  true},
    IccRegisterInfo{ICC(ICC_AP1R3_EL1),   group1, true,  true},
    IccRegisterInfo{ICC(ICC_DIR_EL1),     common, false, true},
    IccRegisterInfo{ICC(ICC_RPR_EL1),     common, true,  false},
    IccRegisterInfo{ICC(ICC_SGI1R_EL1),   sgi,    false, true},
    IccRegisterInfo{ICC(ICC_ASGI1R_EL1),  sgi,    false, true},
    IccRegisterInfo{ICC(ICC_SGI0R_EL1),   sgi,    false, true},
    IccRegisterInfo{ICC(ICC_IAR1_EL1),    group1, true,  false},
    IccRegisterInfo{ICC(ICC_EOIR1_EL1),   group1, false, true},
    IccRegisterInfo{ICC(ICC_HPPIR1_EL1),  group1, true,  false},
    IccRegisterInfo{ICC(ICC_BPR1_EL1),    group1, true,  true},
    IccRegisterInfo{ICC(ICC_CTLR_EL1),    common, true,  true},
    IccRegisterInfo{ICC(ICC_SRE_EL1),     enable, true,  true},
    IccRegisterInfo{ICC(ICC_IGRPEN0_EL1), group0, true,  true},
    IccRegisterInfo{ICC(ICC_IGRPEN1_EL1), group1, true,  true},
    IccRegisterInfo{ICC(ICC_SRE_EL2),     enable, true,  true,  2},
    IccRegisterInfo{ICC(ICC_CTLR_EL3),    common, true,  true,  3},
    IccRegisterInfo{ICC(ICC_SRE_EL3),     enable, true,  true,  3},
    IccRegisterInfo{ICC(ICC_IGRPEN1_EL3), group1, true,  true,  3},
};
#undef ICC
// clang-format on

// Rows by what tells the encodings apart: op1, CRm and op2. (CRn is 4 for PMR and 12 for all
// others, whose CRm differs.)
constexpr std::size_t places = 1 << 10;
constexpr std::uint32_t place_of(std::uint32_t encoding) {
  return (encoding >> 11 & 7) << 7 | (encoding & 0x7F);
}

constexpr auto rows = [] {
  std::array<std::uint8_t, places> made{};
  for (std::size_t i = 0; i < table.size(); ++i)
    made[place_of(static_cast<std::uint32_t>(table[i].icc))] = static_cast<std::uint8_t>(i + 1);
  return made;
}();

/// Whether HCR_EL2 says that the virtual CPU interface answers EL1, or EL2 wants to know.
bool is_of_EL2(IccClass about, const PeState& who) {
  switch (about) {
    case group0:
      return who.HCR_FMO;
    case group1:
      return who.HCR_IMO;
    case common:
    case sgi:
      return who.HCR_IMO || who.HCR_FMO;
    case enable:
      break;
  }
  return false;
}

/// Whether SCR_EL3 routes to EL3 what the register is about.
bool is_of_EL3(IccClass about, const PeState& who) {
  switch (about) {
    case group0:
      return who.SCR_FIQ;
    case group1:
      return who.SCR_IRQ;
    case common:
    case sgi:
      return who.SCR_IRQ && who.SCR_FIQ;
    case enable:
      break;
  }
  return false;
}

}  // namespace

const IccRegisterInfo* find_icc(std::uint32_t encoding) {
  const std::uint8_t row = rows[place_of(encoding)];
  if (row == 0) return nullptr;
  const IccRegisterInfo& info = table[row - 1U];
  return static_cast<std::uint32_t>(info.icc) == encoding ? &info : nullptr;
}

const char* name(IccRegister icc) {
  const IccRegisterInfo* const info = find_icc(static_cast<std::uint32_t>(icc));
  return info == nullptr ? "unknown" : info->name;
}

SystemAccess access_of(const IccRegisterInfo& info, bool is_write, const PeState& who) {
  const bool exists = is_write ? info.writable : info.readable;
  if (!exists || who.EL < info.lowest_EL) return SystemAccess::undefined;
  if (who.EL == 1 && is_of_EL2(info.about, who)) return SystemAccess::trapped_to_EL2;
  if (who.EL < 3 && is_of_EL3(info.about, who)) return SystemAccess::trapped_to_EL3;
  return SystemAccess::done;
}

}  // namespace doorbell::gic
