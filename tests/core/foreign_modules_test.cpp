// Doorbell's sockets among modules of plain SystemC whose times collide with ours: results must not
// depend on the scheduler's lookahead.

#include <gtest/gtest.h>
#include <tlm_utils/peq_with_get.h>
#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "doorbell/core/initiator_socket.h"
#include "doorbell/core/memory_port.h"
#include "doorbell/core/simulation.h"
#include "doorbell/core/target_socket.h"
#include "tests/support/child_process.h"

namespace doorbell {
namespace {

using sc_core::sc_time;

/// What happened, in order, with times. All modules of a test write to the same log.
struct Log {
  std::ostringstream text;
  void add(const std::string& what, Time time) { text << time << ' ' << what << '\n'; }
};

/// Plain target: b_transport calls wait().
class WaitingMemory : public sc_core::sc_module {
 public:
  WaitingMemory(sc_core::sc_module_name name, Log& log)
      : sc_module(name), socket("socket"), log_(log) {
    socket.register_b_transport(this, &WaitingMemory::b_transport);
  }
  tlm_utils::simple_target_socket<WaitingMemory, 64> socket;

 private:
  void b_transport(Payload& payload, sc_time& delay) {
    log_.add("memory call", (sc_core::sc_time_stamp() + delay).value());
    wait(delay + sc_time(1, sc_core::SC_NS));
    delay = sc_core::SC_ZERO_TIME;
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
  }
  Log& log_;
};

/// Plain target that answers later, on the backward path.
class LaterTarget : public sc_core::sc_module, public tlm::tlm_fw_transport_if<> {
 public:
  SC_HAS_PROCESS(LaterTarget);
  LaterTarget(sc_core::sc_module_name name, Log& log)
      : sc_module(name), socket("socket"), peq_("peq"), log_(log) {
    socket.bind(*this);
    SC_METHOD(answer);
    sensitive << peq_.get_event();
    dont_initialize();
  }
  tlm::tlm_target_socket<64> socket;

 private:
  tlm::tlm_sync_enum nb_transport_fw(Payload& payload, tlm::tlm_phase& phase,
                                     sc_time& delay) override {
    if (phase != tlm::BEGIN_REQ) return tlm::TLM_COMPLETED;
    log_.add("later call", (sc_core::sc_time_stamp() + delay).value());
    peq_.notify(payload, delay + sc_time(2, sc_core::SC_NS));
    return tlm::TLM_ACCEPTED;
  }
  void answer() {
    while (Payload* payload = peq_.get_next_transaction()) {
      payload->set_response_status(tlm::TLM_OK_RESPONSE);
      tlm::tlm_phase phase = tlm::BEGIN_RESP;
      sc_time delay = sc_core::SC_ZERO_TIME;
      socket->nb_transport_bw(*payload, phase, delay);
    }
  }
  void b_transport(Payload&, sc_time&) override { FAIL() << "this target is not blocking"; }
  unsigned transport_dbg(Payload&) override { return 0; }
  bool get_direct_mem_ptr(Payload&, tlm::tlm_dmi&) override { return false; }
  tlm_utils::peq_with_get<Payload> peq_;
  Log& log_;
};

/// Plain initiator: an SC_THREAD with b_transport, every nanosecond.
class ThreadInitiator : public sc_core::sc_module {
 public:
  SC_HAS_PROCESS(ThreadInitiator);
  ThreadInitiator(sc_core::sc_module_name name, Log& log, int count)
      : sc_module(name), socket("socket"), log_(log), count_(count) {
    SC_THREAD(run);
  }
  tlm_utils::simple_initiator_socket<ThreadInitiator, 64> socket;

 private:
  void run() {
    std::uint8_t data[8] = {};
    for (int i = 0; i < count_; ++i) {
      Payload payload;  // no memory manager
      payload.set_command(tlm::TLM_READ_COMMAND);
      payload.set_address(0x100);
      payload.set_data_ptr(data);
      payload.set_data_length(8);
      payload.set_streaming_width(8);
      sc_time delay = sc_core::SC_ZERO_TIME;
      socket->b_transport(payload, delay);
      log_.add("thread done", (sc_core::sc_time_stamp() + delay).value());
      EXPECT_TRUE(payload.is_response_ok());
      wait(delay);
    }
  }
  Log& log_;
  int count_;
};

/// A periodic timer that has nothing to do with us.
class Timer : public sc_core::sc_module {
 public:
  SC_HAS_PROCESS(Timer);
  Timer(sc_core::sc_module_name name, Log& log) : sc_module(name), log_(log) { SC_THREAD(run); }

 private:
  void run() {
    for (int i = 0; i < 20; ++i) {
      wait(1, sc_core::SC_NS);
      log_.add("timer", sc_core::sc_time_stamp().value());
    }
  }
  Log& log_;
};

/// Ours: takes requests from the thread; itself asks both targets in turn.
class Middle : public Module {
 public:
  Middle(const sc_core::sc_module_name& name, Log& log)
      : Module(name),
        upstream("upstream", tasks_, {1, 1}, [this](Payload& p) { return serve(p); }),
        waiting("waiting"),
        later("later", ForeignTarget::non_blocking),
        log_(log) {
    tasks_.spawn(ask(waiting, "asked waiting"));
    tasks_.spawn(ask(later, "asked later"));
    tasks_.spawn(count());
  }
  TargetSocket upstream;
  InitiatorSocket waiting;
  InitiatorSocket later;

