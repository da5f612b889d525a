// What accesses to the registers of SGIs and PPIs do, and what each Security state sees of them
// (IHI 0069, 12.11).
#include "doorbell/core/arch/bit_field.h"
#include "doorbell/gic/arch/access_errors.h"
#include "doorbell/gic/arch/redistributor_state.h"

namespace doorbell::gic {

/// There is one for each Security state.
void RedistributorState::hook_status() {
  bank_.on_read("GICR_STATUSR", [this](const RegisterRead& read) {
    return is_limited(read.context) ? non_secure_STATUSR_ : read.value;
  });
  bank_.on_write("GICR_STATUSR", [this](const RegisterWrite& write) {
    const bool limited = is_limited(write.context);
    // Ones clear.
    STATUSR_.set(limited ? write.old : write.old & ~write.written);
    if (limited) non_secure_STATUSR_ &= ~write.written;
  });
}

void RedistributorState::note_ignored(RegisterResult result, bool read,
                                      const RegisterContext& who) {
  const std::uint64_t error = access_error(result, read);
  if (is_limited(who)) {
    non_secure_STATUSR_ |= error;
  } else {
    STATUSR_.set(STATUSR_.get() | error);
  }
}

void RedistributorState::disable_security() {
  DS_ = true;
  interrupts_.forget_security();
  NSACR_.set(0);
  changed();
}

void RedistributorState::hook_all_bits() {
  using Bank = InterruptBank;
  hook_bits("GICR_IGROUPR<n>", &Bank::group, &Bank::write_group, HiddenFrom::non_secure);
  hook_bits("GICR_IGRPMODR<n>", &Bank::modifier, &Bank::write_modifier, HiddenFrom::non_secure);
  hook_bits("GICR_ISENABLER<n>", &Bank::enabled, &Bank::set_enable);
  hook_bits("GICR_ICENABLER<n>", &Bank::enabled, &Bank::clear_enable);
  hook_bits("GICR_ISPENDR<n>", &Bank::pending, &Bank::set_pending);
  hook_bits("GICR_ICPENDR<n>", &Bank::pending, &Bank::clear_pending);
  hook_bits("GICR_ISACTIVER<n>", &Bank::active, &Bank::set_active);
  hook_bits("GICR_ICACTIVER<n>", &Bank::active, &Bank::clear_active);
}

void RedistributorState::hook_bits(const char* name, Value value, Change change,
                                   HiddenFrom hidden) {
  const auto is_open = [this, hidden](unsigned index, const RegisterContext& who) {
    return index < interrupts_.words() && !(hidden == HiddenFrom::non_secure && is_limited(who));
  };
  bank_.on_read(name, [this, value, is_open](const RegisterRead& read) -> std::uint64_t {
    if (!is_open(read.index, read.context)) return 0;
    return (interrupts_.*value)(read.index) & reached(read.index, read.context);
  });
  bank_.on_write(name, [this, change, is_open](const RegisterWrite& write) {
    if (!is_open(write.index, write.context)) return;
    if (change == &InterruptBank::write_modifier && !two_states()) return;
    const auto written = static_cast<std::uint32_t>(write.written);
    (interrupts_.*change)(write.index, written & reached(write.index, write.context));
    changed();
  });
}

void RedistributorState::hook_priorities() {
  bank_.on_read("GICR_IPRIORITYR<n>", [this](const RegisterRead& read) {
    std::uint64_t value = 0;
    for (unsigned i = 0; i < 4; ++i) {
      const std::uint32_t number = read.index * 4 + i;
      if (!reaches(number, read.context)) continue;
      const std::uint8_t priority = interrupts_.priority(interrupts_.INTID_of(number));
      const bool limited = is_limited(read.context);
      value |= std::uint64_t{limited ? ns_read(priority) : priority} << (8 * i);
    }
    return value;
  });
  bank_.on_write("GICR_IPRIORITYR<n>", [this](const RegisterWrite& write) {
    for (unsigned i = 0; i < 4; ++i) {
      const std::uint32_t number = write.index * 4 + i;
      if (bits(write.lanes, 8 * i + 7, 8 * i) == 0 || !reaches(number, write.context)) continue;
      const auto value = static_cast<std::uint8_t>(bits(write.value, 8 * i + 7, 8 * i));
      interrupts_.set_priority(interrupts_.INTID_of(number),
                               is_limited(write.context) ? ns_write(value) : value);
    }
    changed();
  });
}

void RedistributorState::hook_configuration() {
  const auto implemented = [this](unsigned index) { return (index + 1) / 2 < interrupts_.words(); };
  const auto mine = [this](unsigned index, const RegisterContext& who) {
    return pairs_of(reached((index + 1) / 2, who) >> 16 * ((index + 1) % 2));
  };
  bank_.on_read("GICR_ICFGR0",
                [mine](const RegisterRead& read) { return read.value & mine(~0U, read.context); });
  bank_.on_read("GICR_ICFGR<n>",
                [this, implemented, mine](const RegisterRead& read) -> std::uint64_t {
                  if (!implemented(read.index)) return 0;
                  return interrupts_.configuration(read.index + 1) & mine(read.index, read.context);
                });
  bank_.on_write("GICR_ICFGR<n>", [this, implemented, mine](const RegisterWrite& write) {
    if (!implemented(write.index)) return;
    const std::uint32_t kept =
        interrupts_.configuration(write.index + 1) & ~mine(write.index, write.context);
    const auto written = static_cast<std::uint32_t>(write.written);
    interrupts_.write_configuration(write.index + 1,
                                    kept | (written & mine(write.index, write.context)));
    changed();
  });
}

/// GICR_NSACR: Secure software's, of SGIs.
void RedistributorState::hook_access() {
  const auto is_open = [this](const RegisterContext& who) { return two_states() && who.secure; };
  bank_.on_read("GICR_NSACR", [is_open](const RegisterRead& read) {
    return is_open(read.context) ? read.value : 0;
  });
  bank_.on_write("GICR_NSACR", [this, is_open](const RegisterWrite& write) {
    if (!is_open(write.context)) NSACR_.set(write.old);
  });
}

}  // namespace doorbell::gic
