#include "doorbell/gic/arch/redistributor_state.h"

#include "doorbell/core/arch/bit_field.h"
#include "doorbell/gic/arch/register_tables.h"

namespace doorbell::gic {
namespace {

constexpr std::uint64_t EnableLPIs = 1;
constexpr std::uint64_t ProcessorSleep = 2;
constexpr std::uint64_t ChildrenAsleep = 4;

}  // namespace

RedistributorState::RedistributorState(const RedistributorConfiguration& configuration)
    : configuration_(configuration),
      bank_(GICR_registers()),
      interrupts_(0, 32, configuration.priority_bits),
      CTLR_(bank_.handle("GICR_CTLR")),
      WAKER_(bank_.handle("GICR_WAKER")),
      PROPBASER_(bank_.handle("GICR_PROPBASER")),
      PENDBASER_(bank_.handle("GICR_PENDBASER")) {
  // 12.11.40: Affinity_Value[63:32], Processor_Number[23:8], Last[4], PLPIS[0]. DirectLPI and VLPIS
  // are 0.
  bank_.set("GICR_TYPER", std::uint64_t{configuration.affinity.packed} << 32 |
                              std::uint64_t{configuration.processor} << 8 |
                              std::uint64_t{configuration.last} << 4 | 1);
  interrupts_.make_edge(0, 0xFFFF);
  hook_control();
  hook_tables();
  hook_bits("GICR_IGROUPR0", &InterruptBank::group, &InterruptBank::write_group);
  hook_bits("GICR_ISENABLER0", &InterruptBank::enabled, &InterruptBank::set_enable);
  hook_bits("GICR_ICENABLER0", &InterruptBank::enabled, &InterruptBank::clear_enable);
  hook_bits("GICR_ISPENDR0", &InterruptBank::pending, &InterruptBank::set_pending);
  hook_bits("GICR_ICPENDR0", &InterruptBank::pending, &InterruptBank::clear_pending);
  hook_bits("GICR_ISACTIVER0", &InterruptBank::active, &InterruptBank::set_active);
  hook_bits("GICR_ICACTIVER0", &InterruptBank::active, &InterruptBank::clear_active);
  hook_priorities();
  hook_configuration();
}

void RedistributorState::changed() const {
  if (changed_) changed_();
}

void RedistributorState::hook_control() {
  bank_.on_read("GICR_CTLR", [this](const RegisterRead& read) {
    return read.value | std::uint64_t{write_pending_} << 3;  // RWP
  });
  bank_.on_write("GICR_CTLR", [this](const RegisterWrite& write) {
    const bool was = (write.old & EnableLPIs) != 0;
    const bool is = (write.value & EnableLPIs) != 0;
    if (was != is && enable_lpis_) enable_lpis_(is);
  });
  // 12.11.44: ChildrenAsleep follows ProcessorSleep.
  bank_.on_write("GICR_WAKER", [this](const RegisterWrite& write) {
    const bool sleep = (write.value & ProcessorSleep) != 0;
    WAKER_.set(sleep ? ProcessorSleep | ChildrenAsleep : 0);
    if (wake_) wake_(!sleep);
    changed();
  });
}

void RedistributorState::hook_tables() {
  // Writes while EnableLPIs is 1 are UNPREDICTABLE (12.11.27, 12.11.30): ignored.
  bank_.on_write("GICR_PROPBASER", [this](const RegisterWrite& write) {
    if (lpis_enabled()) PROPBASER_.set(write.old);
  });
  bank_.on_write("GICR_PENDBASER", [this](const RegisterWrite& write) {
    if (lpis_enabled()) {
      PENDBASER_.set(write.old);
      return;
    }
    if (bits(write.lanes, 62, 62) != 0) pending_table_zero_ = bits(write.value, 62, 62) != 0;
    PENDBASER_.set(with_bits(write.value, 62, 62, 0));  // PTZ is WO
  });
}

void RedistributorState::hook_bits(const char* name, Value value, Change change) {
  const bool whole = change == &InterruptBank::write_group;
  bank_.on_read(name, [this, value](const RegisterRead&) -> std::uint64_t {
    return (interrupts_.*value)(0);
  });
  bank_.on_write(name, [this, change, whole](const RegisterWrite& write) {
    (interrupts_.*change)(0, static_cast<std::uint32_t>(whole ? write.value : write.written));
    changed();
  });
}

void RedistributorState::hook_priorities() {
  bank_.on_read("GICR_IPRIORITYR<n>", [this](const RegisterRead& read) {
    std::uint64_t value = 0;
    for (unsigned i = 0; i < 4; ++i) {
      value |= std::uint64_t{interrupts_.priority(read.index * 4 + i)} << (8 * i);
    }
    return value;
  });
  bank_.on_write("GICR_IPRIORITYR<n>", [this](const RegisterWrite& write) {
    for (unsigned i = 0; i < 4; ++i) {
      if (bits(write.lanes, 8 * i + 7, 8 * i) == 0) continue;
      interrupts_.set_priority(write.index * 4 + i,
                               static_cast<std::uint8_t>(bits(write.value, 8 * i + 7, 8 * i)));
    }
    changed();
  });
}

void RedistributorState::hook_configuration() {
  bank_.on_read("GICR_ICFGR1", [this](const RegisterRead&) -> std::uint64_t {
    return interrupts_.configuration(1);
  });
  bank_.on_write("GICR_ICFGR1", [this](const RegisterWrite& write) {
    interrupts_.write_configuration(1, static_cast<std::uint32_t>(write.value));
    changed();
  });
}

bool RedistributorState::awake() const {
  return (WAKER_.get() & ProcessorSleep) == 0;
}

bool RedistributorState::lpis_enabled() const {
  return (CTLR_.get() & EnableLPIs) != 0;
}

LpiTables RedistributorState::tables() const {
  return LpiTables::decode(PROPBASER_.get(), PENDBASER_.get(), configuration_.intid_bits);
}

void RedistributorState::set_pending(std::uint32_t INTID) {
  if (!interrupts_.contains(INTID)) return;
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

Group RedistributorState::group(std::uint32_t INTID) const {
  return ((interrupts_.group(0) >> (INTID % 32)) & 1) != 0 ? Group::group1 : Group::group0;
}

}  // namespace doorbell::gic
