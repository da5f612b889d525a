#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <vector>

#include "doorbell/core/coherent_access.h"
#include "doorbell/core/memory_port.h"
#include "doorbell/core/protocol_checker.h"
#include "doorbell/core/target_socket.h"
#include "doorbell/core/write_watch.h"
#include "doorbell/cpu/native_processor.h"

namespace doorbell::cpu {

/// Memory of `bytes` that answers after `latency`, in the order of its buffer; an error outside. It
/// keeps watches.
class Memory : public Module {
 public:
  Memory(const sc_core::sc_module_name& name, Time latency, std::size_t bytes = 1 << 16)
      : Module(name),
        socket("socket", tasks_, {16, 16}, [this](Payload& p) { return serve(p); }),
        contents(bytes),
        latency_(latency) {
    socket.on_debug([this](Payload& p) { return access(p) ? p.get_data_length() : 0u; });
    socket.on_dmi([this](Payload& payload, tlm::tlm_dmi& dmi) {
      CoherentAccess* coherent = nullptr;
      payload.get_extension(coherent);
      if (knows_coherence && coherent != nullptr) {
        coherent->grant(watches_, contents.data());
      } else if (scheduler().timing() != Timing::loose && !grants_always) {
        return false;
      }
      dmi.set_start_address(0);
      dmi.set_end_address(contents.size() - 1);
      dmi.set_dmi_ptr(contents.data());
      dmi.allow_read_write();
      ++grants;
      return true;
    });
  }
  TargetSocket socket;
  std::vector<std::uint8_t> contents;
  std::vector<Time> arrivals;
  unsigned grants = 0;
  bool keeps_watches = true;
  bool knows_coherence = false;  ///< Grants a coherent cache direct access for good.
  bool grants_always = false;    ///< Grants anyone direct access under every timing.

  /// A device writes a byte, `last_step` after what it did before.
  void write_at(Time at, std::uint64_t address, std::uint8_t value, Time last_step = 0) {
    tasks_.start(write(at, address, value, last_step));
  }

 private:
  Task<void> write(Time at, std::uint64_t address, std::uint8_t value, Time last_step) {
    co_await Until{scheduler(), at - last_step};
    if (last_step != 0) co_await Delay{scheduler(), last_step};
    contents[address] = value;
    watches_.written(address, address);
  }
  bool access(Payload& payload) {
    const std::uint64_t address = payload.get_address();
    if (address + payload.get_data_length() > contents.size()) return false;
    std::uint8_t* const here = contents.data() + address;
    if (payload.is_read()) {
      std::copy_n(here, payload.get_data_length(), payload.get_data_ptr());
      if (keeps_watches) watches_.keep_watch_of(payload, payload.get_data_length());
    } else {
      std::copy_n(payload.get_data_ptr(), payload.get_data_length(), here);
      watches_.written(address, address + payload.get_data_length() - 1);
    }
    return true;
  }
  Task<void> serve(Payload& payload) {
    arrivals.push_back(now());
    co_await Delay{scheduler(), latency_};
    payload.set_response_status(access(payload) ? tlm::TLM_OK_RESPONSE
                                                : tlm::TLM_ADDRESS_ERROR_RESPONSE);
  }
  Time latency_;
  WriteWatches watches_;
  TaskGroup tasks_{scheduler()};
};

/// A CPU interface whose IAR gives the numbers that were raised, in turn.
class CpuInterface : public Module, private CpuInterfaceForward {
 public:
  CpuInterface(const sc_core::sc_module_name& name, Time latency)
      : Module(name), socket("socket"), latency_(latency) {
    socket.bind(static_cast<CpuInterfaceForward&>(*this));
  }
  CpuInterfaceTarget socket;
  std::vector<Time> acknowledged;
  std::vector<Time> ended;

  void raise_at(Time at, std::uint32_t intid) { tasks_.start(raise(at, intid)); }

 private:
  Task<void> raise(Time at, std::uint32_t intid) {
    co_await Until{scheduler(), at};
    pending_.push_back(intid);
    if (pending_.size() == 1) socket->set_line(CpuInterfaceBackward::Line::irq, true, now());
  }
  Time access_time() const override { return latency_; }
  Value read(std::uint32_t encoding, const PeState&) override {
    if (encoding != ICC_IAR1_EL1) return {0, SystemAccess::undefined};
    acknowledged.push_back(now());
    if (pending_.empty()) return {1023};
    const std::uint32_t intid = pending_.front();
    pending_.pop_front();
    if (pending_.empty()) socket->set_line(CpuInterfaceBackward::Line::irq, false, now());
    return {intid};
  }
  Task<SystemAccess> write(std::uint32_t encoding, std::uint64_t, const PeState&) override {
    if (encoding != ICC_EOIR1_EL1) return Task<SystemAccess>::ready(SystemAccess::undefined);
    ended.push_back(now());
    return Task<SystemAccess>::ready(SystemAccess::done);
  }
  Time latency_;
  std::deque<std::uint32_t> pending_;
  TaskGroup tasks_{scheduler()};
};

/// One processor with its memory and CPU interface.
struct Bench {
  explicit Bench(const CpuParameters& parameters = {}, Time memory_latency = 100 * nanosecond,
                 unsigned number = 0)
      : processor(("cpu" + std::to_string(number)).c_str(), number, number, parameters),
        memory(("memory" + std::to_string(number)).c_str(), memory_latency),
        interface(("interface" + std::to_string(number)).c_str(), 20 * nanosecond),
        checker(("checker" + std::to_string(number)).c_str()) {
    processor.memory.bind(checker.upstream);
    checker.downstream.bind(memory.socket);
    processor.gic.bind(interface.socket);
  }
  ~Bench() {
    for (const std::string& message : checker.messages())
      ADD_FAILURE() << message;
  }
  std::uint64_t counter(const std::string& name) {
    const auto* statistic =
        processor.simulation().statistics().find(std::string(processor.name()) + "." + name);
    return dynamic_cast<const Counter&>(*statistic).value();
  }
  NativeProcessor processor;
  Memory memory;
  CpuInterface interface;
  ProtocolChecker checker;
};

inline constexpr auto device = NativeProcessor::MemoryType::device;
inline constexpr auto normal = NativeProcessor::MemoryType::normal;

/// All latencies of the processor itself zero, 1 GHz.
inline CpuParameters free_of_cost() {
  CpuParameters parameters;
  parameters.frequency = 1'000'000'000;
  parameters.exception_entry = parameters.exception_return = parameters.handler = 0;
  parameters.wfi_wake = parameters.access_issue = parameters.cached_access = 0;
  parameters.spin = 1;
  return parameters;
}

}  // namespace doorbell::cpu
