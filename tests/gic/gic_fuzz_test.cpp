#include <gtest/gtest.h>

#include "tests/gic/gic_bench.h"

namespace doorbell::gic::test {
namespace {

/// Numbers that are the same on every machine.
class Numbers {
 public:
  std::uint64_t below(std::uint64_t limit) {
    state_ = state_ * 6364136223846793005ULL + 1442695040888963407ULL;
    return (state_ >> 24) % limit;
  }
  template <typename T>
  T one_of(std::initializer_list<T> values) {
    return values.begin()[below(values.size())];
  }

 private:
  std::uint64_t state_ = 7;
};

// Whatever software and devices do, the GIC goes on and every MSI is accounted for.

/// With flat tables, or those of two levels, a collection inside and hardly a cache.
class GicFuzz : public testing::TestWithParam<bool> {
 protected:
  static GicParameters parameters() {
    GicParameters parameters;
    if (!GetParam()) return parameters;
    parameters.its.collections_inside = 1;
    parameters.its.cumulative_collections = true;
    parameters.its.level1_cache_entries = 1;
    parameters.its.event_cache_entries = 2;
    parameters.its.report_unmapped = true;
    return parameters;
  }
  static void bring_up(Bench& bench) {
    if (GetParam()) {
      bench.device_layout = {.two_levels = true, .page_code = 0};
      bench.collection_layout = {.two_levels = true, .page_code = 0};
      bench.provide(device_table, 0, device_table + 0x10000);
    }
    bench.bring_up();
  }
};
INSTANTIATE_TEST_SUITE_P(Tables, GicFuzz, testing::Bool());

TEST_P(GicFuzz, AnyCommandsAndDoorbells) {
  Bench bench(parameters());
  bring_up(bench);
  Numbers numbers;
  for (unsigned i = 0; i < 2; ++i)
    bench.spawn(bench.processors[i]->handle_forever(100 * nanosecond));
  std::uint64_t sent = 0;
  for (int round = 0; round < 60; ++round) {
    std::vector<ItsCommand> commands;
    for (int i = 0; i < 50; ++i) {
      ItsCommand command;
      command.opcode = static_cast<ItsOpcode>(numbers.below(18));
      command.DeviceID = static_cast<std::uint32_t>(
          numbers.one_of<std::uint64_t>({0, 1, 2, 3, 8191, 8192, 0xFFFFFFFF}));
      command.EventID = static_cast<std::uint32_t>(
          numbers.one_of<std::uint64_t>({0, 1, 2, 3, 31, 32, 9000, 0xFFFFFFFF}));
      command.pINTID = static_cast<std::uint32_t>(
          numbers.one_of<std::uint64_t>({0, 8191, 8192, 8193, 8194, 65535, 65536}));
      command.ICID =
          static_cast<std::uint16_t>(numbers.one_of<std::uint64_t>({0, 1, 2, 8191, 8192, 65535}));
      command.RDbase = numbers.one_of<std::uint64_t>({0, 1, 0, 1, 2, 0xFFFFFFFFF});
      command.RDbase2 = numbers.one_of<std::uint64_t>({0, 1, 5});
      command.ITT_addr =
          numbers.one_of<std::uint64_t>({itts, itts + 0x100000, 0, 0x000FFFFFFFFFFF00});
      command.Size = static_cast<std::uint8_t>(numbers.one_of<std::uint64_t>({0, 4, 15, 16, 31}));
      command.V = numbers.below(4) != 0;
      commands.push_back(command);
    }
    std::vector<std::pair<std::uint32_t, std::uint32_t>> stream;
    for (int i = 0; i < 50; ++i)
      stream.emplace_back(numbers.below(4), numbers.below(5));
    sent += stream.size();
    for (std::uint32_t INTID = 8192; INTID < 8195; ++INTID) {
      bench.configure(INTID, static_cast<std::uint8_t>(numbers.below(256)));
    }
    bench.send_stream(stream, 40 * nanosecond);
    bench.issue(commands);
  }
  bench.advance(millisecond);
  EXPECT_EQ(bench.counter("its.commands"), 60u * 50 + 8) << "with those of the bring-up";
  EXPECT_EQ(bench.counter("its.doorbells"), sent);
  EXPECT_EQ(bench.counter("its.sent") + bench.counter("its.dropped"), sent);
  std::uint64_t came = 0, went = 0, arrived = 0;
  for (unsigned i = 0; i < 2; ++i) {
    const std::string rd = "redistributor" + std::to_string(i) + ".";
    const std::uint64_t made = bench.counter(rd + "by_doorbell.made_pending");
    arrived += made + bench.counter(rd + "by_doorbell.coalesced") +
               bench.counter(rd + "by_doorbell.dropped");
    came += made + bench.counter(rd + "by_INT.made_pending") + bench.counter(rd + "moved_in");
    went += bench.counter(rd + "acknowledged") + bench.counter(rd + "cleared") +
            bench.counter(rd + "moved_out") + bench.gic.redistributor(i).lpis().pending();
  }
  EXPECT_EQ(arrived, bench.counter("its.sent"));
  EXPECT_EQ(came, went);
}

TEST_P(GicFuzz, TablesThatSoftwareOverwrites) {
  Bench bench(parameters());
  bring_up(bench);
  Numbers numbers;
  for (std::uint32_t device = 0; device < 4; ++device) {
    bench.map_device(device);
    for (std::uint32_t event = 0; event < 8; ++event)
      bench.map_event(device, event, 8192 + device * 8 + event);
  }
  for (int round = 0; round < 200; ++round) {
    const std::uint64_t table =
        numbers.one_of<std::uint64_t>({device_table, device_table + 0x10000, collection_table,
                                       collection_table + 0x10000, itts, itts + 0x100000});
    bench.memory.poke(table + numbers.below(64), static_cast<std::uint8_t>(numbers.below(256)));
    const auto device = static_cast<std::uint32_t>(numbers.below(4));
    const auto event = static_cast<std::uint32_t>(numbers.below(8));
    bench.issue({{.opcode = ItsOpcode::MAPC, .ICID = 7, .V = false},
                 {.opcode = ItsOpcode::MAPD, .DeviceID = 100, .V = false},
                 {.opcode = numbers.one_of(
                      {ItsOpcode::INT, ItsOpcode::MOVI, ItsOpcode::CLEAR, ItsOpcode::INV}),
                  .DeviceID = device,
                  .EventID = event,
                  .ICID = static_cast<std::uint16_t>(numbers.below(3))}});
    bench.doorbell(static_cast<std::uint32_t>(numbers.below(8)), event);
  }
  bench.advance(millisecond);
  EXPECT_EQ(bench.counter("its.doorbells"), 200u);
  EXPECT_EQ(bench.counter("its.sent") + bench.counter("its.dropped"), 200u);
}

TEST_P(GicFuzz, AnyRegisterAccesses) {
  Bench bench(parameters());
  bring_up(bench);
  Numbers numbers;
  for (int i = 0; i < 3000; ++i) {
    const std::uint64_t offset =
        numbers.below(2) != 0 ? numbers.below(0x1100) : numbers.below(0x20000);
    const auto size = static_cast<unsigned>(numbers.one_of<std::uint64_t>({1, 2, 4, 4, 4, 8}));
    InitiatorSocket& socket =
        *numbers.one_of<InitiatorSocket*>({&bench.gicd, &bench.gits, bench.gicr[0].get()});
    bench.write(socket, offset / size * size, size, numbers.below(~0ULL));
    bench.write_icc(0, ICC_CTLR_EL1, numbers.below(8));
    bench.acknowledge(0);
  }
  // And works again once it is set up properly.
  bench.write(bench.gits, 0, 4, 0);
  bench.write(*bench.gicr[0], 0, 4, 0);
  bench.advance(10 * millisecond);
  EXPECT_EQ(bench.read(bench.gits, 0, 4), 0x80000000u);
  EXPECT_EQ(bench.read(*bench.gicr[0], 0, 4), 2u) << "CES alone";
}

}  // namespace
}  // namespace doorbell::gic::test
