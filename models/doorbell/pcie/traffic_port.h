#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "doorbell/core/arch/task.h"
#include "doorbell/core/arch/time.h"
#include "doorbell/core/arch/wait_primitives.h"
#include "doorbell/pcie/arch/msi_message.h"

namespace doorbell::pcie {

/// Attributes of a request (PCIe 6.0 2.2.6.3). Relaxed ordering goes out only while Device Control
/// allows it.
struct RequestAttributes {
  bool relaxed_ordering = false;
  bool no_snoop = false;
  bool id_based_ordering = false;
};

/// A processor's write to the doorbell region of BAR 0.
struct DoorbellWrite {
  std::uint32_t offset;  ///< bytes within the region
  std::uint32_t value;
  Time time;
};

/// What a source of traffic, such as a trace replayer or a generator, does with a function.
/// Everything obeys the function's registers: bus master enable, sizes, tags, masks.
class TrafficPort {
 public:
  virtual ~TrafficPort() = default;

  /// Reads `length` bytes from `address`, cut at Max_Read_Request_Size; waits for a tag for each
  /// request, and then for all completions. `into` receives the bytes; empty drops them. False: not
  /// a bus master, or a completion with an error.
  virtual Task<bool> read(std::uint64_t address, std::uint32_t length,
                          std::span<std::uint8_t> into = {}, RequestAttributes attributes = {}) = 0;

  /// Posts `length` bytes to `address`, cut at Max_Payload_Size; done when the last TLP has its
  /// credits and is with the link. `from` holds the bytes; empty writes unspecified ones. False:
  /// not a bus master.
  virtual Task<bool> write(std::uint64_t address, std::uint32_t length,
                           std::span<const std::uint8_t> from = {},
                           RequestAttributes attributes = {}) = 0;

  /// Signals a vector of MSI-X, or of MSI when that is enabled, behind everything posted before.
  /// Done when the message is with the link, or held, or refused.
  virtual Task<MsiOutcome> signal(unsigned vector) = 0;

  /// Whether requests may be issued now: bus master enable set, in D0.
  virtual bool may_issue() const = 0;
  /// Whether `signal` signals by MSI-X.
  virtual bool msix_enabled() const = 0;
  /// Notified after every write to configuration space: `while (!port.may_issue()) co_await
  /// port.configured();`
  virtual Condition::Awaiter configured() = 0;

  /// Told of each write to the doorbell region, at its time. One listener.
  virtual void on_doorbell(std::function<void(const DoorbellWrite&)> listener) = 0;
};

}  // namespace doorbell::pcie
