// What accesses to GICD registers do (IHI 0069, 12.9).
#include "doorbell/core/arch/bit_field.h"
#include "doorbell/gic/arch/distributor_state.h"
#include "doorbell/gic/arch/register_tables.h"

namespace doorbell::gic {
void DistributorState::hook_all_bits() {
  using Bank = InterruptBank;
  constexpr auto set = NonSecureAccess::set_pending, clear = NonSecureAccess::clear_pending;
  hook_bits("GICD_IGROUPR<n>", "GICD_IGROUPR<n>E",
            {.value = &Bank::group, .change = &Bank::write_group, .secure_only = true});
  hook_bits("GICD_IGRPMODR<n>", "GICD_IGRPMODR<n>E",
            {.value = &Bank::modifier, .change = &Bank::write_modifier, .secure_only = true});
  hook_bits("GICD_ISENABLER<n>", "GICD_ISENABLER<n>E", {&Bank::enabled, &Bank::set_enable});
  hook_bits("GICD_ICENABLER<n>", "GICD_ICENABLER<n>E",
            {.value = &Bank::enabled, .change = &Bank::clear_enable, .withdraws = true});
  hook_bits("GICD_ISPENDR<n>", "GICD_ISPENDR<n>E", {&Bank::pending, &Bank::set_pending, set, set});
  hook_bits("GICD_ICPENDR<n>", "GICD_ICPENDR<n>E",
            {&Bank::pending, &Bank::clear_pending, clear, clear});
  hook_bits("GICD_ISACTIVER<n>", "GICD_ISACTIVER<n>E",
            {.value = &Bank::active, .change = &Bank::set_active, .reads = clear});
  hook_bits("GICD_ICACTIVER<n>", "GICD_ICACTIVER<n>E",
            {.value = &Bank::active, .change = &Bank::clear_active, .reads = clear});
}

void DistributorState::hook_bits(const char* name, const char* extended, const BitRegister& of) {
  const std::size_t words = configuration_.spis / 32;
  const std::size_t all = spis_.words();
  // Word 0 is the redistributors' under affinity routing: RES0 here (12.9).
  const auto word = [words](unsigned index) -> std::optional<std::size_t> {
    return index == 0 || index > words ? std::nullopt : std::optional<std::size_t>(index - 1);
  };
  const auto extended_word = [words, all](unsigned index) -> std::optional<std::size_t> {
    return words + index < all ? std::optional(words + index) : std::nullopt;
  };
  hook_word(name, word, of);
  hook_word(extended, extended_word, of);
}

void DistributorState::hook_word(const char* name,
                                 std::function<std::optional<std::size_t>(unsigned)> word_of,
                                 const BitRegister& of) {
  bank_.on_read(name, [this, of, word_of](const RegisterRead& read) -> std::uint64_t {
    const auto word = word_of(read.index);
    if (!word || (of.secure_only && is_limited(read.context))) return 0;
    return (spis_.*of.value)(*word) & reached(*word, read.context, of.reads);
  });
  // A register that sets or clears takes the bits written; one that holds the group the whole
  // value, as they are all accessed whole.
  bank_.on_write(name, [this, of, word_of](const RegisterWrite& write) {
    const auto word = word_of(write.index);
    if (!word || (of.secure_only && is_limited(write.context))) return;
    const bool is_modifier = of.change == &InterruptBank::write_modifier;
    if (is_modifier && !two_states()) return;
    const auto written =
        static_cast<std::uint32_t>(write.written) & reached(*word, write.context, of.writes);
    const std::uint32_t concerned = of.secure_only ? (spis_.*of.value)(*word) ^ written : written;
    (spis_.*of.change)(*word, written);
    changed(*word, concerned, of.withdraws);
  });
}

void DistributorState::hook_priorities(const char* name, std::uint32_t first) {
  bank_.on_read(name, [this, first](const RegisterRead& read) {
    std::uint64_t value = 0;
    for (unsigned i = 0; i < 4; ++i) {
      const std::uint32_t INTID = first + read.index * 4 + i;
      if (!reaches(INTID, read.context)) continue;
      const std::uint8_t priority = spis_.priority(INTID);
      const bool limited = is_limited(read.context);
      value |= std::uint64_t{limited ? ns_read(priority) : priority} << (8 * i);
    }
    return value;
  });
  bank_.on_write(name, [this, first](const RegisterWrite& write) {
    for (unsigned i = 0; i < 4; ++i) {
      const std::uint32_t INTID = first + write.index * 4 + i;
      if (bits(write.lanes, 8 * i + 7, 8 * i) == 0 || !reaches(INTID, write.context)) continue;
      const auto value = static_cast<std::uint8_t>(bits(write.value, 8 * i + 7, 8 * i));
      spis_.set_priority(INTID, is_limited(write.context) ? ns_write(value) : value);
      changed(INTID);
    }
  });
}

void DistributorState::hook_configuration(const char* name, std::uint32_t first) {
  const auto implemented = [this, first](unsigned index) {
    return spis_.contains(first + 16 * index);
  };
  const auto half = [this, first](unsigned index) {
    return spis_.number_of(first + 16 * index) / 16;
  };
  bank_.on_read(name, [this, implemented, half](const RegisterRead& read) -> std::uint64_t {
    if (!implemented(read.index)) return 0;
    const std::size_t at = half(read.index);
    return spis_.configuration(at) & pairs_of(reached(at / 2, read.context) >> 16 * (at % 2));
  });
  bank_.on_write(name, [this, implemented, half](const RegisterWrite& write) {
    if (!implemented(write.index)) return;
    const std::size_t at = half(write.index);
    const std::uint32_t mine = pairs_of(reached(at / 2, write.context) >> 16 * (at % 2));
    const auto written = static_cast<std::uint32_t>(write.written) & mine;
    spis_.write_configuration(at, (spis_.configuration(at) & ~mine) | written);
    changed(at / 2, 0xFFFFU << 16 * (at % 2));
  });
}

void DistributorState::hook_routes(const char* name, std::uint32_t first,
                                   RegisterBank::Handle routes) {
  bank_.on_read(name, [this, first](const RegisterRead& read) -> std::uint64_t {
    return reaches(first + read.index, read.context, NonSecureAccess::route) ? read.value : 0;
  });
  bank_.on_write(name, [this, first, routes](const RegisterWrite& write) {
    const std::uint32_t INTID = first + write.index;
    if (!spis_.contains(INTID)) return routes.set(0, write.index);
    if (!reaches(INTID, write.context, NonSecureAccess::route))
      return routes.set(write.old, write.index);
    if (configuration_.one_of_n == OneOfN::none)
      routes.set(with_bits(write.value, 31, 31, 0), write.index);
    const std::uint32_t spi = spis_.number_of(INTID);
    const unsigned before = router_.target(spi);
    router_.set_route(spi, routes.get(write.index));
    tell(before);
    changed(INTID);
  });
}

/// Routes as the registers have them, after a checkpoint has been read; 1 of N is chosen anew.
void DistributorState::route_all() {
  returning_.assign(spis_.count(), false);
  for (std::uint32_t spi = 0; spi < spis_.count(); ++spi) {
    const std::uint32_t INTID = spis_.INTID_of(spi);
    const bool extended = INTID >= first_extended_spi;
    router_.set_route(spi, extended ? IROUTER_E_.get(INTID - first_extended_spi)
                                    : IROUTER_.get(INTID - first_spi));
  }
}

void DistributorState::serve_messages(RegisterBank& bank, const std::string& frame) {
  using Act = bool (DistributorState::*)(std::uint32_t, const RegisterContext&);
  const auto on_message = [&](const char* name, const char* secure, Act act) {
    bank.on_write(frame + name, [this, act](const RegisterWrite& write) {
      if (configuration_.message_spis)
        (this->*act)(static_cast<std::uint32_t>(bits(write.written, 12, 0)), write.context);
    });
    // RES0 with one Security state, and to Non-secure accesses.
    bank.on_write(frame + secure, [this, act](const RegisterWrite& write) {
      if (configuration_.message_spis && two_states() && write.context.secure)
        (this->*act)(static_cast<std::uint32_t>(bits(write.written, 12, 0)), write.context);
    });
  };
  on_message("_SETSPI_NSR", "_SETSPI_SR", &DistributorState::set_by_message);
  on_message("_CLRSPI_NSR", "_CLRSPI_SR", &DistributorState::clear_by_message);
}

}  // namespace doorbell::gic
