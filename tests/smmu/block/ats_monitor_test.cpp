// What performance monitors count of ATS equals the statistics (IHI 0070 10.3, events 6 and 7).
#include "tests/smmu/block/atc.h"
#include "tests/smmu/block/monitored.h"

namespace doorbell::smmu::test {
namespace {

constexpr std::uint64_t page = 0x4000'0000, target = 0xa000'0000;
constexpr std::uint64_t EATS_full = 1ULL << 28;
constexpr std::uint32_t running = 0x1d;  // SMMUEN, EVENTQEN, CMDQEN, ATSCHK

SmmuParameters offering() {
  SmmuParameters parameters;
  parameters.offered.ats = true;
  parameters.tcu.ats.translations = 4;
  return parameters;
}

struct MonitoredAtsBench : Bench {
  MonitoredAtsBench() : Bench(offering()) {}
  Atc atc{*this};
  Monitored tbu{"monitored_tbu", offering(), smmu.tbu()};
  Monitored tcu{"monitored_tcu", offering(), smmu.tcu};
};

Task<void> enable(MonitoredAtsBench& b) {
  b.translate_stream(1);
  b.translate_stream(2);
  b.memory.store(b.ste_of(1) + 8, b.memory.load(b.ste_of(1) + 8) | EATS_full);
  for (unsigned i = 0; i < 3; ++i)
    b.map(page + i * 0x1000, target + i * 0x1000);
  co_await b.enable();
  co_await b.write_and_poll(Bench::CR0, Bench::CR0ACK, running);
}

// Independent of how they end.
Task<void> requests(MonitoredAtsBench& b) {
  co_await enable(b);
  co_await b.tcu.count(0, MonitorEvent::ats_request);
  co_await b.tcu.count(1, MonitorEvent::transaction);
  co_await b.tcu.count(2, MonitorEvent::tlb_miss);
  co_await b.tcu.count(3, MonitorEvent::ats_request, 2);
  for (unsigned n = 0; n < 2; ++n) {
    for (unsigned i = 0; i < 3; ++i)
      co_await b.atc.ask({.stream = {1}, .address = page + i * 0x1000});
  }
  co_await b.atc.ask({.stream = {2}, .address = page});  // refused
  co_await b.dma_of({.stream = 2, .address = page});     // no request of an ATC
  EXPECT_EQ(co_await b.tcu.counter(0), 7u);
  EXPECT_EQ(co_await b.tcu.counter(0), b.counter("tcu.ats_requests"));
  EXPECT_EQ(co_await b.tcu.counter(1), 8u) << "both are translation requests (10.3)";
  EXPECT_EQ(co_await b.tcu.counter(2), 3u) << "of the first time";
  EXPECT_EQ(co_await b.tcu.counter(3), 1u);
  EXPECT_EQ(co_await b.tcu.read(CEID0), 0x7fu);
}
TEST(SmmuAtsMonitor, OfATcuCountsRequestsOfAtcs) {
  MonitoredAtsBench bench;
  bench.run(requests(bench));
}

// Events 2 and 3 are of requests, whatever a request looks up: three pages, one of them twice, as
// it isn't writable.
Task<void> several_pages(MonitoredAtsBench& b) {
  b.translate_stream(1);
  b.memory.store(b.ste_of(1) + 8, EATS_full);
  for (unsigned i = 0; i < 3; ++i)
    b.map(page + i * 0x1000, target + i * 0x1000, i == 1 ? Bench::page_ro : Bench::page_rw);
  co_await b.enable();
  co_await b.write_and_poll(Bench::CR0, Bench::CR0ACK, running);
  co_await b.tcu.count(0, MonitorEvent::transaction);
  co_await b.tcu.count(1, MonitorEvent::tlb_miss);
  co_await b.tcu.count(2, MonitorEvent::configuration_miss);
  co_await b.tcu.count(3, MonitorEvent::table_access);
  for (std::uint64_t n = 1; n <= 2; ++n) {
    const auto answer = co_await b.atc.ask({.stream = {1}, .address = page, .count = 3});
    EXPECT_EQ(answer.count, 3u);
    EXPECT_EQ(co_await b.tcu.counter(0), n);
    EXPECT_EQ(co_await b.tcu.counter(1), 1u) << "of the first time";
    EXPECT_EQ(co_await b.tcu.counter(2), 1u);
    EXPECT_EQ(co_await b.tcu.counter(3), 6u) << "four levels, and the last one of two more pages";
  }
}
TEST(SmmuAtsMonitor, ARequestOfSeveralPagesMissesOnce) {
  MonitoredAtsBench bench;
  bench.run(several_pages(bench));
}

Task<void> translated(MonitoredAtsBench& b) {
  co_await enable(b);
  co_await b.tbu.count(0, MonitorEvent::ats_translated);
  co_await b.tbu.count(1, MonitorEvent::transaction);
  for (unsigned n = 0; n < 3; ++n)
    co_await b.atc.translated({.address = target});
  co_await b.atc.translated({.stream = 2, .address = target});  // terminated
  co_await b.dma_of({.stream = 1, .address = page});
  EXPECT_EQ(co_await b.tbu.counter(0), 4u);
  EXPECT_EQ(co_await b.tbu.counter(0), b.counter("tbu.translated_transactions"));
  EXPECT_EQ(co_await b.tbu.counter(1), 5u);
  EXPECT_EQ(co_await b.tbu.read(CEID0), 0x87u);
}
TEST(SmmuAtsMonitor, OfATbuCountsTranslatedTransactions) {
  MonitoredAtsBench bench;
  bench.run(translated(bench));
}

}  // namespace
}  // namespace doorbell::smmu::test
