// Linux's order through the registers: probe, reset, attachment and detachment, changes of live
// STEs and CDs as its entry writer makes them, SVA with its quiet CD; with both ways to wait for a
// CMD_SYNC (IHI 0070 3.21.3, 4.7.3, 5.2, 5.4).
#include <set>

#include "tests/smmu/block/linux_driver.h"

namespace doorbell::smmu::test {
namespace {

constexpr std::uint64_t iova = 0xffff'f000;
constexpr std::uint64_t first_page = 0xa000'0000, second_page = 0xb000'0000;
constexpr std::uint64_t first_root = Bench::tables, second_root = 0x9400'0000;
constexpr std::uint64_t first_cd = Bench::contexts, second_cd = Bench::contexts + 0x1000;
constexpr std::uint32_t stream = 8;

/// Reads of one page that go on until they are told to stop: what they gave, in order.
struct Traffic {
  Dma what{.stream = stream, .address = iova};
  bool stop = false;
  bool over = false;
  std::vector<std::uint64_t> data;  ///< Of those that got through.
  unsigned refused = 0;

  Task<void> run(Bench& b) {
    while (!stop) {
      const Dma d = co_await b.dma_of(what);
      if (d.ok) {
        data.push_back(d.data);
      } else {
        ++refused;
      }
    }
    over = true;
  }
  Task<void> end(Bench& b) {
    stop = true;
    while (!over)
      co_await b.sleep(10 * nanosecond);
  }
};

SmmuParameters parameters_for(SyncForm form, std::uint32_t substream_id_bits = 0) {
  SmmuParameters p;
  p.msi = form == SyncForm::message;
  p.send_event = false;
  p.command_queue_log2 = p.event_queue_log2 = 19;
  p.offered.substream_id_bits = substream_id_bits;
  return p;
}

/// An SMMU, its driver, and two address spaces that map one IOVA to different pages.
class LinuxOrder : public testing::TestWithParam<SyncForm> {
 protected:
  explicit LinuxOrder(std::uint32_t substream_id_bits = 0)
      : bench(parameters_for(GetParam(), substream_id_bits)), driver(bench, GetParam()) {
    bench.map(iova, first_page, Bench::page_rw, first_root);
    bench.map(iova, second_page, Bench::page_rw, second_root);
    bench.memory.store(first_page, 0x1111);
    bench.memory.store(second_page, 0x2222);
  }
  void store(std::uint64_t address, const LinuxDriver::Words& words) {
    for (unsigned i = 0; i < words.size(); ++i)
      bench.memory.store(address + 8 * i, words[i]);
  }
  Task<void> attached_to_the_first() {
    store(first_cd, LinuxDriver::cd(1, first_root));
    store(second_cd, LinuxDriver::cd(2, second_root));
    co_await driver.reset();
    co_await driver.write_ste(stream, LinuxDriver::stage_1(first_cd));
    driver.invalidations = 0;
  }
  /// Waits for the first `more` reads, to have the translation in the TLBs.
  Task<void> seen(const Traffic& traffic, std::size_t more) {
    const std::size_t until = traffic.data.size() + more;
    while (traffic.data.size() < until)
      co_await bench.sleep(10 * nanosecond);
  }
  /// Every read got through, and none gave the first page after one had given the second.
  static void expect_hitless(const Traffic& traffic) {
    EXPECT_EQ(traffic.refused, 0u);
    bool second = false;
    for (const std::uint64_t data : traffic.data) {
      second = second || data == 0x2222;
      EXPECT_EQ(data, second ? 0x2222u : 0x1111u);
    }
    EXPECT_TRUE(second);
  }
  Task<void> reads_the_second_page() {
    Dma after{.stream = stream, .address = iova};
    co_await bench.dma(after);
    EXPECT_EQ(after.data, 0x2222u);
  }
  Task<void> no_events() {
    const auto events = co_await bench.take_events();
    EXPECT_TRUE(events.empty());
  }

  Task<void> probe_and_reset();
  Task<void> attach_and_detach();
  Task<void> entry_in_place();
  Task<void> context_in_place();
  Task<void> through_invalid();
  Task<void> shared_virtual_addresses();

