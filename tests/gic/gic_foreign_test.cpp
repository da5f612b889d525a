#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "doorbell/core/arch/statistics_json.h"
#include "tests/gic/gic_bench.h"

namespace doorbell::gic::test {
namespace {

/// A TLM-2.0 initiator that knows nothing of us.
class PlainInitiator : public sc_core::sc_module, private tlm::tlm_bw_transport_if<> {
 public:
  SC_HAS_PROCESS(PlainInitiator);
  explicit PlainInitiator(const sc_core::sc_module_name& name) : sc_module(name) {
    socket.bind(static_cast<tlm::tlm_bw_transport_if<>&>(*this));
    SC_THREAD(run);
  }
  tlm::tlm_initiator_socket<64> socket;
  tlm::tlm_response_status with_requester = tlm::TLM_INCOMPLETE_RESPONSE;
  tlm::tlm_response_status without_requester = tlm::TLM_INCOMPLETE_RESPONSE;
  sc_core::sc_event go;

 private:
  void run() {
    wait(go);
    Requester requester;
    requester.device_id = 1;
    std::uint8_t data[4] = {3, 0, 0, 0};
    tlm::tlm_generic_payload payload;
    payload.set_write();
    payload.set_address(0x0809'0040);
    payload.set_data_ptr(data);
    payload.set_data_length(4);
    payload.set_streaming_width(4);
    payload.set_extension(&requester);
    sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
    socket->b_transport(payload, delay);
    with_requester = payload.get_response_status();
    payload.clear_extension(&requester);
    payload.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
    socket->b_transport(payload, delay);
    without_requester = payload.get_response_status();
  }
  tlm::tlm_sync_enum nb_transport_bw(tlm::tlm_generic_payload&, tlm::tlm_phase&,
                                     sc_core::sc_time&) override {
    return tlm::TLM_ACCEPTED;
  }
  void invalidate_direct_mem_ptr(sc_dt::uint64, sc_dt::uint64) override {}
};

TEST(GicForeign, APlainInitiatorCanRingTheDoorbell) {
  Bench bench({}, 2, "bench", false);
  PlainInitiator initiator("initiator");
  initiator.socket.bind(bench.gic.its().translater);
  bench.bring_up();
  bench.map_device(1);
  bench.map_event(1, 3, 8200);
  bench.configure(8200, 0xA3);
  initiator.go.notify(sc_core::SC_ZERO_TIME);
  bench.advance(5 * microsecond);
  EXPECT_EQ(initiator.with_requester, tlm::TLM_OK_RESPONSE);
  EXPECT_EQ(initiator.without_requester, tlm::TLM_GENERIC_ERROR_RESPONSE) << "no DeviceID, no MSI";
  EXPECT_EQ(bench.acknowledge(0), 8200u);
  EXPECT_EQ(bench.counter("its.without_identity"), 1u);
  EXPECT_EQ(bench.counter("its.doorbells"), 1u);
}

/// All statistics of a busy run with `lookahead`, made in a process of its own.
std::string statistics_of_run(Time lookahead) {
  int ends[2];
  if (pipe(ends) != 0) return {};
  const pid_t child = fork();
  if (child == 0) {
    Bench bench;
    bench.bring_up();
    bench.map_device(1, 10);
    bench.map_device(2, 10);
    std::vector<std::pair<std::uint32_t, std::uint32_t>> stream;
    for (std::uint32_t i = 0; i < 600; ++i) {
      if (i < 200) {
        bench.map_event(1 + i % 2, i, 8192 + i, i % 2);
        bench.configure(8192 + i, static_cast<std::uint8_t>(8 * (i % 29)) | (i % 7 != 0));
      }
      stream.emplace_back(1 + i % 2, i * 7 % 200);
    }
    // From here on, with the lookahead: the simulation goes on in one piece.
    bench.simulation().kernel().set_lookahead(lookahead);
    bench.spawn(bench.processors[0]->handle_forever(70 * nanosecond));
    bench.spawn(bench.processors[1]->handle_forever(110 * nanosecond));
    bench.send_stream(stream, 13 * nanosecond);
    bench.post_later({{.opcode = ItsOpcode::MOVI, .DeviceID = 1, .EventID = 2, .ICID = 1},
                      {.opcode = ItsOpcode::SYNC}});
    bench.advance(100 * microsecond);
    bench.simulation().statistics().finish(bench.time());
    std::string text = to_json(bench.simulation().statistics()).dump();
    for (const auto& processor : bench.processors) {
      for (const Time at : processor->handled_at)
        text.append(" ").append(std::to_string(at));
    }
    text += "\n";
    for (std::size_t done = 0; done < text.size();) {
      const ssize_t written = write(ends[1], text.data() + done, text.size() - done);
      if (written <= 0) break;
      done += static_cast<std::size_t>(written);
    }
    _exit(0);
  }
  close(ends[1]);
  std::string text;
  char part[4096];
  for (ssize_t count; (count = read(ends[0], part, sizeof part)) > 0;)
    text.append(part, static_cast<std::size_t>(count));
  close(ends[0]);
  waitpid(child, nullptr, 0);
  return text;
}

TEST(GicDeterminism, LookaheadChangesNothing) {
  const std::string reference = statistics_of_run(0);
  EXPECT_GT(reference.size(), 10000u);
  EXPECT_EQ(statistics_of_run(0), reference);
  for (const Time lookahead : {1 * nanosecond, 100 * nanosecond, 10 * microsecond}) {
    EXPECT_EQ(statistics_of_run(lookahead), reference) << lookahead;
  }
}

}  // namespace
}  // namespace doorbell::gic::test
