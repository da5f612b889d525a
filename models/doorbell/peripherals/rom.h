#pragma once

#include <filesystem>
#include <span>

#include "doorbell/core/arch/mapped_memory.h"
#include "doorbell/core/simulation.h"
#include "doorbell/core/target_socket.h"
#include "doorbell/core/write_watch.h"
#include "doorbell/peripherals/arch/parameters.h"

namespace doorbell::peripherals {

/// Read-only memory, zero where nothing was loaded. Writes are ignored. Direct access is granted
/// for reads: to coherent caches under every timing, to others under loose timing.
class Rom : public Module {
 public:
  /// `size` in bytes.
  Rom(const sc_core::sc_module_name& name, const RomParameters& parameters, std::uint64_t size);

  TargetSocket upstream;  ///< From address 0

  std::uint64_t size() const { return storage_.size(); }
  /// Puts a file at its start. An InputError when it can't be read, is empty or longer than the
  /// ROM.
  void load(const std::filesystem::path& file);
  std::span<const std::uint8_t> bytes() const { return storage_.bytes(); }
  /// Its contents become those of a file of its size (MappedMemory).
  void replace(const std::filesystem::path& file) { storage_.replace(file); }

 private:
  Task<void> serve(Payload& payload);
  unsigned debug(Payload& payload);
  bool grant_dmi(Payload& payload, tlm::tlm_dmi& dmi);

  RomParameters parameters_;
  MappedMemory storage_;
  WriteWatches watches_;  ///< Of nothing that is ever written.
  TaskGroup tasks_{scheduler()};
};

}  // namespace doorbell::peripherals
