#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <utility>
#include <vector>

#include "doorbell/core/arch/wait_primitives.h"
#include "doorbell/core/initiator_socket.h"
#include "doorbell/core/memory_port.h"
#include "doorbell/core/simulation.h"
#include "doorbell/core/target_socket.h"

namespace doorbell {
namespace {

/// Answers after `latency`, with room for `depth` reads and writes; reads give their address.
class Target : public Module {
 public:
  Target(const sc_core::sc_module_name& name, Time latency, unsigned depth,
         TargetAbilities abilities = {})
      : Module(name),
        socket(
            "socket", tasks_, {depth, depth}, [this](Payload& p) { return serve(p); }, abilities),
        latency_(latency) {}
  TargetSocket socket;
  unsigned highest_inside = 0;
  std::vector<std::uint64_t> order;

 private:
  Task<void> serve(Payload& payload) {
    highest_inside = std::max(highest_inside, ++inside_);
    order.push_back(payload.get_address());
    co_await Delay{scheduler(), latency_};
    if (payload.is_read()) {
      store_little_endian<std::uint64_t>({payload.get_data_ptr(), 8}, payload.get_address());
    }
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
    --inside_;
  }
  Time latency_;
  unsigned inside_ = 0;
  TaskGroup tasks_{scheduler()};
};

class Initiator : public Module {
 public:
  explicit Initiator(const sc_core::sc_module_name& name) : Module(name), socket("socket") {}
  InitiatorSocket socket;
  std::vector<Time> completions;
  std::vector<std::uint64_t> values;

  void read(Time at, std::uint64_t address) { start(at, tlm::TLM_READ_COMMAND, address); }
  void write(Time at, std::uint64_t address) { start(at, tlm::TLM_WRITE_COMMAND, address); }

 private:
  void start(Time at, tlm::tlm_command command, std::uint64_t address) {
    tasks_.start_at(at, access(command, address));
  }
  Task<void> access(tlm::tlm_command command, std::uint64_t address) {
    PayloadReference payload = simulation().payloads().take(command, address, 8);
    co_await socket.transport(*payload);
    EXPECT_TRUE(payload->is_response_ok());
    values.push_back(load_little_endian<std::uint64_t>(payload->data()));
    completions.push_back(now());
  }
  TaskGroup tasks_{scheduler()};
};

TEST(Sockets, AReadTakesTheTargetsLatency) {
  Initiator initiator{"initiator"};
  Target target{"target", 100, 4};
  initiator.socket.bind(target.socket);
  initiator.read(1000, 0x1234);
  sc_core::sc_start(1, sc_core::SC_US);
  EXPECT_EQ(initiator.completions, (std::vector<Time>{1100}));
  EXPECT_EQ(initiator.values, (std::vector<std::uint64_t>{0x1234}));
}

TEST(Sockets, KnowTheirOwnKind) {
  Initiator initiator{"initiator"};
  Target target{"target", 100, 4};
  initiator.socket.bind(target.socket);
  sc_core::sc_start(sc_core::SC_ZERO_TIME);
  EXPECT_FALSE(initiator.socket.is_foreign());
}

TEST(Sockets, AFullTargetWithholdsEndReqAndKeepsOrder) {
  Initiator initiator{"initiator"};
  Target target{"target", 100, 2};
  initiator.socket.bind(target.socket);
  for (std::uint64_t i = 0; i < 6; ++i)
    initiator.read(0, i);
  sc_core::sc_start(1, sc_core::SC_US);
  EXPECT_EQ(target.highest_inside, 2u);
  EXPECT_EQ(initiator.completions, (std::vector<Time>{100, 100, 200, 200, 300, 300}));
  EXPECT_EQ(target.order, (std::vector<std::uint64_t>{0, 1, 2, 3, 4, 5}));
}

// IEEE 1666-2011 15.2.3: no request before the end of the one ahead.
TEST(Sockets, ARefusedReadHoldsUpTheWriteBehindIt) {
  Initiator initiator{"initiator"};
  Target target{"target", 100, 1};
  initiator.socket.bind(target.socket);
  initiator.read(0, 0);
  initiator.read(0, 1);
  initiator.write(0, 2);
  sc_core::sc_start(1, sc_core::SC_US);
  EXPECT_EQ(target.order, (std::vector<std::uint64_t>{0, 1, 2}));
  EXPECT_EQ(initiator.completions, (std::vector<Time>{100, 200, 200}));
}

TEST(Sockets, LooseTimingGivesTheSameValuesAndTimes) {
  Initiator initiator{"initiator"};
  Target target{"target", 100, 4};
  initiator.socket.bind(target.socket);
  initiator.scheduler().set_timing(Timing::loose);
  initiator.read(1000, 0x1234);
  sc_core::sc_start(1, sc_core::SC_US);
  EXPECT_EQ(initiator.completions, (std::vector<Time>{1100}));
  EXPECT_EQ(initiator.values, (std::vector<std::uint64_t>{0x1234}));
}

/// Room for one. A read takes as many ps as its address says: more than the quantum, and it
/// suspends under loose timing, too.
class UnevenTarget : public Module {
 public:
  explicit UnevenTarget(const sc_core::sc_module_name& name)
      : Module(name), socket("socket", tasks_, {1, 1}, [this](Payload& p) { return serve(p); }) {
    scheduler().set_timing(Timing::loose);
  }
  TargetSocket socket;

