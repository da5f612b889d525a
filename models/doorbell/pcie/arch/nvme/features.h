#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "doorbell/pcie/arch/nvme/command.h"

namespace doorbell::pcie::nvme {

/// Get Features and Set Features (NVMe 1.4 5.14, 5.21): what is mandatory, and what drivers set.
/// Values are kept and reported; Number of Queues, Volatile Write Cache and Asynchronous Event
/// Configuration are those that anything goes by. Nothing can be saved.
class Features {
 public:
  Features(unsigned io_queues, unsigned vectors);

  void reset();
  Result get(const Command& command) const;
  /// `queues_exist`: Number of Queues can't be set any more once there is an I/O queue.
  Result set(const Command& command, bool queues_exist);

  /// For a checkpoint (core/arch/state.h).
  template <class Self, class State>
  static void describe(Self& self, State& state) {
    state.values("values", self.values_);
    state.value("under_temperature", self.under_temperature_);
    state.values("coalescing_disabled", self.coalescing_disabled_);
  }

 private:
  enum Id : std::uint8_t {
    arbitration = 0x01,
    power_management = 0x02,
    temperature_threshold = 0x04,
    error_recovery = 0x05,
    volatile_write_cache = 0x06,
    number_of_queues = 0x07,
    interrupt_coalescing = 0x08,
    interrupt_vector_configuration = 0x09,
    write_atomicity = 0x0a,
    asynchronous_event_configuration = 0x0b,
  };
  static constexpr unsigned known = 12;

  static bool exists(unsigned id);
  std::uint32_t default_of(unsigned id, std::uint32_t cdw11) const;
  std::uint32_t current(unsigned id, std::uint32_t cdw11) const;
  Result set_queues(std::uint32_t cdw11, bool queues_exist) const;

  unsigned io_queues_;
  std::array<std::uint32_t, known> values_{};
  std::uint32_t under_temperature_ = 0;
  std::vector<bool> coalescing_disabled_;  // by vector
};

}  // namespace doorbell::pcie::nvme
