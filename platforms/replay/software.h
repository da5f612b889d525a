#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "doorbell/trace/format/record.h"
#include "platforms/virt/platform.h"
#include "sw/drivers/smmu/queue.h"
#include "sw/scenarios/machine.h"

namespace doorbell::replay {

/// The firmware of a replay: the drivers of sw/, given the operations of a trace one by one.
/// Everything but the constructor is called from the processors' firmware.
class Software {
 public:
  /// Streams of the trace are put on the platform's functions in their order: the first function of
  /// every endpoint, then the second, and so on. Throws InputError if there are too few, or too few
  /// vectors.
  Software(virt::Platform& platform, const trace::Header& header, std::string trace);

  /// Set-up: on every processor; the first one brings up what they share and then each stream's
  /// function, with MSI-X on and every vector masked. The others return early.
  void bring_up(unsigned cpu);
  /// Carries out a processor-side operation. False: a driver answered with an error.
  bool perform(const trace::Operation& operation);
  /// Reads a register of the function.
  void flush(trace::Stream stream);
  /// Opens an event that the trace sends without having mapped it, for processor 0.
  bool open_event(trace::Stream stream, std::uint32_t event);

  /// The function that plays a stream.
  pcie::Function& function(trace::Stream stream) { return *bindings_.at(stream).function; }
  bool is_open(trace::Stream stream, std::uint32_t event) const {
    return bindings_.at(stream).events.at(event).open;
  }
  /// The trace's stream of the platform's StreamID; false if it is none of them.
  bool find_stream(std::uint32_t stream_id, trace::Stream& stream) const;
  /// Operations that the drivers have no use for: commands for devices that the trace has no
  /// traffic of, and so on.
  std::uint64_t skipped() const { return skipped_; }
  /// SMMU events that the firmware has taken: faults.
  std::uint64_t smmu_events() const { return machine_.events; }

 private:
  struct Event {
    bool open = false;
    unsigned collection = 0;
  };
  struct Binding {
    pcie::Function* function = nullptr;
    trace::StreamInfo info;
    machine_device device{};
    bool mapped = false;  ///< in the ITS
    std::vector<Event> events;
  };

  void bind(const trace::Header& header);
  void add_function(Binding& binding);
  bool operate(const trace::Map& map);
  bool operate(const trace::Unmap& unmap);
  bool operate(const trace::Submit& submit);
  bool operate(const trace::Handle& handle);
  bool operate(const trace::SmmuCommand& command);
  bool operate(const trace::ItsCommand& command);
  bool operate(const trace::Access&) { return false; }
  bool operate(const trace::Msi&) { return false; }
  void ring(trace::Stream stream, std::uint32_t index, std::uint32_t value);
  void map_doorbell(Binding& binding, std::uint64_t iova);
  void add_invalidation(const trace::SmmuCommand& command, std::uint16_t asid);
  bool finish_batch();
  bool operate_on_device(const trace::ItsCommand& command, Binding& binding);
  bool operate_on_event(const trace::ItsCommand& command, Binding& binding, Event& event);
  bool map_event(const trace::ItsCommand& command, Binding& binding, Event& event);
  Binding* binding_of_device(std::uint32_t device);
  bool skip() {
    ++skipped_;
    return true;
  }
  std::uint64_t frames_base() const;

  virt::Platform& platform_;
  std::string trace_;
  std::map<trace::Stream, Binding> bindings_;
  machine machine_{};
  std::vector<pcie_function> functions_;
  std::vector<msi_vector> vectors_;
  smmu_batch batch_{};
  std::uint64_t skipped_ = 0;
};

}  // namespace doorbell::replay
