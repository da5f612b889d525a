#include "doorbell/gic/arch/distributor_state.h"

#include "doorbell/core/arch/bit_field.h"
#include "doorbell/gic/arch/register_tables.h"

namespace doorbell::gic {

DistributorState::DistributorState(DistributorConfiguration configuration)
    : configuration_(std::move(configuration)),
      bank_(GICD_registers()),
      spis_(32, configuration_.spis, configuration_.priority_bits),
      CTLR_(bank_.handle("GICD_CTLR")),
      IROUTER_(bank_.handle("GICD_IROUTER<n>")),
      takes_part_(configuration_.processors.size(), false),
      takes_(configuration_.processors.size(), 0) {
  // 12.9.38: IDbits[23:19], LPIS[17], ITLinesNumber[4:0], A3V[24].
  bank_.set("GICD_TYPER", std::uint64_t{1} << 24 |
                              std::uint64_t{configuration_.intid_bits - 1} << 19 |
                              std::uint64_t{1} << 17 | configuration_.spis / 32);
  hook_control();
  hook_bits("GICD_IGROUPR<n>", &InterruptBank::group, &InterruptBank::write_group);
  hook_bits("GICD_ISENABLER<n>", &InterruptBank::enabled, &InterruptBank::set_enable);
  hook_bits("GICD_ICENABLER<n>", &InterruptBank::enabled, &InterruptBank::clear_enable);
  hook_bits("GICD_ISPENDR<n>", &InterruptBank::pending, &InterruptBank::set_pending);
  hook_bits("GICD_ICPENDR<n>", &InterruptBank::pending, &InterruptBank::clear_pending);
  hook_bits("GICD_ISACTIVER<n>", &InterruptBank::active, &InterruptBank::set_active);
  hook_bits("GICD_ICACTIVER<n>", &InterruptBank::active, &InterruptBank::clear_active);
  hook_priorities();
  hook_configuration();
  bank_.on_write("GICD_IROUTER<n>", [this](const RegisterWrite&) { changed(); });
}

void DistributorState::changed() const {
  if (changed_) changed_();
}

void DistributorState::hook_control() {
  bank_.on_read("GICD_CTLR", [this](const RegisterRead& read) {
    return read.value | std::uint64_t{write_pending_} << 31;  // RWP
  });
  bank_.on_write("GICD_CTLR", [this](const RegisterWrite& write) {
    CTLR_.set(with_bits(write.value, 31, 31, 0));
    changed();
  });
}

void DistributorState::hook_bits(const char* name, Value value, Change change) {
  // Word 0 is the redistributors' under affinity routing: RES0 here (12.9). A register that sets or
  // clears takes the bits written; GICD_IGROUPRn the whole value.
  const bool whole = change == &InterruptBank::write_group;
  bank_.on_read(name, [this, value](const RegisterRead& read) -> std::uint64_t {
    if (read.index == 0 || read.index > spis_.words()) return 0;
    return (spis_.*value)(read.index - 1);
  });
  bank_.on_write(name, [this, change, whole](const RegisterWrite& write) {
    if (write.index == 0 || write.index > spis_.words()) return;
    const std::uint64_t word = whole ? write.value : write.written;
    (spis_.*change)(write.index - 1, static_cast<std::uint32_t>(word));
    changed();
  });
}

void DistributorState::hook_priorities() {
  bank_.on_read("GICD_IPRIORITYR<n>", [this](const RegisterRead& read) {
    std::uint64_t value = 0;
    for (unsigned i = 0; i < 4; ++i) {
      const std::uint32_t INTID = read.index * 4 + i;
      if (spis_.contains(INTID)) value |= std::uint64_t{spis_.priority(INTID)} << (8 * i);
    }
    return value;
  });
  bank_.on_write("GICD_IPRIORITYR<n>", [this](const RegisterWrite& write) {
    for (unsigned i = 0; i < 4; ++i) {
      const std::uint32_t INTID = write.index * 4 + i;
      if (bits(write.lanes, 8 * i + 7, 8 * i) == 0 || !spis_.contains(INTID)) continue;
      spis_.set_priority(INTID, static_cast<std::uint8_t>(bits(write.value, 8 * i + 7, 8 * i)));
    }
    changed();
  });
}

void DistributorState::hook_configuration() {
  const auto implemented = [this](unsigned index) {
    return index >= 2 && index < 2 + 2 * spis_.words();
  };
  bank_.on_read("GICD_ICFGR<n>", [this, implemented](const RegisterRead& read) -> std::uint64_t {
    return implemented(read.index) ? spis_.configuration(read.index - 2) : 0;
  });
  bank_.on_write("GICD_ICFGR<n>", [this, implemented](const RegisterWrite& write) {
    if (!implemented(write.index)) return;
    spis_.write_configuration(write.index - 2, static_cast<std::uint32_t>(write.value));
    changed();
  });
}

unsigned DistributorState::enabled_groups() const {
  return static_cast<unsigned>(bits(CTLR_.get(), 1, 0));
}

void DistributorState::set_line(std::uint32_t INTID, bool level) {
  if (!spis_.contains(INTID)) return;
  spis_.set_line(INTID, level);
  changed();
}

void DistributorState::acknowledge(std::uint32_t INTID) {
  if (!spis_.contains(INTID)) return;
  spis_.acknowledge(INTID);
  changed();
}

void DistributorState::deactivate(std::uint32_t INTID) {
  if (!spis_.contains(INTID)) return;
  spis_.deactivate(INTID);
  changed();
}

std::optional<unsigned> DistributorState::target(std::uint32_t INTID) const {
  const std::uint64_t route = IROUTER_.get(INTID - 32);
  const bool any = bits(route, 31, 31) != 0;
  const Affinity wanted = Affinity::of_IROUTER(route);
  const unsigned group = (spis_.group(INTID / 32 - 1) >> (INTID % 32)) & 1;
  for (unsigned i = 0; i < configuration_.processors.size(); ++i) {
    const bool chosen = any ? takes_part_[i] && ((takes_[i] >> group) & 1) != 0
                            : configuration_.processors[i] == wanted;
    if (chosen) return i;
  }
  return std::nullopt;
}

PendingInterrupt DistributorState::highest_for(unsigned processor) const {
  const unsigned groups = enabled_groups() & takes_[processor];
  return spis_.highest(
      groups, [this, processor](std::uint32_t INTID) { return target(INTID) == processor; });
}

bool DistributorState::deliverable(std::uint32_t INTID, unsigned processor) const {
  const auto is_it = [this, INTID, processor](std::uint32_t other) {
    return other == INTID && target(other) == processor;
  };
  return spis_.highest(enabled_groups(), is_it).valid();
}

}  // namespace doorbell::gic
