// What accesses to GICD registers do (IHI 0069, 12.9).
#include "doorbell/core/arch/bit_field.h"
#include "doorbell/gic/arch/access_errors.h"
#include "doorbell/gic/arch/distributor_state.h"
#include "doorbell/gic/arch/register_tables.h"

namespace doorbell::gic {

void DistributorState::hook_control() {
  bank_.on_read("GICD_CTLR", [this](const RegisterRead& read) {
    const bool pending = write_pending_ && write_pending_();
    return read.value | std::uint64_t{pending} << 31;  // RWP
  });
  bank_.on_write("GICD_CTLR", [this](const RegisterWrite& write) {
    const bool withdraws = (write.old & ~write.value & 3) != 0;  // a group isn't enabled any more
    reassess_all();
    for (unsigned i = 0; i < configuration_.processors.size(); ++i)
      tell(i, withdraws);
  });
}

void DistributorState::hook_status() {
  bank_.on_write("GICD_STATUSR", [this](const RegisterWrite& write) {
    STATUSR_.set(write.old & ~write.written);  // ones clear
  });
}

void DistributorState::note_ignored(RegisterResult result, bool read) {
  STATUSR_.set(STATUSR_.get() | access_error(result, read));
}

void DistributorState::hook_bits(const char* name, const char* extended, Value value, Change change,
                                 bool withdraws) {
  const std::size_t words = configuration_.spis / 32;
  const std::size_t all = spis_.words();
  // Word 0 is the redistributors' under affinity routing: RES0 here (12.9).
  const auto word = [words](unsigned index) -> std::optional<std::size_t> {
    return index == 0 || index > words ? std::nullopt : std::optional<std::size_t>(index - 1);
  };
  const auto extended_word = [words, all](unsigned index) -> std::optional<std::size_t> {
    return words + index < all ? std::optional(words + index) : std::nullopt;
  };
  hook_word(name, word, value, change, withdraws);
  hook_word(extended, extended_word, value, change, withdraws);
}

void DistributorState::hook_word(const char* name,
                                 std::function<std::optional<std::size_t>(unsigned)> word_of,
                                 Value value, Change change, bool withdraws) {
  bank_.on_read(name, [this, value, word_of](const RegisterRead& read) -> std::uint64_t {
    const auto word = word_of(read.index);
    return word ? (spis_.*value)(*word) : 0;
  });
  // A register that sets or clears takes the bits written; GICD_IGROUPRn the whole value, as they
  // are all accessed whole.
  bank_.on_write(name, [this, change, withdraws, word_of](const RegisterWrite& write) {
    const auto word = word_of(write.index);
    if (!word) return;
    const auto written = static_cast<std::uint32_t>(write.written);
    const std::uint32_t concerned =
        change == &InterruptBank::write_group ? spis_.group(*word) ^ written : written;
    (spis_.*change)(*word, written);
    changed(*word, concerned, withdraws);
  });
}

void DistributorState::hook_priorities(const char* name, std::uint32_t first) {
  bank_.on_read(name, [this, first](const RegisterRead& read) {
    std::uint64_t value = 0;
    for (unsigned i = 0; i < 4; ++i) {
      const std::uint32_t INTID = first + read.index * 4 + i;
      if (spis_.contains(INTID)) value |= std::uint64_t{spis_.priority(INTID)} << (8 * i);
    }
    return value;
  });
  bank_.on_write(name, [this, first](const RegisterWrite& write) {
    for (unsigned i = 0; i < 4; ++i) {
      const std::uint32_t INTID = first + write.index * 4 + i;
      if (bits(write.lanes, 8 * i + 7, 8 * i) == 0 || !spis_.contains(INTID)) continue;
      spis_.set_priority(INTID, static_cast<std::uint8_t>(bits(write.value, 8 * i + 7, 8 * i)));
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
    return implemented(read.index) ? spis_.configuration(half(read.index)) : 0;
  });
  bank_.on_write(name, [this, implemented, half](const RegisterWrite& write) {
    if (!implemented(write.index)) return;
    spis_.write_configuration(half(write.index), static_cast<std::uint32_t>(write.value));
    changed(half(write.index) / 2, 0xFFFFU << 16 * (half(write.index) % 2));
  });
}

void DistributorState::hook_routes(const char* name, std::uint32_t first,
                                   RegisterBank::Handle routes) {
  bank_.on_write(name, [this, first, routes](const RegisterWrite& write) {
    const std::uint32_t INTID = first + write.index;
    if (!spis_.contains(INTID)) return routes.set(0, write.index);
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

void DistributorState::hook_messages() {
  const auto on_message = [this](const char* name, bool (DistributorState::*act)(std::uint32_t)) {
    bank_.on_write(name, [this, act](const RegisterWrite& write) {
      if (configuration_.message_spis)
        (this->*act)(static_cast<std::uint32_t>(bits(write.written, 12, 0)));
    });
  };
  on_message("GICD_SETSPI_NSR", &DistributorState::set_by_message);
  on_message("GICD_CLRSPI_NSR", &DistributorState::clear_by_message);
}

}  // namespace doorbell::gic