 private:
  Task<void> serve(Payload& payload) {
    co_await Delay{scheduler(), payload.get_address()};
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
  }
  TaskGroup tasks_{scheduler()};
};

/// Passes time, as a task of loose timing does without suspending, and reads then.
class LateInitiator : public Module {
 public:
  explicit LateInitiator(const sc_core::sc_module_name& name) : Module(name), socket("socket") {}
  InitiatorSocket socket;
  std::vector<Time> completions;

  void read(Time at, Time delay, std::uint64_t address) {
    tasks_.start_at(at, access(delay, address));
  }

 private:
  Task<void> access(Time delay, std::uint64_t address) {
    co_await Delay{scheduler(), delay};
    PayloadReference payload = simulation().payloads().take(tlm::TLM_READ_COMMAND, address, 8);
    co_await socket.transport(*payload);
    completions.push_back(now());
  }
  TaskGroup tasks_{scheduler()};
};

// It comes when the channel is free and the next of those that wait hasn't been sent yet.
TEST(Sockets, ANewcomerIsBehindThoseThatWait) {
  LateInitiator initiator{"initiator"};
  Target target{"target", 100, 1};
  initiator.socket.bind(target.socket);
  for (std::uint64_t i = 0; i < 3; ++i)
    initiator.read(0, 0, i);
  initiator.read(0, 100, 3);
  sc_core::sc_start(1, sc_core::SC_US);
  EXPECT_EQ(target.order, (std::vector<std::uint64_t>{0, 1, 2, 3}));
}

constexpr Time longer_than_the_quantum = 2 * microsecond;

// The third one is queued, and the call that sends it is the one that answers it.
TEST(Sockets, UnderLooseTimingAQueuedRequestThatIsAnsweredInItsCallGoesOn) {
  LateInitiator initiator{"initiator"};
  UnevenTarget target{"target"};
  initiator.socket.bind(target.socket);
  initiator.read(0, 0, longer_than_the_quantum);
  for (int i = 0; i < 4; ++i)
    initiator.read(0, 0, 100);
  sc_core::sc_start(10, sc_core::SC_US);
  EXPECT_EQ(initiator.completions.size(), 5u);
  EXPECT_EQ(initiator.socket.outstanding(), 0u);
}

TEST(Sockets, LocalTimeDoesNotRunBackAtAFullTargetsDoor) {
  LateInitiator initiator{"initiator"};
  UnevenTarget target{"target"};
  initiator.socket.bind(target.socket);
  initiator.read(0, 0, longer_than_the_quantum);
  initiator.read(1900 * nanosecond, 500 * nanosecond, 100);
  sc_core::sc_start(10, sc_core::SC_US);
  EXPECT_THAT(initiator.completions,
              testing::UnorderedElementsAre(longer_than_the_quantum, 2400 * nanosecond + 100));
}

TEST(Sockets, LocalTimeDoesNotRunBackInTheInitiatorsQueue) {
  LateInitiator initiator{"initiator"};
  UnevenTarget target{"target"};
  initiator.socket.bind(target.socket);
  initiator.read(0, 0, longer_than_the_quantum);
  initiator.read(0, 0, 100);
  initiator.read(1900 * nanosecond, 500 * nanosecond, 100);
  sc_core::sc_start(10, sc_core::SC_US);
  EXPECT_THAT(initiator.completions,
              testing::UnorderedElementsAre(longer_than_the_quantum, longer_than_the_quantum + 100,
                                            2400 * nanosecond + 100));
}

// What is let in at the end of one transaction runs inside it, and takes time of its own.
TEST(Sockets, UnderLooseTimingWhoIsLetInDoesNotDelayWhoLeaves) {
  LateInitiator initiator{"initiator"};
  UnevenTarget target{"target"};
  initiator.socket.bind(target.socket);
  initiator.read(0, 0, longer_than_the_quantum);
  initiator.read(0, 0, 900 * nanosecond);
  sc_core::sc_start(10, sc_core::SC_US);
  EXPECT_THAT(initiator.completions, testing::Contains(longer_than_the_quantum));
}

/// Sends one request that few targets can do.
class UnusualInitiator : public Module {
 public:
  UnusualInitiator(const sc_core::sc_module_name& name, std::function<void(Payload&)> make_unusual)
      : Module(name), socket("socket"), make_unusual_(std::move(make_unusual)) {
    tasks_.spawn(access());
  }
  InitiatorSocket socket;
  tlm::tlm_response_status status = tlm::TLM_INCOMPLETE_RESPONSE;
  Time answered = 0;

