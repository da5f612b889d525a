// A transaction through a chain of sockets: initiator, `hops` blocks that forward it after a cycle,
// a target. Prints host nanoseconds a transaction and, measured in the same process, of one bare
// SystemC timed event.

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <memory>
#include <vector>

#include "doorbell/core/arch/clock.h"
#include "doorbell/core/arch/task_group.h"
#include "doorbell/core/initiator_socket.h"
#include "doorbell/core/simulation.h"
#include "doorbell/core/target_socket.h"

namespace {

using namespace doorbell;

class Hop : public Module {
 public:
  explicit Hop(const sc_core::sc_module_name& name)
      : Module(name),
        upstream("upstream", tasks_, {256, 256}, [this](Payload& p) { return serve(p); }),
        downstream("downstream") {}
  TargetSocket upstream;
  InitiatorSocket downstream;

 private:
  Task<void> serve(Payload& payload) {
    co_await clock_.cycles(1);
    co_await downstream.transport(payload);
  }
  Clock clock_{scheduler(), 1'000'000'000};
  TaskGroup tasks_{scheduler()};
};

class End : public Module {
 public:
  explicit End(const sc_core::sc_module_name& name)
      : Module(name),
        socket("socket", tasks_, {256, 256}, [this](Payload& p) { return serve(p); }) {}
  TargetSocket socket;

 private:
  Task<void> serve(Payload& payload) {
    co_await clock_.cycles(40);
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
  }
  Clock clock_{scheduler(), 1'000'000'000};
  TaskGroup tasks_{scheduler()};
};

class Source : public Module {
 public:
  Source(const sc_core::sc_module_name& name, int outstanding) : Module(name), socket("socket") {
    for (int i = 0; i < outstanding; ++i)
      tasks_.spawn(run());
  }
  InitiatorSocket socket;
  std::uint64_t done = 0;

 private:
  Task<void> run() {
    for (;;) {
      PayloadReference payload = simulation().payloads().take(tlm::TLM_WRITE_COMMAND, 0x1000, 4);
      co_await socket.transport(*payload);
      ++done;
      co_await clock_.cycles(1);
    }
  }
  Clock clock_{scheduler(), 1'000'000'000};
  TaskGroup tasks_{scheduler()};
};

class BareEvent : public sc_core::sc_module {
 public:
  SC_HAS_PROCESS(BareEvent);
  BareEvent(sc_core::sc_module_name name, int count) : sc_module(name), left_(count) {
    SC_METHOD(run);
    sensitive << event_;
  }

 private:
  void run() {
    if (left_-- > 0) event_.notify(1, sc_core::SC_NS);
  }
  sc_core::sc_event event_;
  int left_;
};

double seconds_of(sc_core::sc_time simulated) {
  const auto start = std::chrono::steady_clock::now();
  sc_core::sc_start(simulated);
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

int main(int argc, char** argv) {
  const int hops = argc > 1 ? std::atoi(argv[1]) : 3;
  constexpr int events = 2'000'000;
  BareEvent bare{"bare", events};
  Source source{"source", 64};
  std::deque<Hop> chain;
  InitiatorSocket* previous = &source.socket;
  for (int i = 0; i < hops; ++i) {
    chain.emplace_back(("hop" + std::to_string(i)).c_str());
    previous->bind(chain.back().upstream);
    previous = &chain.back().downstream;
  }
  End end{"end"};
  previous->bind(end.socket);
  // Only the lane first, with the lookahead that the command uses; the bare events are measured
  // after their subtraction.
  source.simulation().kernel().set_lookahead(doorbell::microsecond);
  const double both = seconds_of(sc_core::sc_time(events, sc_core::SC_NS));
  const std::uint64_t during_both = source.done;
  const double alone = seconds_of(sc_core::sc_time(events, sc_core::SC_NS));
  const std::uint64_t during_alone = source.done - during_both;
  const double per_transaction = alone / static_cast<double>(during_alone) * 1e9;
  std::printf(
      "%d hops: %.1f ns a transaction, %.2f M/s; with a bare event every ns beside it %.1f ns more "
      "an event\n",
      hops, per_transaction, 1e3 / per_transaction, (both - alone) / events * 1e9);
  return 0;
}
