#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "doorbell/core/atomic_access.h"
#include "doorbell/core/initiator_socket.h"
#include "doorbell/core/simulation.h"

namespace doorbell::memory {

/// What the Requester of a write says of its order.
struct Order {
  std::uint32_t domain = 0;
  std::uint32_t stream = 0;
  bool relaxed = false;
  JourneyHandle journey;
  MemoryPurpose purpose = MemoryPurpose::other;
};

/// Starts accesses at given times and remembers how each ended.
class TestInitiator : public Module {
 public:
  struct Access {
    std::uint64_t address = 0;
    Time started = 0;
    Time ended = never;
    tlm::tlm_response_status status = tlm::TLM_INCOMPLETE_RESPONSE;
    std::vector<std::uint8_t> data;
    bool has_journey = false;  ///< when it came back
    AtomicAccess atomic;       ///< of an atomic access
  };
  explicit TestInitiator(const sc_core::sc_module_name& module_name) : Module(module_name) {}

  InitiatorSocket socket{"socket"};
  std::vector<Access> accesses;

  /// Returns its number in `accesses`.
  std::size_t read(Time at, std::uint64_t address, unsigned length,
                   MemoryPurpose purpose = MemoryPurpose::other) {
    return start(at, tlm::TLM_READ_COMMAND, address, std::vector<std::uint8_t>(length),
                 {.purpose = purpose});
  }
  std::size_t write(Time at, std::uint64_t address, std::vector<std::uint8_t> data,
                    Order order = Order{}) {
    return start(at, tlm::TLM_WRITE_COMMAND, address, std::move(data), order);
  }
  std::size_t change(Time at, std::uint64_t address, const AtomicAccess& atomic,
                     MemoryPurpose purpose = MemoryPurpose::other) {
    const std::size_t number = start(at, tlm::TLM_IGNORE_COMMAND, address,
                                     std::vector<std::uint8_t>(atomic.size), {.purpose = purpose});
    accesses[number].atomic = atomic;
    return number;
  }

 private:
  std::size_t start(Time at, tlm::tlm_command command, std::uint64_t address,
                    std::vector<std::uint8_t> data, Order order) {
    const std::size_t number = accesses.size();
    accesses.push_back({.address = address, .data = std::move(data)});
    tasks_.start_at(at, run(command, number, order));
    return number;
  }

  Task<void> run(tlm::tlm_command command, std::size_t number, Order order) {
    accesses[number].started = now();
    const auto length = static_cast<unsigned>(accesses[number].data.size());
    PayloadReference payload =
        simulation().payloads().take(command, accesses[number].address, length);
    payload->requester().order_domain = order.domain;
    payload->requester().stream_id = order.stream;
    payload->requester().is_posted = order.domain != 0;
    payload->requester().relaxed_ordering = order.relaxed;
    payload->requester().journey = order.journey;
    payload->requester().purpose = order.purpose;
    std::copy_n(accesses[number].data.begin(), length, payload->data().begin());
    AtomicAccess atomic = accesses[number].atomic;
    if (command == tlm::TLM_IGNORE_COMMAND) payload->set_extension(&atomic);
    co_await socket.transport(*payload);
    payload->clear_extension(&atomic);
    Access& access = accesses[number];
    access.atomic = atomic;
    access.ended = now();
    access.status = payload->get_response_status();
    access.has_journey = static_cast<bool>(payload->requester().journey);
    access.data.assign(payload->data().begin(), payload->data().end());
  }

  TaskGroup tasks_{scheduler()};
};

/// Little's law on every queue of the simulation, over [0, now].
inline double worst_littles_law_error(Simulation& simulation) {
  simulation.statistics().finish(simulation.scheduler().now());
  double worst = 0;
  simulation.statistics().visit([&](const Statistic& statistic) {
    if (const auto* queue = dynamic_cast<const QueueStatistics*>(&statistic)) {
      worst = std::max(worst, queue->littles_law_error());
    }
  });
  return worst;
}

}  // namespace doorbell::memory