 private:
  Task<void> serve(Payload& payload) {
    co_await Delay{scheduler(), nanosecond};
    log_.add("served", now());
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
  }
  Task<void> ask(InitiatorSocket& socket, const char* what) {
    for (int i = 0; i < 5; ++i) {
      PayloadReference payload = simulation().payloads().take(tlm::TLM_READ_COMMAND, 0, 8);
      co_await socket.transport(*payload);
      log_.add(what, now());
      co_await Delay{scheduler(), 500};
    }
  }
  Task<void> count() {
    for (int i = 0; i < 40; ++i) {
      co_await Delay{scheduler(), 500};
      log_.add("tick", now());
    }
  }
  Log& log_;
  TaskGroup tasks_{scheduler()};
};

/// One simulation with a given lookahead in a process of its own; what both sides logged.
std::string run(Time lookahead) {
  return test::output_of_child([lookahead] {
    Log ours;
    Log theirs;
    Middle middle{"middle", ours};
    WaitingMemory memory{"memory", theirs};
    LaterTarget later{"later", theirs};
    ThreadInitiator thread{"thread", theirs, 6};
    Timer timer{"timer", theirs};
    thread.socket.bind(middle.upstream);
    middle.waiting.bind(memory.socket);
    middle.later.bind(later.socket);
    middle.simulation().kernel().set_lookahead(lookahead);
    sc_core::sc_start(30, sc_core::SC_NS);
    return "ours\n" + ours.text.str() + "theirs\n" + theirs.text.str();
  });
}

TEST(ForeignModules, AreServedAtTheTimesOfTheParameters) {
  const std::string log = run(0);
  for (int i = 0; i < 5; ++i) {
    EXPECT_NE(log.find(std::to_string(1000 + 1500 * i) + " asked waiting\n"), std::string::npos);
    EXPECT_NE(log.find(std::to_string(2000 + 2500 * i) + " asked later\n"), std::string::npos);
  }
  for (int i = 1; i <= 6; ++i) {
    EXPECT_NE(log.find(std::to_string(1000 * i) + " thread done\n"), std::string::npos);
  }
}

TEST(ForeignModules, EveryLookaheadGivesTheSameBytes) {
  const std::string reference = run(0);
  for (const Time lookahead :
       {Time{1}, Time{500}, Time{750}, nanosecond, 10 * nanosecond, microsecond, second}) {
    EXPECT_EQ(run(lookahead), reference) << "lookahead " << lookahead << " ps";
  }
}

/// Two writes by b_transport, each from a thread, and while the second waits for room a read, by
/// b_transport or by nb_transport.
class MixedInitiator : public sc_core::sc_module, public tlm::tlm_bw_transport_if<> {
 public:
  SC_HAS_PROCESS(MixedInitiator);
  MixedInitiator(sc_core::sc_module_name name, bool non_blocking)
      : sc_module(name), socket("socket"), non_blocking_(non_blocking) {
    socket.bind(*this);
    SC_THREAD(write_first);
    SC_THREAD(write_second);
    SC_THREAD(read);
  }
  tlm::tlm_initiator_socket<64> socket;
  bool read_done = false;

 private:
  void call(tlm::tlm_command command, std::uint64_t address) {
    const PayloadReference payload = Simulation::current().payloads().take(command, address, 8);
    sc_time delay = sc_core::SC_ZERO_TIME;
    socket->b_transport(*payload, delay);
    wait(delay);
  }
  void write_first() { call(tlm::TLM_WRITE_COMMAND, 1); }
  void write_second() {
    wait(10, sc_core::SC_PS);
    call(tlm::TLM_WRITE_COMMAND, 2);
  }
  void read() {
    wait(20, sc_core::SC_PS);
    if (non_blocking_) {
      tlm::tlm_phase phase = tlm::BEGIN_REQ;
      sc_time delay = sc_core::SC_ZERO_TIME;
      const PayloadReference payload =
          Simulation::current().payloads().take(tlm::TLM_READ_COMMAND, 3, 8);
      socket->nb_transport_fw(*payload, phase, delay);
      wait(answered_);
    } else {
      call(tlm::TLM_READ_COMMAND, 3);
    }
    read_done = true;
  }
  tlm::tlm_sync_enum nb_transport_bw(Payload&, tlm::tlm_phase& phase, sc_time&) override {
    if (phase != tlm::BEGIN_RESP) return tlm::TLM_ACCEPTED;
    answered_.notify(sc_core::SC_ZERO_TIME);
    return tlm::TLM_COMPLETED;
  }
  void invalidate_direct_mem_ptr(sc_dt::uint64, sc_dt::uint64) override {}
  bool non_blocking_;
  sc_core::sc_event answered_;
};

/// Ours, with room for one read and one write of 100 ps.
class NarrowTarget : public Module {
 public:
  explicit NarrowTarget(const sc_core::sc_module_name& name)
      : Module(name), socket("socket", tasks_, {1, 1}, [this](Payload& p) { return serve(p); }) {}
  TargetSocket socket;
  std::vector<std::pair<std::uint64_t, Time>> taken;

 private:
  Task<void> serve(Payload& payload) {
    taken.emplace_back(payload.get_address(), now());
    co_await Delay{scheduler(), 100};
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
  }
  TaskGroup tasks_{scheduler()};
};

class MixedCalls : public ::testing::TestWithParam<bool> {};

// A read would have room, and enters as soon as the write ahead of it does.
TEST_P(MixedCalls, AreTakenInTheirOrder) {
  MixedInitiator initiator{"initiator", GetParam()};
  NarrowTarget target{"target"};
  initiator.socket.bind(target.socket);
  sc_core::sc_start(1, sc_core::SC_NS);
  EXPECT_EQ(target.taken,
            (std::vector<std::pair<std::uint64_t, Time>>{{1, 0}, {2, 100}, {3, 100}}));
  EXPECT_TRUE(initiator.read_done);
}

INSTANTIATE_TEST_SUITE_P(BlockingAndNot, MixedCalls, ::testing::Bool());

}  // namespace
}  // namespace doorbell
