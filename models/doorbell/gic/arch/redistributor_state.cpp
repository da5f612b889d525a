#include "doorbell/gic/arch/redistributor_state.h"

#include "doorbell/core/arch/bit_field.h"
#include "doorbell/gic/arch/register_tables.h"

namespace doorbell::gic {
namespace {

constexpr std::uint64_t EnableLPIs = 1;
constexpr std::uint64_t DPG = 0x07000000;
constexpr std::uint64_t secure_DPG = 0x05000000;
constexpr std::uint64_t ProcessorSleep = 2;
constexpr std::uint64_t ChildrenAsleep = 4;

}  // namespace

RedistributorState::RedistributorState(const RedistributorConfiguration& configuration)
    : configuration_(configuration),
      bank_(GICR_registers()),
      interrupts_({0, first_spi}, {first_extended_ppi, configuration.extended_ppis},
                  configuration.priority_bits),
      CTLR_(bank_.handle("GICR_CTLR")),
      STATUSR_(bank_.handle("GICR_STATUSR")),
      WAKER_(bank_.handle("GICR_WAKER")),
      PROPBASER_(bank_.handle("GICR_PROPBASER")),
      PENDBASER_(bank_.handle("GICR_PENDBASER")),
      NSACR_(bank_.handle("GICR_NSACR")),
      DS_(!configuration.two_security_states) {
  identify();
  interrupts_.make_edge(0, 0xFFFF);
  hook_control();
  hook_status();
  hook_sleep();
  hook_tables();
  hook_invalidation();
  hook_all_bits();
  hook_access();
  hook_priorities();
  hook_configuration();
}

/// 12.11.40. VLPIS, Dirty and MPAM are 0. CommonLPIAff says that redistributors of one
/// Aff3 must share their LPI Configuration table.
void RedistributorState::identify() {
  const auto field = [](std::uint64_t value, unsigned lowest) { return value << lowest; };
  const std::uint64_t common_of_Aff3 = 1;
  bank_.set("GICR_TYPER", field(configuration_.affinity.packed, 32) |
                              field(configuration_.extended_ppis / 32, 27) |  // PPInum
                              field(common_of_Aff3, 24) |                     // CommonLPIAff
                              field(configuration_.processor, 8) |
                              field(configuration_.one_of_n ? 1 : 0, 5) |  // DPGS
                              field(configuration_.last ? 1 : 0, 4) |
                              field(configuration_.direct_lpis ? 1 : 0, 3) |  // DirectLPI
                              (configuration_.lpis ? 1 : 0));                 // PLPIS
}

void RedistributorState::changed() const {
  if (changed_) changed_();
}

void RedistributorState::hook_control() {
  bank_.on_read("GICR_CTLR", [this](const RegisterRead& read) {
    return (is_limited(read.context) ? read.value & ~secure_DPG : read.value) |
           std::uint64_t{configuration_.enable_can_clear} << 1 |  // CES
           std::uint64_t{configuration_.invalidates} << 2 |       // IR
           std::uint64_t{write_pending_} << 3 |                   // RWP
           std::uint64_t{upstream_pending_} << 31;                // UWP
  });
  bank_.on_write("GICR_CTLR", [this](const RegisterWrite& write) {
    const bool was = (write.old & EnableLPIs) != 0;
    // With CES 0 it can't be cleared once it is set.
    const bool is = configuration_.lpis &&
                    ((write.value & EnableLPIs) != 0 || (was && !configuration_.enable_can_clear));
    const std::uint64_t kept = is_limited(write.context) ? secure_DPG : 0;
    const std::uint64_t excluded =
        configuration_.one_of_n ? ((write.value & ~kept) | (write.old & kept)) & DPG : 0;
    CTLR_.set(excluded | (is ? EnableLPIs : 0));
    // DPG0[24], DPG1NS[25] and DPG1S[26] are in the order of the groups.
    if (exclude_ && excluded != (write.old & DPG))
      exclude_(static_cast<unsigned>(bits(excluded, 26, 24)));
    if (was != is && enable_lpis_) enable_lpis_(is);
  });
}

/// 12.11.44: ChildrenAsleep follows ProcessorSleep once the CPU interface is quiet, or reachable.
void RedistributorState::hook_sleep() {
  bank_.on_read("GICR_WAKER", [this](const RegisterRead& read) {
    return is_limited(read.context) ? 0 : read.value;
  });
  bank_.on_write("GICR_WAKER", [this](const RegisterWrite& write) {
    if (is_limited(write.context)) return WAKER_.set(write.old);
    const bool sleep = (write.value & ProcessorSleep) != 0;
    WAKER_.set((sleep ? ProcessorSleep : 0) | (write.old & ChildrenAsleep));
    if (sleep == ((write.old & ProcessorSleep) != 0)) return;
    wake_ ? wake_(!sleep) : children_are(sleep);
    changed();
  });
}

void RedistributorState::children_are(bool asleep) {
  WAKER_.set((WAKER_.get() & ProcessorSleep) | (asleep ? ChildrenAsleep : 0));
  changed();
}

void RedistributorState::hook_tables() {
  // Writes while EnableLPIs is 1 are UNPREDICTABLE (12.11.27, 12.11.30): ignored.
  // Without LPIs they are RES0.
  const auto stored = [this](std::uint64_t value) {
    return configuration_.lpis ? with_attributes(value, configuration_.shareability) : 0;
  };
  bank_.on_write("GICR_PROPBASER", [this, stored](const RegisterWrite& write) {
    PROPBASER_.set(lpis_enabled() ? write.old : stored(write.value));
  });
  bank_.on_write("GICR_PENDBASER", [this, stored](const RegisterWrite& write) {
    if (lpis_enabled()) {
      PENDBASER_.set(write.old);
      return;
    }
    if (bits(write.lanes, 62, 62) != 0) pending_table_zero_ = bits(write.value, 62, 62) != 0;
    PENDBASER_.set(stored(with_bits(write.value, 62, 62, 0)));  // PTZ is WO
  });
}

/// Without CTLR.IR they are RES0.
void RedistributorState::hook_invalidation() {
  bank_.on_read("GICR_SYNCR", [this](const RegisterRead&) { return std::uint64_t{invalidating_}; });
  bank_.on_write("GICR_INVLPIR", [this](const RegisterWrite& write) {
    const bool lower_half = bits(write.lanes, 0, 0) != 0;  // that of the INTID
    if (configuration_.invalidates && lower_half && lpis_enabled() && invalidate_)
      invalidate_(static_cast<std::uint32_t>(bits(write.written, 31, 0)));
  });
  bank_.on_write("GICR_CLRLPIR", [this](const RegisterWrite& write) {
    const bool lower_half = bits(write.lanes, 0, 0) != 0;
    if (configuration_.direct_lpis && lower_half && lpis_enabled() && clear_lpi_)
      clear_lpi_(static_cast<std::uint32_t>(bits(write.written, 31, 0)));
  });
  bank_.on_write("GICR_INVALLR", [this](const RegisterWrite& write) {
    const bool lower_half = bits(write.lanes, 0, 0) != 0;
    if (configuration_.invalidates && lower_half && lpis_enabled() && invalidate_all_)
      invalidate_all_();
  });
}

bool RedistributorState::awake() const {
  return (WAKER_.get() & (ProcessorSleep | ChildrenAsleep)) == 0;
}

bool RedistributorState::lpis_enabled() const {
  return (CTLR_.get() & EnableLPIs) != 0;
}

LpiTables RedistributorState::tables() const {
  return LpiTables::decode(PROPBASER_.get(), PENDBASER_.get(), configuration_.intid_bits);
}

void RedistributorState::receive_sgi(std::uint32_t INTID, Group asked, bool from_secure) {
  const auto NS_access = static_cast<unsigned>(NSACR_.get() >> (2 * INTID) & 3);
  if (!forwards_sgi(asked, group(INTID), from_secure, NS_access, two_states())) return;
  interrupts_.set_pending(0, std::uint32_t{1} << INTID);
  changed();
}

void RedistributorState::set_line(std::uint32_t INTID, bool level) {
  if (!interrupts_.contains(INTID)) return;
  interrupts_.set_line(INTID, level);
  changed();
}

void RedistributorState::acknowledge(std::uint32_t INTID) {
  if (!interrupts_.contains(INTID)) return;
  interrupts_.acknowledge(INTID);
  changed();
}

void RedistributorState::deactivate(std::uint32_t INTID) {
  if (!interrupts_.contains(INTID)) return;
  interrupts_.deactivate(INTID);
  changed();
}

}  // namespace doorbell::gic
