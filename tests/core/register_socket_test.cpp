#include "doorbell/core/register_socket.h"

#include <gtest/gtest.h>

#include <array>

#include "doorbell/core/initiator_socket.h"
#include "doorbell/core/memory_port.h"
#include "doorbell/core/simulation.h"

namespace doorbell {
namespace {

constexpr std::array<RegisterInfo, 1> table{{{.name = "CONTROL", .offset = 0x10, .reset = 7}}};

/// A frame whose register says how often somebody has looked, three cycles of a nanosecond away.
class Frame : public Module {
 public:
  explicit Frame(const sc_core::sc_module_name& name)
      : Module(name), socket("socket", tasks_, clock_), bank(table) {
    socket.serve(bank, {.bytes = 0x100}, 3);
    socket.before_access([this] { looked_at.push_back(now()); });
    bank.on_write("CONTROL", [this](const RegisterWrite& write) { secure = write.context.secure; });
  }
  RegisterSocket socket;
  RegisterBank bank;
  std::vector<Time> looked_at;
  bool secure = false;  ///< the latest write was

 private:
  Clock clock_{scheduler(), 1'000'000'000};
  TaskGroup tasks_{scheduler()};
};

class Initiator : public Module {
 public:
  explicit Initiator(const sc_core::sc_module_name& name) : Module(name), socket("socket") {}
  InitiatorSocket socket;
  tlm::tlm_response_status status = tlm::TLM_INCOMPLETE_RESPONSE;
  Time answered = 0;

  void write(std::uint64_t address, unsigned size, bool secure = false) {
    tasks_.spawn(access(address, size, secure));
  }

 private:
  Task<void> access(std::uint64_t address, unsigned size, bool secure) {
    PayloadReference payload = simulation().payloads().take(tlm::TLM_WRITE_COMMAND, address, size);
    std::fill(payload->data().begin(), payload->data().end(), std::uint8_t{1});
    Requester requester;
    requester.secure = secure;
    if (secure) payload->set_extension(&requester);
    co_await socket.transport(*payload);
    if (secure) payload->clear_extension(&requester);
    status = payload->get_response_status();
    answered = now();
  }
  TaskGroup tasks_{scheduler()};
};

class RegisterSocketTest : public testing::Test {
 protected:
  RegisterSocketTest() { initiator.socket.bind(frame.socket); }
  Frame frame{"frame"};
  Initiator initiator{"initiator"};
};

TEST_F(RegisterSocketTest, AnAccessTakesItsCyclesAndThenItsEffect) {
  initiator.write(0x10, 4);
  sc_core::sc_start(2999, sc_core::SC_PS);
  EXPECT_EQ(frame.bank.get("CONTROL"), 7u);
  sc_core::sc_start(1, sc_core::SC_NS);
  EXPECT_EQ(frame.bank.get("CONTROL"), 0x0101'0101u);
  EXPECT_EQ(initiator.status, tlm::TLM_OK_RESPONSE);
  EXPECT_EQ(initiator.answered, 3 * nanosecond);
  EXPECT_EQ(frame.looked_at, (std::vector<Time>{3 * nanosecond})) << "right before it";
}

TEST_F(RegisterSocketTest, AWidthThatThereIsNotIsABurstError) {
  initiator.write(0x10, 2);
  sc_core::sc_start(1, sc_core::SC_US);
  EXPECT_EQ(initiator.status, tlm::TLM_BURST_ERROR_RESPONSE);
  EXPECT_EQ(initiator.answered, 3 * nanosecond);
  EXPECT_EQ(frame.bank.get("CONTROL"), 7u);
}

TEST_F(RegisterSocketTest, ADoorbellTakesItsOwnTimeAndLooksAtWhoWrites) {
  bool handled = false;
  frame.socket.on_doorbell(0x10, [&](Payload& payload) -> Task<void> {
    EXPECT_EQ(frame.now(), 0u) << "on its arrival";
    co_await Delay{frame.scheduler(), 7 * nanosecond};
    handled = frame.socket.perform(payload);
  });
  initiator.write(0x110, 4);
  sc_core::sc_start(1, sc_core::SC_US);
  EXPECT_TRUE(handled);
  EXPECT_EQ(initiator.answered, 7 * nanosecond);
  EXPECT_EQ(frame.bank.get("CONTROL"), 0x0101'0101u);
}

TEST_F(RegisterSocketTest, OtherRegistersOfTheFrameAreNoDoorbells) {
  frame.socket.on_doorbell(0x14, [](Payload&) -> Task<void> {
    ADD_FAILURE();
    return Task<void>::ready();
  });
  initiator.write(0x10, 4);
  sc_core::sc_start(1, sc_core::SC_US);
  EXPECT_EQ(initiator.answered, 3 * nanosecond);
  EXPECT_EQ(frame.bank.get("CONTROL"), 0x0101'0101u);
}

TEST_F(RegisterSocketTest, TheSecurityStateIsThatOfTheRequester) {
  initiator.write(0x10, 4, true);
  sc_core::sc_start(1, sc_core::SC_US);
  EXPECT_TRUE(frame.secure);
  initiator.write(0x10, 4);
  sc_core::sc_start(1, sc_core::SC_US);
  EXPECT_FALSE(frame.secure) << "Non-secure without one";
}

TEST_F(RegisterSocketTest, ADebuggerReadsAndWritesNothing) {
  const auto debug = [&](tlm::tlm_command command) {
    PayloadReference payload = initiator.simulation().payloads().take(command, 0x10, 3);
    std::fill(payload->data().begin(), payload->data().end(), std::uint8_t{9});
    const unsigned bytes = initiator.socket.transport_debug(*payload);
    return std::pair{bytes, unsigned{payload->data()[0]}};
  };
  EXPECT_EQ(debug(tlm::TLM_READ_COMMAND), (std::pair{3u, 7u}));
  EXPECT_EQ(debug(tlm::TLM_WRITE_COMMAND).first, 0u);
  EXPECT_EQ(frame.bank.get("CONTROL"), 7u);
  EXPECT_TRUE(frame.looked_at.empty());
}

}  // namespace
}  // namespace doorbell