  Bench bench;
  LinuxDriver driver;
};

INSTANTIATE_TEST_SUITE_P(Sync, LinuxOrder, testing::Values(SyncForm::message, SyncForm::polling),
                         [](const auto& test) {
                           return std::string(test.param == SyncForm::message ? "Message"
                                                                              : "Polling");
                         });

Task<void> LinuxOrder::probe_and_reset() {
  co_await driver.probe(0x0273'0010);
  co_await driver.reset();
  EXPECT_EQ(co_await bench.read(Bench::GERROR), 0u);
  // A stream that nothing is attached to is aborted silently; one beyond the tables isn't known.
  EXPECT_FALSE((co_await bench.dma_of({.stream = stream, .address = iova})).ok);
  co_await no_events();
  EXPECT_FALSE((co_await bench.dma_of({.stream = 0x100, .address = iova})).ok);
  const auto events = co_await bench.take_events();
  EXPECT_EQ(events.size(), 1u);
  co_await driver.shut_down();
  EXPECT_TRUE((co_await bench.dma_of({.stream = stream, .address = first_page})).ok);  // GBPA
}
TEST_P(LinuxOrder, ProbesAndResets) {
  bench.run(probe_and_reset());
}

// The level-2 table of 256 more streams comes without a CFGI for its level-1 descriptor.
Task<void> LinuxOrder::attach_and_detach() {
  store(first_cd, LinuxDriver::cd(1, first_root));
  co_await driver.reset();
  EXPECT_FALSE((co_await bench.dma_of({.stream = 0x108, .address = iova})).ok);
  EXPECT_EQ((co_await bench.take_events()).size(), 1u);  // C_BAD_STREAMID: Span = 0
  const std::uint64_t more = LinuxDriver::level_2 + 0x4000;
  for (unsigned i = 0; i < 256; ++i)
    bench.memory.store(more + 64 * i, 1);
  bench.memory.store(LinuxDriver::level_1 + 8, more | 9);
  co_await driver.write_ste(0x108, LinuxDriver::stage_1(first_cd));
  EXPECT_EQ(driver.invalidations, 2u);  // what wasn't used, then what is
  Dma d{.stream = 0x108, .address = iova};
  co_await bench.dma(d);
  EXPECT_EQ(d.data, 0x1111u);
  co_await driver.write_ste(0x108, LinuxDriver::aborting());
  co_await driver.issue(Command{.opcode = Opcode::CMD_TLBI_NH_ASID, .asid = 1});
  co_await bench.dma(d);
  EXPECT_FALSE(d.ok);
  co_await no_events();
}
TEST_P(LinuxOrder, AttachesAndDetaches) {
  bench.run(attach_and_detach());
}

// One word of a live STE: nothing is refused, and after the SYNC all go the new way.
Task<void> LinuxOrder::entry_in_place() {
  co_await attached_to_the_first();
  Traffic traffic;
  bench.start(traffic.run(bench));
  co_await seen(traffic, 5);
  co_await driver.write_ste(stream, LinuxDriver::stage_1(second_cd));
  EXPECT_EQ(driver.invalidations, 1u);
  co_await reads_the_second_page();
  co_await traffic.end(bench);
  expect_hitless(traffic);
  co_await no_events();
}
TEST_P(LinuxOrder, ChangesALiveEntryInPlace) {
  bench.run(entry_in_place());
}

Task<void> LinuxOrder::context_in_place() {
  co_await attached_to_the_first();
  Traffic traffic;
  bench.start(traffic.run(bench));
  co_await seen(traffic, 5);
  co_await driver.write_cd(stream, 0, first_cd, LinuxDriver::cd(1, second_root));
  co_await driver.issue(Command{.opcode = Opcode::CMD_TLBI_NH_ASID, .asid = 1});
  EXPECT_EQ(driver.invalidations, 1u);
  co_await reads_the_second_page();
  co_await traffic.end(bench);
  expect_hitless(traffic);
  co_await no_events();
}
TEST_P(LinuxOrder, ChangesALiveContextInPlace) {
  bench.run(context_in_place());
}

// ASID and tables change together, so for a while the CD is invalid: each read goes the old way,
// is refused as C_BAD_CD, or goes the new way, in this order.
Task<void> LinuxOrder::through_invalid() {
  co_await attached_to_the_first();
  Traffic traffic;
  bench.start(traffic.run(bench));
  co_await seen(traffic, 5);
  co_await driver.write_cd(stream, 0, first_cd, LinuxDriver::cd(2, second_root));
  EXPECT_EQ(driver.invalidations, 3u);
  co_await reads_the_second_page();
  co_await traffic.end(bench);
  EXPECT_GT(traffic.refused, 0u);
  const auto events = co_await bench.take_events();
  EXPECT_EQ(events.size(), traffic.refused);
  for (const EventRecord& event : events)
    EXPECT_EQ(decode_event(event).type, EventType::C_BAD_CD);
  traffic.refused = 0;
  expect_hitless(traffic);
}
TEST_P(LinuxOrder, ChangesTwoWordsThroughAnInvalidContext) {
  bench.run(through_invalid());
}

class LinuxOrderOfSubstreams : public LinuxOrder {
 protected:
  LinuxOrderOfSubstreams() : LinuxOrder(16) {}
};
INSTANTIATE_TEST_SUITE_P(Sync, LinuxOrderOfSubstreams,
                         testing::Values(SyncForm::message, SyncForm::polling),
                         [](const auto& test) {
                           return std::string(test.param == SyncForm::message ? "Message"
                                                                              : "Polling");
                         });

// Two-level tables of CDs; the device's own mappings beside those of a process, which ends.
Task<void> LinuxOrder::shared_virtual_addresses() {
  constexpr std::uint32_t pasid = 0x401;  // in the second leaf
  constexpr std::uint64_t cd_level_1 = 0x8400'0000, leaf_0 = 0x8410'0000, leaf_1 = 0x8420'0000;
  co_await driver.probe(0x0273'0410);
  bench.memory.store(cd_level_1, leaf_0 | 1);
  store(leaf_0, LinuxDriver::cd(1, first_root));
  co_await driver.reset();
  co_await driver.write_ste(stream, LinuxDriver::stage_1(cd_level_1, 16, 2));
  Traffic own;
  bench.start(own.run(bench));
  Dma process{.stream = stream, .address = iova, .pasid = true, .substream = pasid};

  // Bind: the leaf's descriptor, which is announced, then the CD.
  bench.memory.store(cd_level_1 + 8, leaf_1 | 1);
  const Stream one{.stream_id = stream, .substream_id = pasid, .substream_valid = true};
  co_await driver.issue(Command{.opcode = Opcode::CMD_CFGI_CD, .stream = one});
  co_await driver.write_cd(stream, pasid, leaf_1 + 64, LinuxDriver::sva_cd(7, second_root));
  co_await bench.dma(process);
  EXPECT_EQ(process.data, 0x2222u);

  // Its process unmaps a page and maps it again: no broadcast, but a command.
  const std::uint64_t leaf = bench.descriptor(iova, 3, second_root);
  bench.memory.store(leaf, 0);
  co_await driver.issue(
      Command{.opcode = Opcode::CMD_TLBI_NH_VA, .leaf = true, .asid = 7, .address = iova});
  co_await bench.dma(process);
  EXPECT_FALSE(process.ok);
  EXPECT_EQ((co_await bench.take_events()).size(), 1u);
  bench.memory.store(leaf, second_page | Bench::page_rw);
  co_await bench.dma(process);
  EXPECT_TRUE(process.ok);

  // The process ends: a quiet CD, one word in place and then what is unused, and its ASID; what
  // comes is refused without a record.
  driver.invalidations = 0;
  co_await driver.write_cd(stream, pasid, leaf_1 + 64, LinuxDriver::quiet_cd(7));
  EXPECT_EQ(driver.invalidations, 2u);
  co_await driver.issue(Command{.opcode = Opcode::CMD_TLBI_NH_ASID, .asid = 7});
  co_await bench.dma(process);
  EXPECT_FALSE(process.ok);
  co_await no_events();

  // Unbind: V = 0, and the substream isn't there any more.
  co_await driver.write_cd(stream, pasid, leaf_1 + 64, {});
  co_await bench.dma(process);
  EXPECT_FALSE(process.ok);
  const auto events = co_await bench.take_events();
  EXPECT_EQ(events.size(), 1u);
  for (const EventRecord& event : events)
    EXPECT_EQ(decode_event(event).type, EventType::C_BAD_CD);

  co_await own.end(bench);
  EXPECT_EQ(own.refused, 0u);
  EXPECT_EQ(std::set<std::uint64_t>(own.data.begin(), own.data.end()),
            std::set<std::uint64_t>{0x1111});
}
TEST_P(LinuxOrderOfSubstreams, BindsAndUnbindsAProcess) {
  bench.run(shared_virtual_addresses());
}

}  // namespace
}  // namespace doorbell::smmu::test
