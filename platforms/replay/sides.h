#pragma once

#include <cstdint>

#include "doorbell/core/arch/task.h"
#include "traces/format/record.h"

namespace doorbell::replay {

/// What a function has made of the wish to send a message.
enum class Signalled : std::uint8_t {
  refused,  ///< nothing will be told of it
  sent,     ///< or held back by the vector's mask, to be sent when it goes
  merged,   ///< a mask holds one back already: one message for both (PCIe 6.0 6.1.4.5)
};

/// The functions, as the replay uses them. Records outlive the tasks.
class DeviceSide {
 public:
  virtual ~DeviceSide() = default;
  /// Done when the data has come. False: refused, or an error.
  virtual Task<bool> read(const trace::Access& access) = 0;
  /// Done when the function has handed the write over: from there on posted writes keep their
  /// order.
  virtual Task<bool> write(const trace::Access& access) = 0;
  /// Likewise. What becomes of a message that is sent is told to the engine by msi_taken and so on.
  virtual Task<Signalled> signal(const trace::Msi& msi) = 0;
};

/// The processors, as the replay uses them: one operation at a time of each of a processor's two
/// orders, that of its handler and that of the rest.
class ProcessorSide {
 public:
  virtual ~ProcessorSide() = default;
  /// Done when the record's processor has carried it out; a SYNC, when the SMMU or ITS has
  /// completed it. False: it failed.
  virtual Task<bool> perform(const trace::Record& record) = 0;
  /// Done when all writes that the stream's function had handed over are observed: a processor's
  /// read of a register of the function does that, whose completion doesn't pass posted writes.
  virtual Task<bool> flush(unsigned cpu, trace::Stream stream) = 0;
};

}  // namespace doorbell::replay
