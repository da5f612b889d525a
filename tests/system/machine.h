#pragma once

#include <array>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "doorbell/core/arch/run_report.h"
#include "doorbell/core/arch/task_group.h"
#include "platforms/virt/platform.h"
#include "sw/scenarios/machine.h"

namespace doorbell::testing {

/// The outcomes that occurred, by their names.
std::map<std::string, std::uint64_t> outcomes_of(const Conservation& account);

/// The virt platform with the drivers of sw/ on its processors. Set-up is loose; the scenario, on
/// the first processor, runs in approximate timing unless asked otherwise, with statistics from its
/// start, while the other processors take interrupts.
class Machine {
 public:
  explicit Machine(const virt::VirtParameters& parameters,
                   const std::vector<virt::OwnDevice>& own = {});

  /// Runs it to the end of `scenario`, and checks that all went well. Once.
  void run(std::function<void()> scenario, Timing timing = Timing::approximate);

  /// What each processor does first, with its number: firmware below the drivers.
  void before(std::function<void(unsigned)> firmware) { before_ = std::move(firmware); }

  /// What the other processors do once all are up, with their numbers, before they take interrupts.
  void on_others(std::function<void(unsigned)> work) { on_others_ = std::move(work); }

  virt::Platform& platform() { return platform_; }
  machine& software() { return software_; }

  // For the scenario, on the first processor.

  /// A function of the i-th endpoint with an address space of its own, a page of memory at
  /// `data_iova` that it may write, and `vectors` vectors; vector n interrupts processor n modulo
  /// their number. The ASID of function 0 is i + 1.
  machine_device& add_device(unsigned endpoint, unsigned vectors, unsigned function = 0);
  /// Called on the processor that takes an interrupt of a device, before it is counted as handled.
  void on_interrupt(std::function<void(const msi_vector&)> listener) {
    on_interrupt_ = std::move(listener);
  }
  /// What the device's function sends is sent by tasks: starts one, and returns at once.
  void start(Task<void> task) { tasks_.spawn(std::move(task)); }
  pcie::TrafficPort& traffic(unsigned endpoint, unsigned function = 0) {
    return platform_.endpoint(endpoint).function(function);
  }
  /// Lets simulated time pass.
  void pass(Time time);
  /// Waits until as many interrupts have been handled since the start; false after 10 ms.
  bool wait_for_interrupts(std::uint64_t count);
  std::uint64_t handled() const { return handled_; }

  /// Bus, device and function of the `function` of the i-th endpoint.
  unsigned requester_id(unsigned endpoint, unsigned function = 0) const;
  std::size_t functions_found() const { return software_.pcie.count; }

  static constexpr std::uint64_t data_iova = 0x7f00'0000;
  static constexpr std::uint64_t data_page =
      0x6000'0000;  ///< Of endpoint 0; the next one's is 1 MiB above.

 private:
  void handle(const msi_vector& vector);

  virt::VirtParameters parameters_;
  virt::Platform platform_;
  machine software_{};
  std::array<pcie_function, 16> functions_{};
  std::array<msi_vector, 256> vectors_{};
  std::array<machine_device, 16> devices_{};
  std::function<void(unsigned)> before_;
  std::function<void(unsigned)> on_others_;
  std::function<void(const msi_vector&)> on_interrupt_;
  std::uint64_t handled_ = 0;
  bool finished_ = false;
  TaskGroup tasks_;
};

}  // namespace doorbell::testing
