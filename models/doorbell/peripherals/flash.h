#pragma once

#include <filesystem>
#include <optional>

#include "doorbell/core/arch/statistics_kinds.h"
#include "doorbell/core/simulation.h"
#include "doorbell/core/target_socket.h"
#include "doorbell/peripherals/arch/flash_bank.h"
#include "doorbell/peripherals/arch/parameters.h"

namespace doorbell::peripherals {

/// A bank of NOR flash: two 16-bit chips side by side with the Intel command set
/// (arch/flash_bank.h, arch/cfi_chip.h).
class Flash : public Module {
 public:
  /// Erased, or what `file` holds, which then keeps what is programmed; an InputError when it
  /// doesn't have that size, a multiple of 256 KiB, or can't be written.
  Flash(const sc_core::sc_module_name& name, const FlashParameters& parameters, std::uint64_t size,
        const std::optional<std::filesystem::path>& file = {});

  TargetSocket upstream;  ///< From address 0

  /// Its cells, whatever mode it is in.
  FlashArray& array() { return array_; }

  /// Without the cells.
  void save(StateWriter& state) const override;
  void restore(StateReader& state) override;

  std::string busy() const override { return upstream.held() == 0 ? "" : "accesses"; }

 private:
  Task<void> serve(Payload& payload);
  unsigned debug(Payload& payload);

  FlashParameters parameters_;
  FlashArray array_;
  FlashBank bank_;
  Counter words_programmed_;
  Counter blocks_erased_;
  TaskGroup tasks_{scheduler()};
};

}  // namespace doorbell::peripherals
