#include "doorbell/core/protocol_checker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "doorbell/core/initiator_socket.h"
#include "doorbell/core/target_socket.h"

namespace doorbell {
namespace {

using tlm::BEGIN_REQ;
using tlm::BEGIN_RESP;
using tlm::END_REQ;
using tlm::END_RESP;
using tlm::TLM_ACCEPTED;
using tlm::TLM_COMPLETED;
using tlm::TLM_UPDATED;

sc_core::sc_time ps(Time time) {
  return sc_core::sc_time::from_value(time);
}

/// SystemC wants ports inside a module.
struct Ends : sc_core::sc_module {
  explicit Ends(const sc_core::sc_module_name& module_name) : sc_module(module_name) {}
  tlm::tlm_initiator_socket<64> initiator{"initiator"};
  tlm::tlm_target_socket<64> target{"target"};
};

/// An initiator and a target that do what the test tells them, with a checker between.
class ProtocolCheckerTest : public testing::Test,
                            public tlm::tlm_fw_transport_if<>,
                            public tlm::tlm_bw_transport_if<> {
 protected:
  ProtocolCheckerTest() {
    sc_core::sc_report_handler::set_actions("doorbell/protocol", sc_core::SC_DO_NOTHING);
    initiator_.bind(static_cast<tlm::tlm_bw_transport_if<>&>(*this));
    target_.bind(static_cast<tlm::tlm_fw_transport_if<>&>(*this));
    initiator_.bind(checker_.upstream);
    checker_.downstream.bind(target_);
    sc_core::sc_start(sc_core::SC_ZERO_TIME);
  }

  PayloadReference payload() {
    return Simulation::current().payloads().take(tlm::TLM_WRITE_COMMAND, 0x1000, 4);
  }
  tlm::tlm_sync_enum send(Payload& payload, tlm::tlm_phase phase, Time delay = 0) {
    sc_core::sc_time annotated = ps(delay);
    return initiator_->nb_transport_fw(payload, phase, annotated);
  }
  tlm::tlm_sync_enum answer(Payload& payload, tlm::tlm_phase phase, Time delay = 0) {
    if (phase == BEGIN_RESP) payload.set_response_status(tlm::TLM_OK_RESPONSE);
    sc_core::sc_time annotated = ps(delay);
    return target_->nb_transport_bw(payload, phase, annotated);
  }
  void expect_violation(const std::string& rule) {
    EXPECT_EQ(checker_.violations(), 1u);
    ASSERT_FALSE(checker_.messages().empty());
    EXPECT_THAT(checker_.messages()[0], testing::StartsWith("checker: " + rule + " (write at 0x"));
  }

  // What the target and the initiator answer; TLM_ACCEPTED unless a test says otherwise.
  std::function<tlm::tlm_sync_enum(Payload&, tlm::tlm_phase&, sc_core::sc_time&)> at_target_;
  std::function<tlm::tlm_sync_enum(Payload&, tlm::tlm_phase&, sc_core::sc_time&)> at_initiator_;
  std::function<void(Payload&, sc_core::sc_time&)> blocking_;

  Ends ends_{"ends"};
  tlm::tlm_initiator_socket<64>& initiator_ = ends_.initiator;
  tlm::tlm_target_socket<64>& target_ = ends_.target;
  ProtocolChecker checker_{"checker", {.foreign_initiator = true, .foreign_target = true}};

 private:
  tlm::tlm_sync_enum nb_transport_fw(Payload& payload, tlm::tlm_phase& phase,
                                     sc_core::sc_time& delay) override {
    return at_target_ ? at_target_(payload, phase, delay) : TLM_ACCEPTED;
  }
  tlm::tlm_sync_enum nb_transport_bw(Payload& payload, tlm::tlm_phase& phase,
                                     sc_core::sc_time& delay) override {
    return at_initiator_ ? at_initiator_(payload, phase, delay) : TLM_ACCEPTED;
  }
  void b_transport(Payload& payload, sc_core::sc_time& delay) override {
    if (blocking_) blocking_(payload, delay);
  }
  unsigned transport_dbg(Payload&) override { return 3; }
  bool get_direct_mem_ptr(Payload&, tlm::tlm_dmi&) override { return true; }
  void invalidate_direct_mem_ptr(sc_dt::uint64 first, sc_dt::uint64) override {
    invalidated_from_ = first;
  }

 protected:
  std::uint64_t invalidated_from_ = 0;
};

TEST_F(ProtocolCheckerTest, FourPhasesInOrderAreSilent) {
  const PayloadReference one = payload();
  const PayloadReference two = payload();
  send(*one, BEGIN_REQ);
  answer(*one, END_REQ);
  send(*two, BEGIN_REQ);
  answer(*two, END_REQ, 10);
  answer(*two, BEGIN_RESP, 20);
  send(*two, END_RESP, 30);
  answer(*one, BEGIN_RESP, 30);
  send(*one, END_RESP, 30);
  EXPECT_EQ(checker_.violations(), 0u);
  EXPECT_EQ(checker_.in_progress(), 0u);
}

TEST_F(ProtocolCheckerTest, TheShortFormsAreSilent) {
  const PayloadReference one = payload();
  at_target_ = [](Payload& p, tlm::tlm_phase&, sc_core::sc_time&) {
    p.set_response_status(tlm::TLM_OK_RESPONSE);
    return TLM_COMPLETED;
  };
  send(*one, BEGIN_REQ);
  one->set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
  at_target_ = [](Payload&, tlm::tlm_phase& phase, sc_core::sc_time&) {
    phase = END_REQ;
    return TLM_UPDATED;
  };
  at_initiator_ = [](Payload&, tlm::tlm_phase&, sc_core::sc_time&) { return TLM_COMPLETED; };
  send(*one, BEGIN_REQ);
  answer(*one, BEGIN_RESP);
  EXPECT_EQ(checker_.violations(), 0u);
  EXPECT_EQ(checker_.in_progress(), 0u);
}

TEST_F(ProtocolCheckerTest, AResponseMayImplyTheEndOfItsRequest) {
  const PayloadReference one = payload();
  const PayloadReference two = payload();
  send(*one, BEGIN_REQ);
  answer(*one, BEGIN_RESP);
  send(*two, BEGIN_REQ);
  EXPECT_EQ(checker_.violations(), 0u);
}

TEST_F(ProtocolCheckerTest, ASecondRequestBeforeEndReqIsAViolation) {
  const PayloadReference one = payload();
  const PayloadReference two = payload();
  send(*one, BEGIN_REQ);
  send(*two, BEGIN_REQ);
  expect_violation("BEGIN_REQ before the END_REQ of the request before");
}

TEST_F(ProtocolCheckerTest, ARequestTimedBeforeTheLastEndReqIsAViolation) {
  const PayloadReference one = payload();
  const PayloadReference two = payload();
  send(*one, BEGIN_REQ, 100);
  answer(*one, END_REQ, 200);
  send(*two, BEGIN_REQ, 150);
  expect_violation("BEGIN_REQ earlier than the END_REQ before it");
}

TEST_F(ProtocolCheckerTest, ASecondResponseBeforeEndRespIsAViolation) {
  const PayloadReference one = payload();
  const PayloadReference two = payload();
  for (const PayloadReference* payload : {&one, &two}) {
    send(**payload, BEGIN_REQ);
    answer(**payload, END_REQ);
  }
  answer(*one, BEGIN_RESP);
  answer(*two, BEGIN_RESP);
  expect_violation("BEGIN_RESP before the END_RESP of the response before");
}

TEST_F(ProtocolCheckerTest, TimeThatDecreasesIsAViolation) {
  const PayloadReference one = payload();
  send(*one, BEGIN_REQ, 100);
  answer(*one, END_REQ, 50);
  expect_violation("time of a transaction decreases");
}

TEST_F(ProtocolCheckerTest, PhasesWithoutARequestAreViolations) {
  const PayloadReference one = payload();
  answer(*one, BEGIN_RESP);
  expect_violation("BEGIN_RESP without BEGIN_REQ");
  answer(*one, END_REQ);
  send(*one, END_RESP);
  EXPECT_EQ(checker_.violations(), 3u);
}

TEST_F(ProtocolCheckerTest, PhasesTwiceOrTooEarlyAreViolations) {
  const PayloadReference one = payload();
  send(*one, BEGIN_REQ);
  answer(*one, END_REQ);
  answer(*one, END_REQ);
  expect_violation("END_REQ twice, or after BEGIN_RESP");
  send(*one, END_RESP);
  EXPECT_THAT(checker_.messages()[1], testing::HasSubstr("END_RESP before BEGIN_RESP"));
}

TEST_F(ProtocolCheckerTest, PhasesInTheWrongDirectionAreViolations) {
  const PayloadReference one = payload();
  send(*one, END_REQ);
  expect_violation("phase in the wrong direction");
  answer(*one, END_RESP);
  EXPECT_EQ(checker_.violations(), 2u);
}

TEST_F(ProtocolCheckerTest, ReturnsThatFitNoPhaseAreViolations) {
  const PayloadReference one = payload();
  at_target_ = [](Payload&, tlm::tlm_phase&, sc_core::sc_time&) { return TLM_UPDATED; };
  send(*one, BEGIN_REQ);
  expect_violation("TLM_UPDATED with a phase that can't follow BEGIN_REQ");
  at_initiator_ = [](Payload&, tlm::tlm_phase&, sc_core::sc_time&) { return TLM_COMPLETED; };
  answer(*one, END_REQ);
  EXPECT_THAT(checker_.messages()[1], testing::HasSubstr("END_REQ is not answered TLM_ACCEPTED"));
}

TEST_F(ProtocolCheckerTest, APayloadInUseSentAgainIsAViolation) {
  const PayloadReference one = payload();
  send(*one, BEGIN_REQ);
  answer(*one, END_REQ);
  send(*one, BEGIN_REQ);
  expect_violation("BEGIN_REQ of a payload that is in use");
}

TEST_F(ProtocolCheckerTest, APayloadWithoutMemoryManagerIsAViolation) {
  std::uint8_t data[4] = {};
  Payload bare;
  bare.set_command(tlm::TLM_WRITE_COMMAND);
  bare.set_data_ptr(data);
  bare.set_data_length(4);
  bare.set_streaming_width(4);
  send(bare, BEGIN_REQ);
  expect_violation("nb_transport of a payload without memory manager");
}

TEST_F(ProtocolCheckerTest, AResponseWithoutStatusIsAViolation) {
  const PayloadReference one = payload();
  at_target_ = [](Payload&, tlm::tlm_phase&, sc_core::sc_time&) { return TLM_COMPLETED; };
  send(*one, BEGIN_REQ);
  expect_violation("response without response status");
}

TEST_F(ProtocolCheckerTest, AttributesMayNotChangeButForTheAddress) {
  const PayloadReference one = payload();
  at_target_ = [](Payload& p, tlm::tlm_phase&, sc_core::sc_time&) {
    p.set_address(0);
    p.set_response_status(tlm::TLM_OK_RESPONSE);
    return TLM_COMPLETED;
  };
  send(*one, BEGIN_REQ);
  EXPECT_EQ(checker_.violations(), 0u);
  const PayloadReference two = payload();
  at_target_ = [](Payload& p, tlm::tlm_phase&, sc_core::sc_time&) {
    p.set_data_length(2);
    p.set_response_status(tlm::TLM_OK_RESPONSE);
    return TLM_COMPLETED;
  };
  send(*two, BEGIN_REQ);
  expect_violation("attributes were changed on the way");
}

TEST_F(ProtocolCheckerTest, MalformedRequestsAreViolations) {
  const PayloadReference one = payload();
  one->set_response_status(tlm::TLM_OK_RESPONSE);
  send(*one, BEGIN_REQ);
  expect_violation("response status is set before the request");
  answer(*one, END_REQ);
  const PayloadReference two = payload();
  two->set_data_ptr(nullptr);
  two->set_streaming_width(0);
  two->set_dmi_allowed(true);
  send(*two, BEGIN_REQ);
  EXPECT_EQ(checker_.violations(), 4u);
}

TEST_F(ProtocolCheckerTest, BlockingTransportIsCheckedToo) {
  const PayloadReference one = payload();
  sc_core::sc_time delay = ps(100);
  blocking_ = [](Payload& p, sc_core::sc_time&) { p.set_response_status(tlm::TLM_OK_RESPONSE); };
  initiator_->b_transport(*one, delay);
  EXPECT_EQ(checker_.violations(), 0u);
  one->set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
  blocking_ = [](Payload&, sc_core::sc_time& annotated) { annotated = ps(50); };
  initiator_->b_transport(*one, delay);
  EXPECT_EQ(checker_.violations(), 2u);
}

TEST_F(ProtocolCheckerTest, DebugAndDirectAccessPass) {
  const PayloadReference one = payload();
  tlm::tlm_dmi dmi;
  EXPECT_EQ(initiator_->transport_dbg(*one), 3u);
  EXPECT_TRUE(initiator_->get_direct_mem_ptr(*one, dmi));
  target_->invalidate_direct_mem_ptr(0x40, 0x80);
  EXPECT_EQ(invalidated_from_, 0x40u);
}

class OneTarget : public Module {
 public:
  explicit OneTarget(const sc_core::sc_module_name& name) : Module(name) {}
  TargetSocket socket{
      "socket", tasks_, {.reads = 2, .writes = 2}, [this](Payload& p) { return serve(p); }};

