#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "doorbell/cpu/arch/engine_loader.h"
#include "doorbell/cpu/arch/psci.h"
#include "doorbell/cpu/arch/resumptions.h"

namespace doorbell::cpu {

class Aarch64Processor;

/// What the AArch64 processors of a machine share: the engine's library, cache and TLB maintenance
/// that reaches all of them, power control, and the order of their turns. It outlives them.
class Aarch64Group {
 public:
  /// How software ended the machine.
  enum class End : std::uint8_t { system_off, system_reset, semihosting_exit, stuck };

  /// Loads the engine: InputError when it isn't there.
  Aarch64Group();
  Aarch64Group(const Aarch64Group&) = delete;
  Aarch64Group& operator=(const Aarch64Group&) = delete;

  /// Where software starts, on the first processor alone: at EL1 with the MMU off, X0 = `argument`.
  void start_at(std::uint64_t entry, std::uint64_t argument);
  /// Called once, when software ends: with SYS_EXIT's status, and what a stuck processor met. All
  /// processors stand still from then on.
  void on_end(std::function<void(End end, int status, const std::string& why)> listener) {
    end_listener_ = std::move(listener);
  }
  /// What semihosting writes.
  void on_write(std::function<void(const std::string& text)> listener) {
    write_listener_ = std::move(listener);
  }
  bool ended() const { return ended_; }
  /// What a processor was in when it got stuck; nothing if none did.
  struct Stuck {
    unsigned processor = 0;
    std::vector<std::pair<std::string, std::uint64_t>> registers;  ///< by architectural name
    std::vector<TakenException> exceptions;  ///< the last ones, the latest at the end
  };
  const std::optional<Stuck>& stuck() const { return stuck_; }

  // For debuggers.
  const std::vector<Aarch64Processor*>& processors() const { return processors_; }
  /// Called when a processor has come to where a debugger lets it stop, or is stuck. Until the
  /// listener returns, nothing else happens and no simulated time passes; then the processor goes
  /// on.
  void on_debug_stop(
      std::function<void(Aarch64Processor& processor, const InstructionEngine::Stop& stop)>
          listener) {
    debug_listener_ = std::move(listener);
  }

  const EngineLibrary& library() const { return library_; }

 private:
  friend class Aarch64Processor;

  void add(Aarch64Processor& processor);
  void end(End end, int status, const std::string& why);
  void write(const std::string& text) const {
    if (write_listener_) write_listener_(text);
  }
  Psci& psci();

  EngineLibrary library_;
  std::vector<Aarch64Processor*> processors_;
  std::unique_ptr<Psci> psci_;
  Resumptions resumptions_;
  /// Whose exclusive monitor may hold what it has seen.
  const Aarch64Processor* last_ran_ = nullptr;
  bool ended_ = false;
  std::optional<Stuck> stuck_;
  std::function<void(End, int, const std::string&)> end_listener_;
  std::function<void(const std::string&)> write_listener_;
  std::function<void(Aarch64Processor&, const InstructionEngine::Stop&)> debug_listener_;
};

}  // namespace doorbell::cpu