 private:
  Task<void> access() {
    PayloadReference payload = simulation().payloads().take(tlm::TLM_READ_COMMAND, 0x40, 8);
    make_unusual_(*payload);
    co_await socket.transport(*payload);
    status = payload->get_response_status();
    answered = now();
    payload->set_byte_enable_ptr(nullptr);
    payload->set_byte_enable_length(0);
  }
  std::function<void(Payload&)> make_unusual_;
  TaskGroup tasks_{scheduler()};
};

/// The answer to a request, and the addresses that came to the target's handler.
std::pair<tlm::tlm_response_status, std::vector<std::uint64_t>> answer_to(
    std::function<void(Payload&)> make_unusual, TargetAbilities abilities) {
  UnusualInitiator initiator{"initiator", std::move(make_unusual)};
  Target target{"target", 100, 1, abilities};
  initiator.socket.bind(target.socket);
  sc_core::sc_start(1, sc_core::SC_US);
  EXPECT_EQ(initiator.answered, target.order.empty() ? 0 : 100);
  return {initiator.status, target.order};
}

std::uint8_t enables[] = {TLM_BYTE_ENABLED, TLM_BYTE_DISABLED};
void with_byte_enables(Payload& payload) {
  payload.set_byte_enable_ptr(enables);
  payload.set_byte_enable_length(2);
}
void with_streaming(Payload& payload) {
  payload.set_streaming_width(4);
}
const std::vector<std::uint64_t> never{};
const std::vector<std::uint64_t> once{0x40};

TEST(Sockets, ByteEnablesAreAnErrorWhereTheyCantBeDone) {
  const auto [status, handled] = answer_to(with_byte_enables, {.streaming = true});
  EXPECT_EQ(status, tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE);
  EXPECT_EQ(handled, never);
}

TEST(Sockets, ByteEnablesGoToTheHandlerThatDoesThem) {
  const auto [status, handled] = answer_to(with_byte_enables, {.byte_enables = true});
  EXPECT_EQ(status, tlm::TLM_OK_RESPONSE);
  EXPECT_EQ(handled, once);
}

TEST(Sockets, StreamingIsAnErrorWhereItCantBeDone) {
  const auto [status, handled] = answer_to(with_streaming, {.byte_enables = true});
  EXPECT_EQ(status, tlm::TLM_BURST_ERROR_RESPONSE);
  EXPECT_EQ(handled, never);
}

TEST(Sockets, StreamingGoesToTheHandlerThatDoesIt) {
  const auto [status, handled] = answer_to(with_streaming, {.streaming = true});
  EXPECT_EQ(status, tlm::TLM_OK_RESPONSE);
  EXPECT_EQ(handled, once);
}

TEST(Sockets, AStreamingWidthBeyondTheDataIsNoStreaming) {
  const auto [status, handled] = answer_to([](Payload& p) { p.set_streaming_width(16); }, {});
  EXPECT_EQ(status, tlm::TLM_OK_RESPONSE);
  EXPECT_EQ(handled, once);
}

TEST(Sockets, NoDataIsAnErrorWhateverTheTargetCanDo) {
  const auto [status, handled] =
      answer_to([](Payload& p) { p.set_data_length(0); }, {true, true, true});
  EXPECT_EQ(status, tlm::TLM_BURST_ERROR_RESPONSE);
  EXPECT_EQ(handled, never);
}

TEST(Sockets, AnIgnoredCommandDoesNothing) {
  const auto [status, handled] =
      answer_to([](Payload& p) { p.set_command(tlm::TLM_IGNORE_COMMAND); }, {});
  EXPECT_EQ(status, tlm::TLM_OK_RESPONSE);
  EXPECT_EQ(handled, never);
}

TEST(Sockets, TheMemoryPortMovesBytes) {
  class Owner : public Module {
   public:
    explicit Owner(const sc_core::sc_module_name& name) : Module(name), socket("socket") {
      tasks_.spawn(run());
    }
    InitiatorSocket socket;
    bool ok = false;
    std::uint64_t value = 0;

   private:
    Task<void> run() {
      std::uint8_t bytes[8];
      ok = co_await port_.read({}, 0xabcd00, bytes);
      value = load_little_endian<std::uint64_t>(bytes);
    }
    PhysicalMemoryPort port_{socket};
    TaskGroup tasks_{scheduler()};
  };
  Owner owner{"owner"};
  Target target{"target", 5, 1};
  owner.socket.bind(target.socket);
  sc_core::sc_start(1, sc_core::SC_NS);
  EXPECT_TRUE(owner.ok);
  EXPECT_EQ(owner.value, 0xabcd00u);
}

}  // namespace
}  // namespace doorbell
