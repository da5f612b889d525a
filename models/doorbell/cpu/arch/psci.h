#pragma once

#include <cstdint>
#include <vector>

namespace doorbell::cpu {

/// Which processors are on, and what calls of the Power State Coordination Interface make of it
/// (DEN 0022, version 1.0). The caller carries the actions out.
class Psci {
 public:
  // Return values (DEN 0022, 5.2.2).
  static constexpr std::int64_t SUCCESS = 0;
  static constexpr std::int64_t NOT_SUPPORTED = -1;
  static constexpr std::int64_t INVALID_PARAMETERS = -2;
  static constexpr std::int64_t ALREADY_ON = -4;
  static constexpr std::int64_t ON_PENDING = -5;
  static constexpr std::int64_t INVALID_ADDRESS = -9;

  enum class Power : std::uint8_t { off, pending, on };

  /// X0 to X3 of a call.
  struct Call {
    std::uint64_t function = 0;
    std::uint64_t arguments[3] = {};
  };
  struct Action {
    enum class Kind : std::uint8_t {
      answer,      ///< `value` goes to X0
      start,       ///< as well; `processor` starts at `entry` with X0 = `context`
      stop,        ///< the caller doesn't return
      system_off,  ///< nor here
      system_reset,
    };
    Kind kind = Kind::answer;
    std::int64_t value = SUCCESS;
    unsigned processor = 0;
    std::uint64_t entry = 0;
    std::uint64_t context = 0;
  };

  /// `affinities` of all processors, as in MPIDR_EL1 without its other fields. All are off.
  explicit Psci(std::vector<std::uint64_t> affinities);

  /// `is_memory`: whether an entry point lies in memory.
  Action call(const Call& call, bool (*is_memory)(void* argument, std::uint64_t address),
              void* argument);

  Power power(unsigned processor) const { return power_[processor]; }
  /// A started processor has executed its first instruction, or one has stopped.
  void set_power(unsigned processor, Power power) { power_[processor] = power; }

 private:
  Action turn_on(const Call& call, bool is_memory);
  std::int64_t affinity_info(const Call& call) const;
  /// The number of the processor, or their count for none.
  unsigned find(std::uint64_t affinity) const;

  std::vector<std::uint64_t> affinities_;
  std::vector<Power> power_;
};

}  // namespace doorbell::cpu
