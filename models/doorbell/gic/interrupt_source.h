#pragma once

#include <cstdint>

#include "doorbell/core/arch/journey.h"
#include "doorbell/core/arch/task.h"
#include "doorbell/gic/arch/affinity.h"
#include "doorbell/gic/arch/priority.h"

namespace doorbell::gic {

/// What redistributors and CPU interfaces ask of the distributor on the spot, as parts of one GIC.
class SpiSource {
 public:
  virtual ~SpiSource() = default;
  /// The set of groups that GICD_CTLR enables.
  virtual unsigned enabled_groups() const = 0;
  /// A processor acknowledges an SPI that it was offered. False when it has been withdrawn
  /// meanwhile (disabled, moved, taken by another). The Journey of one by message goes to the
  /// caller.
  virtual bool acknowledge_spi(std::uint32_t INTID, unsigned processor, JourneyHandle& journey) = 0;
  /// The Journey of a pending SPI that a message made so, or none.
  virtual JourneyHandle journey_of_spi(std::uint32_t INTID) const = 0;
  virtual void deactivate_spi(std::uint32_t INTID) = 0;
  virtual Group group_of_spi(std::uint32_t INTID) const = 0;
  /// What was offered to a redistributor last.
  virtual PendingInterrupt offered_spi(unsigned processor) const = 0;
  /// ICC_SGI0R_EL1, ICC_SGI1R_EL1, ICC_ASGI1R_EL1 on `processor`: a request for SGIs of `group`.
  virtual Task<void> send_sgi(SgiRequest request, Group group, bool secure, unsigned processor) = 0;
  /// A processor was woken or put to sleep (GICR_WAKER).
  virtual void set_awake(unsigned processor, bool awake) = 0;
  /// A processor takes another set of groups than before (ICC_IGRPENn_EL1).
  virtual void set_enabled_groups(unsigned processor, unsigned groups) = 0;
  /// The set of groups of which 1 of N gives it nothing (GICR_CTLR.DPG*).
  virtual void set_excluded(unsigned processor, unsigned groups) = 0;
  /// ICC_PMR_EL1 of a processor.
  virtual void set_mask(unsigned processor, std::uint8_t PMR) = 0;
};

/// What a CPU interface asks of its redistributor on the spot.
class InterruptSource {
 public:
  virtual ~InterruptSource() = default;
  /// The most urgent interrupt of `groups` that is pending, enabled and forwarded to this
  /// processor.
  virtual PendingInterrupt highest(unsigned groups) const = 0;
  /// Takes an interrupt that `highest` gave: it becomes active, an LPI isn't pending any more.
  /// False when it was withdrawn. The Journey of an MSI goes to the caller.
  virtual bool acknowledge(std::uint32_t INTID, JourneyHandle& journey) = 0;
  virtual void deactivate(std::uint32_t INTID) = 0;
  /// Of an SGI, PPI or SPI.
  virtual Group group_of(std::uint32_t INTID) const = 0;
  /// The processor takes another set of groups than before.
  virtual void set_enabled_groups(unsigned groups) = 0;
  /// ICC_PMR_EL1 has changed.
  virtual void set_mask(std::uint8_t PMR) = 0;
  virtual Task<void> send_sgi(SgiRequest request, Group group, bool secure) = 0;
  /// The Journey of a pending LPI, or of an SPI by message, or null.
  virtual JourneyHandle journey(std::uint32_t INTID) = 0;
};

}  // namespace doorbell::gic
