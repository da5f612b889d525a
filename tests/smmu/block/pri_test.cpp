// The PRI queue: records, interrupts, overflow and what the SMMU answers by itself (IHI 0070 8,
// 6.3.33 to 6.3.36, 6.3.97, 6.3.98).
#include "tests/smmu/block/atc.h"
#include "tests/smmu/block/two_stages.h"

namespace doorbell::smmu::test {
namespace {

using dti_ats::ResponseCode;

constexpr std::uint64_t IRQ_CTRL = 0x50, PRIQ_BASE = 0xc0, IRQ_CFG0 = 0xd0, IRQ_CFG1 = 0xd8,
                        IRQ_CFG2 = 0xdc, PRIQ_PROD = 0x100c8, PRIQ_CONS = 0x100cc;
constexpr std::uint64_t queue = 0x8600'0000;
constexpr unsigned log2_entries = 2;
constexpr std::uint32_t running = 0x1f, OVFLG = 1u << 31;
constexpr std::uint64_t PPAR = 1ULL << 18;

SmmuParameters offering() {
  SmmuParameters parameters;
  parameters.offered.ats = parameters.offered.pri = true;
  parameters.offered.substream_id_bits = 8;
  return parameters;
}

/// Where the interrupt goes.
struct Listener : Module {
  explicit Listener(Tcu& tcu, const sc_core::sc_module_name& module_name = "listener")
      : Module(module_name) {
    tcu.priq->bind(priq);
  }
  unsigned edges = 0;
  WireIn priq{"priq", [this](bool level) { edges += level; }};
};

class SmmuPri : public testing::Test {
 protected:
  Bench bench{offering()};
  Atc atc{bench};
  Listener listener{bench.smmu.tcu};
};

Task<void> enable(Bench& b, std::uint32_t irq_cfg2 = 0) {
  co_await b.enable();
  co_await b.write(PRIQ_BASE, queue | log2_entries | 1ULL << 62, 8);
  co_await b.write(PRIQ_PROD, 0);
  co_await b.write(PRIQ_CONS, 0);
  co_await b.write(IRQ_CFG2, irq_cfg2);
  co_await b.write_and_poll(IRQ_CTRL, Bench::IRQ_CTRLACK, 7);
  co_await b.write_and_poll(Bench::CR0, Bench::CR0ACK, running);
}
dti_ats::PageRequest request(unsigned group, bool last = true) {
  return {.stream = {1}, .address = 0x7000, .read = true, .last = last, .group = group};
}
/// Asks, and waits until it is there.
Task<void> ask(Bench& b, Atc& atc, dti_ats::PageRequest page) {
  co_await atc.request_page(page);
  co_await b.sleep(microsecond);
}

/// Each page request ends in one of four ways.
void expect_none_lost(Bench& b, std::uint64_t received, std::uint64_t discarded = 0,
                      std::uint64_t stop_markers = 0) {
  EXPECT_EQ(b.counter("tcu.page_requests_received"), received);
  EXPECT_EQ(b.counter("tcu.page_requests_discarded"), discarded);
  EXPECT_EQ(b.counter("tcu.stop_markers_ignored"), stop_markers);
  EXPECT_EQ(b.counter("tcu.page_requests") + b.counter("tcu.page_requests_answered_by_hardware") +
                discarded + stop_markers,
            received);
}

Task<void> records(Bench& b, Atc& atc, unsigned& edges) {
  co_await enable(b);
  co_await ask(b, atc, {.stream = {1, 5, true}, .address = 0x7000, .write = true, .group = 3});
  EXPECT_EQ(b.memory.load(queue), 1ULL << 63 | 1ULL << 61 | 5ULL << 32 | 1);
  EXPECT_EQ(b.memory.load(queue + 8), 0x7003u);
  EXPECT_EQ(co_await b.read(PRIQ_PROD), 1u);
  EXPECT_EQ(edges, 1u);
  co_await ask(b, atc, request(3));
  EXPECT_EQ(b.memory.load(queue + 16), 1ULL << 62 | 1ULL << 60 | 1);
  EXPECT_EQ(co_await b.read(PRIQ_PROD), 2u);
  EXPECT_EQ(edges, 1u) << "it wasn't empty";
  co_await b.write(PRIQ_CONS, 2);
  co_await ask(b, atc, request(4));
  EXPECT_EQ(edges, 2u);
  EXPECT_TRUE(atc.responses.empty());
  EXPECT_EQ(b.counter("tcu.page_requests"), 3u);
  expect_none_lost(b, 3);
}
TEST_F(SmmuPri, RequestsComeIntoTheQueue) {
  bench.run(records(bench, atc, listener.edges));
}

// 4.5.2, 8.3: the codes of the command are not those of the message.
Task<void> responses(Bench& b, Atc& atc) {
  using Response = Command::PageResponse;
  co_await enable(b);
  const auto respond = [&b](Stream stream, unsigned group, Response response) {
    return b.command(
        {.opcode = Opcode::CMD_PRI_RESP, .stream = stream, .group = group, .response = response});
  };
  co_await respond({1, 5, true}, 0x1ff, Response::success);
  co_await respond({1}, 2, Response::invalid_request);
  co_await respond({1}, 3, Response::failure);
  co_await b.sleep(microsecond);
  EXPECT_EQ(atc.responses.size(), 3u);
  if (atc.responses.size() != 3) co_return;
  EXPECT_EQ(atc.responses[0].stream, (dti_ats::Stream{1, 5, true}));
  EXPECT_EQ(atc.responses[0].group, 0x1ffu);
  EXPECT_EQ(atc.responses[0].code, ResponseCode::success);
  EXPECT_EQ(atc.responses[1].stream, (dti_ats::Stream{1, 0, false}));
  EXPECT_EQ(atc.responses[1].code, ResponseCode::invalid_request);
  EXPECT_EQ(atc.responses[2].code, ResponseCode::response_failure);
  EXPECT_EQ(b.counter("tcu.page_requests_answered_by_hardware"), 0u);
}
TEST_F(SmmuPri, SoftwareAnswersByCommands) {
  bench.run(responses(bench, atc));
}

// 8.1: while an overflow is not acknowledged nothing is written, room or not.
Task<void> overflow(Bench& b, Atc& atc) {
  b.bypass_stream(1);
  co_await enable(b);
  for (unsigned group = 0; group < 4; ++group)
    co_await ask(b, atc, request(group));
  EXPECT_EQ(co_await b.read(PRIQ_PROD), 4u) << "full";
  co_await ask(b, atc, request(4, false));
  EXPECT_EQ(co_await b.read(PRIQ_PROD), 4u | OVFLG);
  EXPECT_TRUE(atc.responses.empty()) << "not the last of its group";
  co_await ask(b, atc, request(4));
  EXPECT_EQ(atc.responses.size(), 1u);
  if (atc.responses.size() != 1) co_return;
  EXPECT_EQ(atc.responses[0].group, 4u);
  EXPECT_EQ(atc.responses[0].code, ResponseCode::success);
  EXPECT_EQ(co_await b.read(PRIQ_PROD), 4u | OVFLG) << "OVFLG is toggled once";
  co_await b.write(PRIQ_CONS, 2);  // room, but no acknowledgement
  co_await ask(b, atc, request(5));
  EXPECT_EQ(atc.responses.size(), 2u);
  EXPECT_EQ(co_await b.read(PRIQ_PROD), 4u | OVFLG);
  co_await b.write(PRIQ_CONS, 2 | OVFLG);
  co_await ask(b, atc, request(6));
  EXPECT_EQ(co_await b.read(PRIQ_PROD), 5u | OVFLG);
  EXPECT_EQ(atc.responses.size(), 2u);
  EXPECT_EQ(b.counter("tcu.page_requests_answered_by_hardware"), 2u);
  expect_none_lost(b, 8, 1);
}
TEST_F(SmmuPri, AnOverflowIsAnsweredByTheSmmu) {
  bench.run(overflow(bench, atc));
}

// 8.1: with a PASID the response asks the STE, whose PPAR says whether it has one, too.
Task<void> pasids(Bench& b, Atc& atc) {
  b.bypass_stream(1);
  b.bypass_stream(2);
  b.memory.store(b.ste_of(2) + 8, PPAR);
  co_await enable(b);
  for (unsigned group = 0; group < 4; ++group)
    co_await ask(b, atc, request(group));
  dti_ats::PageRequest page = request(7);
  for (const std::uint32_t stream : {1, 2, 3}) {
    page.stream = {stream, 5, true};
    co_await ask(b, atc, page);
  }
  page.read = false;  // a Stop Marker
  co_await ask(b, atc, page);
  EXPECT_EQ(atc.responses.size(), 3u);
  if (atc.responses.size() != 3) co_return;
  EXPECT_EQ(atc.responses[0].stream, (dti_ats::Stream{1, 0, false}));
  EXPECT_EQ(atc.responses[0].code, ResponseCode::success);
  EXPECT_EQ(atc.responses[1].stream, (dti_ats::Stream{2, 5, true}));
  EXPECT_EQ(atc.responses[1].code, ResponseCode::success);
  EXPECT_EQ(atc.responses[2].stream, (dti_ats::Stream{3, 0, false}));
  EXPECT_EQ(atc.responses[2].code, ResponseCode::response_failure) << "no valid STE";
  expect_none_lost(b, 8, 0, 1);
  const auto events = co_await b.take_events();
  EXPECT_TRUE(events.empty());
}
TEST_F(SmmuPri, AutomaticResponsesHavePasidsAsTheSteSays) {
  bench.run(pasids(bench, atc));
}

// 8.2: without PRIQEN or SMMUEN, and after an abort, every request fails.
Task<void> failures(Bench& b, Atc& atc) {
  co_await enable(b);
  co_await b.write_and_poll(Bench::CR0, Bench::CR0ACK, running & ~2u);
  co_await ask(b, atc, request(1, false));
  co_await b.write_and_poll(Bench::CR0, Bench::CR0ACK, running & ~1u);
  co_await ask(b, atc, request(2));
  EXPECT_EQ(atc.responses.size(), 2u);
  co_await b.write_and_poll(Bench::CR0, Bench::CR0ACK, running);
  b.memory.abort(queue, queue + 0xfff);
  co_await ask(b, atc, request(3, false));
  EXPECT_EQ(co_await b.read(Bench::GERROR), 1u << 3) << "PRIQ_ABT_ERR";
  EXPECT_EQ(atc.responses.size(), 3u) << "of the request whose record was lost";
  b.memory.no_aborts();
  co_await ask(b, atc, request(4, false));
  EXPECT_EQ(atc.responses.size(), 4u) << "while the error is active";
  for (const dti_ats::PageResponse& response : atc.responses)
    EXPECT_EQ(response.code, ResponseCode::response_failure);
  EXPECT_EQ(co_await b.read(PRIQ_PROD), 0u);
  co_await b.write(Bench::GERRORN, 1u << 3);
  co_await ask(b, atc, request(5));
  EXPECT_EQ(co_await b.read(PRIQ_PROD), 1u);
  EXPECT_EQ(atc.responses.size(), 4u);
  EXPECT_EQ(b.counter("tcu.page_requests"), 1u);
  expect_none_lost(b, 5);
}
TEST_F(SmmuPri, WhatCannotBeRecordedFails) {
  bench.run(failures(bench, atc));
}

// 6.3.36 LO: only the last of a group interrupts, recorded or lost to an overflow.
Task<void> last_only(Bench& b, Atc& atc, unsigned& edges) {
  co_await enable(b, 1u << 31);
  co_await ask(b, atc, request(1, false));
  EXPECT_EQ(edges, 0u);
  co_await ask(b, atc, request(1));
  EXPECT_EQ(edges, 1u);
  co_await ask(b, atc, request(2));
  EXPECT_EQ(edges, 2u);
  co_await ask(b, atc, request(3, false));
  co_await ask(b, atc, request(4, false));
  EXPECT_EQ(edges, 2u);
  co_await ask(b, atc, request(4));
  EXPECT_EQ(edges, 3u) << "though it is discarded";
  expect_none_lost(b, 6, 1);
}
TEST_F(SmmuPri, OnlyTheLastOfAGroupInterrupts) {
  bench.run(last_only(bench, atc, listener.edges));
}

// What a discarded request interrupts for is there to be seen: the overflow, which is shown once
// the records before it are visible (8.1).
Task<void> discarded_behind_records(Bench& b, Atc& atc, unsigned& edges) {
  co_await enable(b, 1u << 31);
  b.memory.hold(queue, queue + 0xfff);
  for (unsigned group = 0; group < 4; ++group)
    co_await ask(b, atc, request(group, false));
  co_await ask(b, atc, request(4));
  co_await ask(b, atc, request(5));
  EXPECT_EQ(co_await b.read(PRIQ_PROD), 0u);
  EXPECT_EQ(edges, 0u) << "it would tell of nothing";
  b.memory.release();
  co_await b.sleep(microsecond);
  EXPECT_EQ(co_await b.read(PRIQ_PROD), 4u | OVFLG);
  EXPECT_EQ(edges, 1u);
  co_await b.write(PRIQ_CONS, 4 | OVFLG);
  co_await ask(b, atc, request(6, false));
  EXPECT_EQ(edges, 1u) << "told once";
  expect_none_lost(b, 7);
}
TEST_F(SmmuPri, TheInterruptOfADiscardedRequestComesWithItsOverflow) {
  bench.run(discarded_behind_records(bench, atc, listener.edges));
}

// A request has its place at the SMMU until its record is visible, or it is refused.
Task<void> places(Bench& b, Atc& atc) {
  const auto of = [&b](std::string_view value) {
    return b.counter("tcu.page_request_places", value);
  };
  co_await enable(b);
  b.memory.hold(queue, queue + 0xfff);
  for (unsigned group = 0; group < 3; ++group)
    b.start(atc.request_page(request(group)));
  co_await b.sleep(10 * microsecond);
  EXPECT_EQ(b.counter("tcu.page_requests_received"), 2u) << "as many as there are places";
  EXPECT_EQ(of("occupancy"), 2u);
  b.memory.release();
  co_await b.sleep(microsecond);
  EXPECT_EQ(co_await b.read(PRIQ_PROD), 3u);
  b.memory.abort(queue, queue + 0xfff);
  co_await ask(b, atc, request(3));
  EXPECT_EQ(atc.responses.size(), 1u);
  co_await ask(b, atc, request(4));
  co_await ask(b, atc, request(5));
  EXPECT_EQ(atc.responses.size(), 3u) << "what is refused keeps no place";
  EXPECT_EQ(of("arrivals"), 6u);
  EXPECT_EQ(of("departures"), 6u);
  EXPECT_EQ(of("high_water_mark"), 2u);
  expect_none_lost(b, 6);
}
TEST(SmmuPriPlaces, AreHeldUntilTheRecordIsVisible) {
  SmmuParameters parameters = offering();
  parameters.tcu.ats.page_requests = 2;
  Bench bench(parameters);
  Atc atc(bench);
  Listener listener(bench.smmu.tcu);
  bench.run(places(bench, atc));
}

// 8.2: nobody answers a Stop Marker, not even where the record that is lost has no PASID.
Task<void> lost_stop_marker(Bench& b, Atc& atc) {
  co_await enable(b);
  b.memory.abort(queue, queue + 0xfff);
  co_await ask(b, atc, {.stream = {1, 5, true}, .address = 0, .last = true, .group = 3});
  EXPECT_EQ(co_await b.read(Bench::GERROR), 1u << 3) << "PRIQ_ABT_ERR";
  EXPECT_TRUE(atc.responses.empty());
  expect_none_lost(b, 1, 0, 1);
}
TEST(SmmuPriWithoutSubstreams, ALostStopMarkerIsNotAnswered) {
  SmmuParameters parameters = offering();
  parameters.offered.substream_id_bits = 0;
  Bench bench(parameters);
  Atc atc(bench);
  Listener listener(bench.smmu.tcu);
  bench.run(lost_stop_marker(bench, atc));
}

/// All that is bounded, at its least.
SmmuParameters one_place_of_each() {
  SmmuParameters parameters = offering();
  parameters.tbu.translation_slots = parameters.tbu.translation_requests = 1;
  parameters.tbu.outstanding_reads = parameters.tbu.outstanding_writes = 1;
  parameters.tcu.translation_slots = parameters.tcu.walkers = 1;
  parameters.tcu.command_fetch = 1;
  parameters.tcu.ats.requests = parameters.tcu.ats.page_requests = 1;
  return parameters;
}
/// Software that takes page requests out of the queue and answers each.
Task<void> answers(Bench& b, Atc& atc, unsigned& answered) {
  for (std::uint64_t cons = 0; answered < 24; co_await b.sleep(500 * nanosecond)) {
    const std::uint64_t prod = co_await b.read(PRIQ_PROD);
    for (; cons != (prod & 7); cons = (cons + 1) & 7) {
      b.post({.opcode = Opcode::CMD_PRI_RESP, .stream = {1}, .group = answered++});
      co_await b.ring();
    }
    co_await b.write(PRIQ_CONS, cons | (prod & OVFLG));
    answered = std::max(answered, static_cast<unsigned>(atc.responses.size()));
  }
}
Task<void> ask_and_note(Atc& atc, std::uint64_t address, unsigned& done) {
  const auto answer = co_await atc.ask({.stream = {1}, .address = address});
  EXPECT_EQ(answer.status, dti_ats::Status::successful);
  ++done;
}
Task<void> through_one_place(Bench& b, Atc& atc) {
  Hypervisor host(b, 7, 0x9f00'0000);
  Guest guest(host);
  host.nest_stream(1, Guest::ipa(Guest::cd));
  b.memory.store(b.ste_of(1) + 8, b.memory.load(b.ste_of(1) + 8) | 1ULL << 28);  // EATS
  for (std::uint64_t n = 0; n < 8; ++n) {
    guest.map(n, Guest::ipa(Guest::data, n));
    host.map(Guest::ipa(Guest::data, n), 0xa000'0000 + 0x1000 * n);
  }
  co_await enable(b);
  unsigned asked = 0, answered = 0;
  std::vector<Dma> accesses(24);
  for (unsigned n = 0; n < 24; ++n) {
    accesses[n] = {.address = 0x1000 * (n % 8), .write = n % 2 == 0};
    b.start(b.dma(accesses[n]));
    b.start(ask_and_note(atc, 0x1000 * (n % 8), asked));
    b.start(atc.request_page(request(n)));
  }
  b.start(answers(b, atc, answered));
  for (unsigned n = 0; n < 20; ++n) {
    b.post(host.tlbi(Opcode::CMD_TLBI_S12_VMALL));
    b.post({.opcode = Opcode::CMD_ATC_INV, .stream = {1}, .size = 52});
    co_await b.sync();
  }
  while (asked < 24 && b.now() < 5 * millisecond)
    co_await b.sleep(microsecond);
  co_await b.sleep(100 * microsecond);
  EXPECT_EQ(asked, 24u);
  for (const Dma& d : accesses)
    EXPECT_TRUE(d.done && d.ok);
  EXPECT_EQ(b.counter("tcu.page_requests_received"), 24u);
  EXPECT_EQ(atc.responses.size(), 24u) << "each is answered, by software or by the SMMU";
  EXPECT_EQ(b.counter("tcu.page_request_places", "high_water_mark"), 1u);
  EXPECT_EQ(b.smmu.tcu.busy(), "");
}
TEST(SmmuPriProgress, OnePlaceOfEachIsEnough) {
  Bench bench(one_place_of_each());
  Atc atc(bench);
  Listener listener(bench.smmu.tcu);
  bench.run(through_one_place(bench, atc));
}

// A memory that doesn't take their records holds up page requests, and nothing else.
Task<void> beside_a_held_queue(Bench& b, Atc& atc) {
  b.translate_stream(1);
  b.memory.store(b.ste_of(1) + 8, b.memory.load(b.ste_of(1) + 8) | 1ULL << 28);  // EATS
  b.map(0x7000, 0xa000'0000);
  co_await enable(b);
  b.memory.hold(queue, queue + 0xfff);
  for (unsigned group = 0; group < 3; ++group)
    b.start(atc.request_page(request(group)));
  co_await b.sleep(microsecond);
  co_await b.command_and_sync({.opcode = Opcode::CMD_ATC_INV, .stream = {1}, .size = 52});
  const auto answer = co_await atc.ask({.stream = {1}, .address = 0x7000});
  EXPECT_EQ(answer.translations[0].address, 0xa000'0000u);
  const Dma access = co_await b.dma_of({.address = 0x7000});
  EXPECT_TRUE(access.ok);
  EXPECT_EQ(b.counter("tcu.page_requests_received"), 1u);
  EXPECT_EQ(b.smmu.tcu.busy(), "requests of ATCs");
  b.memory.release();
  co_await b.sleep(microsecond);
  EXPECT_EQ(co_await b.read(PRIQ_PROD), 3u);
  expect_none_lost(b, 3);
}
TEST(SmmuPriProgress, AHeldQueueHoldsNothingElse) {
  Bench bench(one_place_of_each());
  Atc atc(bench);
  Listener listener(bench.smmu.tcu);
  bench.run(beside_a_held_queue(bench, atc));
}

Task<void> messages(Bench& b, Atc& atc) {
  constexpr std::uint64_t doorbell = 0x8700'0000;
  co_await b.write(IRQ_CFG0, doorbell, 8);
  co_await b.write(IRQ_CFG1, 0x55);
  co_await enable(b);
  co_await ask(b, atc, request(1));
  EXPECT_EQ(b.memory.load(doorbell, 4), 0x55u);
  // Guards (6.3.33, 6.3.34, 6.3.97).
  co_await b.write(PRIQ_BASE, 0, 8);
  co_await b.write(PRIQ_PROD, 0);
  co_await b.write(IRQ_CFG0, 0, 8);
  EXPECT_NE(co_await b.read(PRIQ_BASE, 8), 0u);
  EXPECT_EQ(co_await b.read(PRIQ_PROD), 1u);
  EXPECT_EQ(co_await b.read(IRQ_CFG0, 8), doorbell);
  b.memory.abort(doorbell, doorbell + 3);
  co_await b.write(PRIQ_CONS, 1);
  co_await ask(b, atc, request(1));
  EXPECT_EQ(co_await b.read(Bench::GERROR), 1u << 6) << "MSI_PRIQ_ABT_ERR";
}
TEST_F(SmmuPri, InterruptsAreMessagesToo) {
  bench.run(messages(bench, atc));
}

}  // namespace
}  // namespace doorbell::smmu::test