 private:
  Task<void> serve(Payload& payload) {
    co_await Delay{scheduler(), payload.get_address() % 3 * nanosecond};
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
  }
  TaskGroup tasks_{scheduler()};
};

class ManyRequests : public Module {
 public:
  explicit ManyRequests(const sc_core::sc_module_name& name) : Module(name) {
    for (std::uint64_t i = 0; i < 8; ++i)
      tasks_.spawn(run(i));
  }
  InitiatorSocket socket{"socket"};
  int done = 0;

 private:
  Task<void> run(std::uint64_t first) {
    for (std::uint64_t i = 0; i < 100; ++i) {
      PayloadReference payload = simulation().payloads().take(tlm::TLM_READ_COMMAND, first + i, 8);
      co_await socket.transport(*payload);
      ++done;
    }
  }
  TaskGroup tasks_{scheduler()};
};

class OurSocketsTest : public testing::TestWithParam<Timing> {};

TEST_P(OurSocketsTest, KeepTheProtocolUnderLoad) {
  ManyRequests requests("requests");
  ProtocolChecker checker("checker");
  OneTarget target("target");
  requests.socket.bind(checker.upstream);
  checker.downstream.bind(target.socket);
  requests.scheduler().set_timing(GetParam());
  sc_core::sc_start(1, sc_core::SC_MS);
  EXPECT_EQ(requests.done, 800);
  EXPECT_THAT(checker.messages(), testing::IsEmpty());
  EXPECT_EQ(checker.violations(), 0u);
  EXPECT_EQ(checker.in_progress(), 0u);
}

INSTANTIATE_TEST_SUITE_P(BothTimings, OurSocketsTest,
                         testing::Values(Timing::approximate, Timing::loose));

}  // namespace
}  // namespace doorbell
