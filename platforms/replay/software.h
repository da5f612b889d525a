#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "platforms/replay/firmware.h"
#include "sw/drivers/smmu/queue.h"
#include "traces/format/record.h"

namespace doorbell::replay {

/// Which of the copies of a trace, each with functions, address spaces, frames and vectors of its
/// own.
struct Place {
  unsigned copy = 0;  ///< from 0
  unsigned copies = 1;
  bool bypass = false;  ///< All streams bypass the SMMU, whatever the trace maps.
};

/// The drivers of sw/ as one copy of a trace uses them: they are given its operations one by one.
/// Everything but the constructor and the questions is called from the processors' firmware.
class Software {
 public:
  /// Streams of the copies are put on the platform's functions in their order: the first function
  /// of every endpoint, then the second, and so on. `check_fit` has found that all fit.
  Software(Firmware& firmware, const trace::Header& header, std::string trace, Place place = {});

  /// Set-up, once the machine is up: each stream's function, with MSI-X on and every vector masked.
  void add_functions();
  /// Carries out a processor-side record. False: a driver answered with an error.
  bool perform(const trace::Record& record);
  /// Reads a register of the function.
  void flush(trace::Stream stream);
  /// Opens an event that the trace sends without having mapped it, for the copy's processor 0.
  bool open_event(trace::Stream stream, std::uint32_t event);

  /// Where a function sends an access: its IOVA, or behind an SMMU in bypass the frame's address;
  /// an IOVA that would be mapped to none is an address then. Throws InputError when there is no
  /// such frame.
  std::uint64_t address(const trace::Access& access) const;
  /// The function that plays a stream.
  pcie::Function& function(trace::Stream stream) { return *bindings_.at(stream).function; }
  bool is_open(trace::Stream stream, std::uint32_t event) const {
    return bindings_.at(stream).events.at(event).open;
  }
  /// The trace's stream of the platform's StreamID; false if it is none of this copy's.
  bool find_stream(std::uint32_t stream_id, trace::Stream& stream) const;
  /// The trace's event of a message's data, which without an ITS is the INTID.
  std::uint32_t event_of(trace::Stream stream, std::uint32_t data) const;
  /// The platform's processor that does what the trace's processor `cpu` did: a copy's processors
  /// follow those of the copy before, and come round where the platform has no more.
  unsigned processor(std::uint32_t cpu) const;
  /// Operations that the drivers have no use for: commands for devices that the trace has no
  /// traffic of, and so on.
  std::uint64_t skipped() const { return skipped_; }

 private:
  struct Event {
    bool open = false;
    bool wanted = false;  ///< to be opened when there is a doorbell for it
    unsigned collection = 0;
  };
  struct Binding {
    pcie::Function* function = nullptr;
    trace::StreamInfo info;
    std::uint16_t asid = 0;
    std::uint32_t stream_id = 0;
    std::uint32_t device_id = 0;
    machine_device device{};
    bool mapped = false;  ///< in the ITS, or has a doorbell
    /// What would be mapped, where the SMMU is bypassed in spite of it: addresses by page of the
    /// IOVA.
    std::map<std::uint64_t, std::uint64_t> frames;
    std::vector<Event> events;
  };

  // software_set_up.cpp
  void bind(const trace::Header& header);
  void bind(const trace::StreamInfo& info, std::size_t number);
  void attach(Binding& binding);
  void add_function(Binding& binding);

  bool operate(const trace::Map& map);
  bool operate(const trace::Unmap& unmap);
  bool operate(const trace::Submit& submit);
  bool operate(const trace::Handle& handle);
  bool operate(const trace::SmmuCommand& command, smmu_batch& batch);
  bool operate(const trace::ItsCommand& command);
  bool operate(const trace::Access&) { return false; }
  bool operate(const trace::Msi&) { return false; }
  void ring(trace::Stream stream, std::uint32_t index, std::uint32_t value);
  bool bypasses(const Binding& binding) const { return place_.bypass || binding.info.bypass; }
  std::uint64_t frame_address(std::uint64_t frame, std::uint64_t frames, bool block) const;
  void check_output(std::uint64_t end) const;
  void check_window(const char* what, std::uint64_t first, std::uint64_t bytes) const;
  smmu_batch& batch_of(const trace::Record& record);
  bool map_doorbell(Binding& binding, std::uint64_t iova);
  void add_invalidations(const trace::SmmuCommand& command, smmu_batch& batch) const;
  bool finish(smmu_batch& batch);
  bool operate_on_all_streams(const trace::SmmuCommand& command);
  status operate_on_stream(trace::SmmuOpcode opcode, const Binding& binding);
  bool operate_on_collection(const trace::ItsCommand& command);
  /// At one ITS; nothing for commands that it knows nothing of.
  std::optional<bool> operate_on_collection(const trace::ItsCommand& command, its& its);
  bool operate_on_device(const trace::ItsCommand& command, Binding& binding);
  bool operate_on_event(const trace::ItsCommand& command, Binding& binding, Event& event);
  bool map_event(const trace::ItsCommand& command, Binding& binding, Event& event);
  // software_doorbells.cpp: without an ITS
  bool has_its() const { return machine_.description.doorbell == MACHINE_DOORBELL_ITS; }
  bool map_other_doorbell(Binding& binding, std::uint64_t iova);
  bool operate_elsewhere(const trace::ItsCommand& command);
  bool operate_on_vector(const trace::ItsCommand& command, Binding& binding);
  bool open_vector(Binding& binding, std::uint32_t number, unsigned processor);
  bool move_vector(Binding& binding, std::uint32_t number, unsigned processor);
  bool close_vector(Binding& binding, std::uint32_t number);
  Binding* binding_of_device(std::uint32_t device);
  bool skip() {
    ++skipped_;
    return true;
  }

  Firmware& firmware_;
  machine& machine_;
  std::string trace_;
  Place place_;
  std::uint32_t cpus_;  ///< of the trace
  std::map<trace::Stream, Binding> bindings_;
  bool own_batches_;  ///< each processor's invalidations wait for a CMD_SYNC of its own
  std::map<std::uint32_t, smmu_batch> batches_;
  std::uint64_t skipped_ = 0;
};

}  // namespace doorbell::replay
