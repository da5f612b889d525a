#include "doorbell/peripherals/arch/pl031_state.h"

#include <algorithm>
#include <array>

namespace doorbell::peripherals {
namespace {

constexpr auto RO = RegisterAccess::read_only;
constexpr auto RW = RegisterAccess::read_write;
constexpr auto WO = RegisterAccess::write_only;

// Drivers use bytes and half-words, too: an APB peripheral doesn't see the width of an access.
// clang-format off
constexpr std::array table{
    // name, offset, width, reset, access, section, count, stride, writable, byte_access
    RegisterInfo{"RTCDR",        0x000, 4, 0, RO, "DDI 0224 3.3.1", 1, 0, ~0ULL, true},
    RegisterInfo{"RTCMR",        0x004, 4, 0, RW, "DDI 0224 3.3.2", 1, 0, ~0ULL, true},
    RegisterInfo{"RTCLR",        0x008, 4, 0, RW, "DDI 0224 3.3.3", 1, 0, ~0ULL, true},
    RegisterInfo{"RTCCR",        0x00C, 4, 1, RW, "DDI 0224 3.3.4", 1, 0, 0, true},
    RegisterInfo{"RTCIMSC",      0x010, 4, 0, RW, "DDI 0224 3.3.5", 1, 0, 1, true},
    RegisterInfo{"RTCRIS",       0x014, 4, 0, RO, "DDI 0224 3.3.6", 1, 0, ~0ULL, true},
    RegisterInfo{"RTCMIS",       0x018, 4, 0, RO, "DDI 0224 3.3.7", 1, 0, ~0ULL, true},
    RegisterInfo{"RTCICR",       0x01C, 4, 0, WO, "DDI 0224 3.3.8", 1, 0, 0, true},
    RegisterInfo{"RTCPeriphID0", 0xFE0, 4, 0x31, RO, "DDI 0224 3.3.9", 1, 0, ~0ULL, true},
    RegisterInfo{"RTCPeriphID1", 0xFE4, 4, 0x10, RO, "DDI 0224 3.3.9", 1, 0, ~0ULL, true},
    RegisterInfo{"RTCPeriphID2", 0xFE8, 4, 0x14, RO, "DDI 0224 3.3.9", 1, 0, ~0ULL, true},
    RegisterInfo{"RTCPeriphID3", 0xFEC, 4, 0x00, RO, "DDI 0224 3.3.9", 1, 0, ~0ULL, true},
    RegisterInfo{"RTCPCellID0",  0xFF0, 4, 0x0D, RO, "DDI 0224 3.3.10", 1, 0, ~0ULL, true},
    RegisterInfo{"RTCPCellID1",  0xFF4, 4, 0xF0, RO, "DDI 0224 3.3.10", 1, 0, ~0ULL, true},
    RegisterInfo{"RTCPCellID2",  0xFF8, 4, 0x05, RO, "DDI 0224 3.3.10", 1, 0, ~0ULL, true},
    RegisterInfo{"RTCPCellID3",  0xFFC, 4, 0xB1, RO, "DDI 0224 3.3.10", 1, 0, ~0ULL, true},
};
// clang-format on

std::uint32_t seconds(Time time) {
  return static_cast<std::uint32_t>(time / second);
}

}  // namespace

std::span<const RegisterInfo> pl031_registers() {
  return table;
}

Pl031State::Pl031State(std::uint32_t epoch)
    : bank_(pl031_registers()),
      MR_(bank_.handle("RTCMR")),
      IMSC_(bank_.handle("RTCIMSC")),
      RIS_(bank_.handle("RTCRIS")),
      offset_(epoch) {
  bank_.on_read("RTCDR", [this](const RegisterRead&) { return count(); });
  bank_.on_write("RTCMR", [this](const RegisterWrite&) {
    find_match();
    tell();
  });
  bank_.on_write("RTCLR", [this](const RegisterWrite& write) {
    offset_ = static_cast<std::uint32_t>(write.value) - seconds(now_);
    find_match();
    tell();
  });
  bank_.on_write("RTCIMSC", [this](const RegisterWrite&) { tell(); });
  bank_.on_read("RTCMIS", [this](const RegisterRead&) { return RIS_.get() & IMSC_.get(); });
  bank_.on_write("RTCICR", [this](const RegisterWrite& write) {
    RIS_.set(RIS_.get() & ~write.written & 1);
    tell();
  });
  find_match();
}

std::uint32_t Pl031State::count() const {
  return seconds(now_) + offset_;
}

/// RTCDR counts whole seconds of simulated time, whenever it was loaded.
void Pl031State::find_match() {
  const std::uint32_t ahead = static_cast<std::uint32_t>(MR_.get()) - count();
  const Time last = never / second;  // a count of seconds that simulated time doesn't reach
  const Time due = now_ / second + ahead;
  match_ = due >= last ? never : std::max(now_, due * second);
  advance(now_);
}

void Pl031State::advance(Time now) {
  now_ = std::max(now_, now);
  if (now_ < match_) return;
  RIS_.set(1);
  match_ = never;  // the next is 2^32 s away
}

Time Pl031State::next_interrupt() const {
  return IMSC_.get() != 0 && RIS_.get() == 0 ? match_ : never;
}

}  // namespace doorbell::peripherals
