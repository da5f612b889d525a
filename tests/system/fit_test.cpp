// Values that are each in their range and don't fit together are refused by a line that names them.
#include <gmock/gmock.h>

#include "doorbell/core/arch/error.h"
#include "platforms/virt/parameters.h"

namespace doorbell::virt {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

template <class Change>
std::string refusal(Change change) {
  VirtParameters parameters;
  change(parameters);
  try {
    parameters.check();
  } catch (const InputError& error) {
    return error.what();
  }
  return "fits";
}

TEST(Fit, TheDefaultsFit) {
  EXPECT_EQ(refusal([](VirtParameters&) {}), "fits");
}

TEST(Fit, ADeviceHasEightFunctionsAndAWholeBusMore) {
  const auto functions = [](std::uint32_t count, bool whole_bus) {
    return refusal([&](VirtParameters& p) {
      p.endpoints[0].endpoint.functions = count;
      p.root_complex.ports[0].whole_bus = whole_bus;
      if (whole_bus) p.root_complex.ports[0].bus = 1;
    });
  };
  EXPECT_EQ(functions(8, false), "fits");
  EXPECT_THAT(functions(9, false), AllOf(HasSubstr("endpoints.0.functions"),
                                         HasSubstr("root_complex.ports.0.whole_bus")));
  EXPECT_EQ(functions(256, true), "fits");
}

TEST(Fit, PortsHavePlacesOfTheirOwnApartFromTheHostBridge) {
  const auto place = [](std::uint32_t bus, std::uint32_t device, bool whole_bus) {
    return refusal([&](VirtParameters& p) {
      p.root_complex.ports[0] = {.bus = bus, .device = device, .whole_bus = whole_bus};
    });
  };
  EXPECT_EQ(place(0, 3, false), "fits");
  EXPECT_EQ(place(1, 2, false), "fits");
  EXPECT_EQ(place(1, 0, false), "fits");
  EXPECT_THAT(place(0, 2, false), HasSubstr("root_complex.ports.1.device"));
  EXPECT_THAT(place(0, 0, false), HasSubstr("host bridge"));
  EXPECT_THAT(place(0, 1, true), HasSubstr("host bridge"));
}

TEST(Fit, PortsAreOnBusesThatTheEcamReaches) {
  const auto bus = [](std::uint32_t number) {
    return refusal([&](VirtParameters& p) {
      p.root_complex.ecam_buses = 4;
      p.root_complex.ports[1].bus = number;
    });
  };
  EXPECT_EQ(bus(3), "fits");
  EXPECT_THAT(bus(4),
              AllOf(HasSubstr("root_complex.ports.1.bus"), HasSubstr("root_complex.ecam_buses=4")));
}

TEST(Fit, IdentitiesHave32Bits) {
  // The last of the two functions is 00:02.0, ID 16.
  const auto base = [](std::uint32_t value) {
    return refusal([&](VirtParameters& p) { p.root_complex.stream_id.base = value; });
  };
  EXPECT_EQ(base(UINT32_MAX - 16), "fits");
  EXPECT_THAT(base(UINT32_MAX - 15), HasSubstr("root_complex.stream_id_base"));
}

TEST(Fit, ALargestTlpHasItsCredits) {
  const auto upstream = [](std::uint32_t credits) {
    return refusal([&](VirtParameters& p) {
      p.endpoints[1].link.upstream_credits.limits.posted.data = credits;
    });
  };
  EXPECT_EQ(upstream(0), "fits");
  EXPECT_EQ(upstream(16), "fits");
  EXPECT_THAT(upstream(15), AllOf(HasSubstr("endpoints.1.link.upstream_credits.posted_data"),
                                  HasSubstr("endpoints.1.initial_max_payload=256")));
  const auto downstream = [](std::uint32_t credits) {
    return refusal([&](VirtParameters& p) {
      p.endpoints[0].link.downstream_credits.limits.completion.data = credits;
    });
  };
  EXPECT_EQ(downstream(16), "fits");
  EXPECT_THAT(downstream(15), HasSubstr("root_complex.max_payload=256"));
}

TEST(Fit, AnEndpointsITSIsThere) {
  const auto its = [](std::uint32_t number) {
    return refusal([&](VirtParameters& p) {
      p.gic.its_count = 2;
      p.endpoints[1].its = number;
    });
  };
  EXPECT_EQ(its(1), "fits");
  EXPECT_THAT(its(2), AllOf(HasSubstr("endpoints.1.its: expected one of the ITSs from 0 to 1"),
                            HasSubstr("gic.its_count=2")));
}

TEST(Fit, SpisForMessagesAreNoWires) {
  const auto messages = [](gic::DoorbellKind doorbell, std::uint32_t first, std::uint32_t spis) {
    return refusal([&](VirtParameters& p) {
      p.gic.doorbell = doorbell;
      p.gic.messages.first_spi = first;
      p.gic.messages.spis = spis;
    });
  };
  using gic::DoorbellKind;
  EXPECT_EQ(messages(DoorbellKind::v2m, 110, 98), "fits");
  EXPECT_THAT(messages(DoorbellKind::v2m, 80, 64),
              AllOf(HasSubstr("gic.messages.first_spi"), HasSubstr("INTID 106")));
  EXPECT_THAT(messages(DoorbellKind::spi, 144, 65), HasSubstr("INTID 208"))
      << "of performance counters";
  EXPECT_EQ(messages(DoorbellKind::its, 80, 64), "fits");
}

TEST(Fit, WithoutItssNoEndpointHasOne) {
  const auto refused = refusal([&](VirtParameters& p) {
    p.gic.doorbell = gic::DoorbellKind::v2m;
    p.gic.lpis = gic::LpiSupport::none;
    p.endpoints[0].its = 1;
  });
  EXPECT_THAT(refused, AllOf(HasSubstr("endpoints.0.its"), HasSubstr("gic.lpis")));
}

TEST(Fit, ADriveHasAFileAndBlocksThatDrivesHave) {
  const auto drive = [](const char* file, std::uint32_t block_size) {
    return refusal([&](VirtParameters& p) {
      p.endpoints[1].endpoint.kind = pcie::FunctionKind::nvme;
      p.endpoints[1].endpoint.nvme.drive = file;
      p.endpoints[1].endpoint.nvme.block_size = block_size;
    });
  };
  EXPECT_EQ(drive("disk.img", 512), "fits");
  EXPECT_EQ(drive("disk.img", 4096), "fits");
  EXPECT_THAT(drive("", 512), HasSubstr("endpoints.1.nvme.drive: expected a file"));
  EXPECT_THAT(drive("disk.img", 1024), HasSubstr("endpoints.1.nvme.block_size"));
}

TEST(Fit, TheSmmusInterruptsAreThere) {
  const auto spis = [](std::uint32_t count) {
    return refusal([&](VirtParameters& p) { p.gic.common.spis = count; });
  };
  EXPECT_EQ(spis(192), "fits");
  EXPECT_THAT(spis(160), HasSubstr("gic.common.spis: expected at least 178"));
  const auto without_counters = [](std::uint32_t count) {
    return refusal([&](VirtParameters& p) {
      p.gic.common.spis = count;
      p.smmu.performance_counters = 0;
    });
  };
  EXPECT_EQ(without_counters(96), "fits");
  EXPECT_THAT(without_counters(64), HasSubstr("gic.common.spis"));
}

TEST(Fit, APortsTbuIsThereAndTakesItsStreams) {
  // 00:01.0 has StreamID 8, 00:02.0 has 16.
  const auto tbus = [](std::uint32_t last_of_first, std::uint32_t first_of_second,
                       std::uint32_t tbu_of_second_port) {
    return refusal([&](VirtParameters& p) {
      p.smmu.tbus = {{.first_stream_id = 0, .last_stream_id = last_of_first},
                     {.first_stream_id = first_of_second, .last_stream_id = 31}};
      p.root_complex.ports[1].tbu = tbu_of_second_port;
    });
  };
  EXPECT_EQ(tbus(15, 16, 1), "fits");
  EXPECT_EQ(tbus(8, 16, 1), "fits") << "nobody has the StreamIDs between";
  EXPECT_THAT(tbus(15, 16, 2), AllOf(HasSubstr("root_complex.ports.1.tbu"),
                                     HasSubstr("from 0 to 1"), HasSubstr("found 2")));
  EXPECT_THAT(tbus(31, 32, 0), HasSubstr("smmu.tbus.1.last_stream_id"));
  EXPECT_THAT(tbus(7, 8, 1), AllOf(HasSubstr("smmu.tbus.0.first_stream_id"),
                                   HasSubstr("smmu.tbus.0.last_stream_id"),
                                   HasSubstr("root_complex.ports.0"), HasSubstr("without 8")));
  EXPECT_THAT(tbus(15, 17, 1), AllOf(HasSubstr("smmu.tbus.1.first_stream_id"),
                                     HasSubstr("root_complex.ports.1"), HasSubstr("without 16")));
  EXPECT_THAT(tbus(15, 15, 1), AllOf(HasSubstr("smmu.tbus.1.first_stream_id"),
                                     HasSubstr("smmu.tbus.0"), HasSubstr("found 15 in both")));
  EXPECT_THAT(refusal([](VirtParameters& p) {
                p.smmu.tbus = {{.last_stream_id = 20}, {.first_stream_id = 21}};
              }),
              AllOf(HasSubstr("smmu.tbus.1"), HasSubstr("root_complex.ports"),
                    HasSubstr("whose tbu is 1")));
}

// IHI 0070 16.4: PCIe waits for nothing that may stall.
TEST(Fit, APortsTbuStallsNothing) {
  const auto stallable = [](std::uint32_t of_first, std::uint32_t of_second) {
    return refusal([&](VirtParameters& p) {
      p.smmu.tbu.stallable = 4;  // of devices of one's own
      p.smmu.tbus = {{.last_stream_id = 15, .stallable = of_first},
                     {.first_stream_id = 16, .stallable = of_second}};
      p.root_complex.ports[1].tbu = 1;
    });
  };
  EXPECT_EQ(stallable(0, 0), "fits");
  EXPECT_THAT(stallable(0, 8),
              AllOf(HasSubstr("smmu.tbus.1.stallable: expected 0"),
                    HasSubstr("root_complex.ports.1.tbu=1"), HasSubstr("found 8")));
  EXPECT_THAT(stallable(8, 0), HasSubstr("root_complex.ports.0.tbu=0"));
}

TEST(Fit, ATbusTlbsHaveWholeSets) {
  const auto entries = [](std::uint32_t count) {
    return refusal([&](VirtParameters& p) { p.smmu.tbus[0].main_tlb_entries = count; });
  };
  EXPECT_EQ(entries(64), "fits");
  EXPECT_THAT(entries(63), HasSubstr("smmu.tbus.0.main_tlb_entries: expected a multiple of "
                                     "smmu.tlb.ways"));
}

TEST(Fit, EachProcessorHasACollectionOfEachIts) {
  const auto bits = [](std::uint32_t count) {
    return refusal([&](VirtParameters& p) { p.gic.its.collection_bits = count; });
  };
  EXPECT_EQ(bits(2), "fits");  // four processors
  EXPECT_THAT(bits(1), AllOf(HasSubstr("gic.its.collection_bits"), HasSubstr("processors=4")));
  const auto inside = [](std::uint32_t count, bool table) {
    return refusal([&](VirtParameters& p) {
      p.gic.its.collections_inside = count;
      p.gic.its.collection_table = table;
    });
  };
  EXPECT_EQ(inside(4, false), "fits");
  EXPECT_THAT(inside(3, false), AllOf(HasSubstr("gic.its.collections_inside"),
                                      HasSubstr("gic.its.collection_table")));
  EXPECT_EQ(inside(3, true), "fits");
}

TEST(Fit, NothingLiesOverAnythingElse) {
  const auto ram = [](std::uint64_t size) {
    return refusal([&](VirtParameters& p) { p.ram.size = size; });
  };
  constexpr std::uint64_t up_to_ecam = 0x40'1000'0000 - 0x4000'0000;
  EXPECT_EQ(ram(up_to_ecam), "fits");
  EXPECT_THAT(ram(up_to_ecam + 1),
              AllOf(HasSubstr("ram.size"), HasSubstr("root_complex.ecam_base")));
  const auto ecam = [](std::uint64_t base) {
    return refusal([&](VirtParameters& p) { p.root_complex.ecam_base = base; });
  };
  EXPECT_EQ(ecam(0x8000'0000), "fits");
  EXPECT_THAT(ecam(0x8000'0001), HasSubstr("root_complex.ecam_base"));
  EXPECT_THAT(ecam(0), HasSubstr("root_complex.ecam_base"));
  EXPECT_THAT(ecam(0x5000'0000), HasSubstr("ram.size"));
  EXPECT_THAT(ecam(std::uint64_t{0} - 0x10'0000), HasSubstr("root_complex.ecam_base"));
}

}  // namespace
}  // namespace doorbell::virt
