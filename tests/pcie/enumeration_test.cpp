// Software's way to a function: through the ECAM and the BARs, as Linux goes it.
#include <gtest/gtest.h>

#include <numeric>
#include <vector>

#include "doorbell/pcie/arch/dma_engine.h"
#include "tests/pcie/system.h"

namespace doorbell::pcie::test {
namespace {

constexpr auto ecam = &System::ecam;

Task<std::uint32_t> config(System& s, unsigned device, unsigned number, unsigned offset,
                           unsigned size = 4) {
  co_return co_await s.processor.load(ecam(device, number, offset), size);
}
Task<void> set_config(System& s, unsigned device, unsigned number, unsigned offset,
                      std::uint32_t value, unsigned size = 4) {
  co_await s.processor.store(ecam(device, number, offset), value, size);
}

struct Found {
  unsigned device, function;
  std::uint32_t id;
};

Task<void> scan(System& s, std::vector<Found>& found) {
  for (unsigned device = 0; device < 32; ++device) {
    for (unsigned number = 0; number < 8; ++number) {
      const std::uint32_t id = co_await config(s, device, number, 0);
      EXPECT_EQ(s.processor.status, tlm::TLM_OK_RESPONSE);  // absent is no bus error
      if (id == ~0u) continue;
      found.push_back({device, number, id});
    }
  }
}

TEST(EnumerationTest, ScanFindsHostBridgeAndFunctionsAndNoErrors) {
  SystemParameters p;
  p.endpoints = 2;
  p.endpoint.functions = 3;
  System system(p);
  std::vector<Found> found;
  system.start(scan(system, found));
  System::run();
  ASSERT_EQ(found.size(), 7u);
  EXPECT_EQ(found[0].id, 0x0008'1b36u);
  for (unsigned i = 1; i < 7; ++i) {
    EXPECT_EQ(found[i].device, (i - 1) / 3 + 1);
    EXPECT_EQ(found[i].function, (i - 1) % 3);
    EXPECT_EQ(found[i].id, 0x0dbe'1b36u);
  }
}

Task<void> probe(System& s, unsigned& done) {
  // pci_scan_slot, pci_setup_device: header type, class, extended space, command.
  EXPECT_EQ(co_await config(s, 1, 0, 0x0e, 1), 0x80u);  // multi-function
  EXPECT_EQ(co_await config(s, 1, 0, 0x08) >> 8, 0x088000u);
  EXPECT_EQ(co_await config(s, 1, 0, 0x100), 0u);
  for (unsigned offset = 0x100; offset < 0x1000; offset += 0x100) {
    const std::uint32_t mirror = co_await config(s, 1, 0, offset);
    EXPECT_NE(mirror, 0x0dbe'1b36u);
  }
  co_await set_config(s, 1, 0, 0x04, 0x400, 2);
  EXPECT_EQ(co_await config(s, 1, 0, 0x04, 2), 0x400u);
  co_await set_config(s, 1, 0, 0x04, 0, 2);
  // __pci_read_base, both halves.
  const unsigned bars[] = {0x10, 0x14, 0x18, 0x1c, 0x20, 0x24, 0x30};
  const std::uint32_t sizes[] = {0xffff'c004, ~0u, 0xffff'e004, ~0u, 0, 0, 0};
  for (unsigned i = 0; i < 7; ++i) {
    const std::uint32_t old = co_await config(s, 1, 0, bars[i]);
    co_await set_config(s, 1, 0, bars[i], bars[i] == 0x30 ? 0xffff'f800 : ~0u);
    EXPECT_EQ(co_await config(s, 1, 0, bars[i]), sizes[i]) << bars[i];
    co_await set_config(s, 1, 0, bars[i], old);
  }
  // pci_update_resource: written values read back.
  co_await set_config(s, 1, 0, 0x10, 0x0010'0000);
  co_await set_config(s, 1, 0, 0x14, 0x80);  // the high window
  EXPECT_EQ(co_await config(s, 1, 0, 0x10), 0x0010'0004u);
  EXPECT_EQ(co_await config(s, 1, 0, 0x14), 0x80u);
  // Nothing answers before memory decode is on.
  EXPECT_EQ(co_await s.processor.load(0x80'0010'0000), ~0u);
  EXPECT_EQ(s.processor.status, tlm::TLM_OK_RESPONSE);
  co_await set_config(s, 1, 0, 0x04, 2, 2);
  EXPECT_EQ(co_await s.processor.load(0x80'0010'0000), dma::identification);
  EXPECT_EQ(co_await s.processor.load(0x80'0010'0004), 65536u);
  ++done;
}

TEST(EnumerationTest, FunctionIsProbedAndAssignedAsLinuxDoes) {
  SystemParameters p;
  p.endpoint.functions = 2;
  System system(p);
  unsigned done = 0;
  system.start(probe(system, done));
  System::run();
  EXPECT_EQ(done, 1u);
}

Task<void> misaligned(System& s, bool& done) {
  co_await config(s, 1, 0, 0x02, 4);
  EXPECT_EQ(s.processor.status, tlm::TLM_BURST_ERROR_RESPONSE);
  co_await config(s, 1, 0, 0x00, 8);
  EXPECT_EQ(s.processor.status, tlm::TLM_BURST_ERROR_RESPONSE);
  EXPECT_EQ(co_await config(s, 1, 0, 0x02, 2), 0x0dbeu);
  EXPECT_EQ(s.processor.status, tlm::TLM_OK_RESPONSE);
  done = true;
}

TEST(EnumerationTest, EcamTakesNaturallyAlignedAccessesUpToFourBytes) {
  System system;
  bool done = false;
  system.start(misaligned(system, done));
  System::run();
  EXPECT_TRUE(done);
}

Task<void> wide(System& s, bool& done) {
  // 64-bit accesses to BAR registers, and a write that a read pushes.
  co_await s.processor.store(System::bar0(0, 0) + dma::DMA_RING_BASE, 0x1234'5000);
  co_await s.processor.store(System::bar0(0, 0) + dma::DMA_RING_BASE + 4, 0x8);
  PayloadReference payload = Simulation::current().payloads().take(
      tlm::TLM_READ_COMMAND, System::bar0(0, 0) + dma::DMA_RING_BASE, 8);
  co_await s.processor.reads.transport(*payload);
  EXPECT_EQ(load_little_endian<std::uint64_t>(payload->data()), 0x8'1234'5000u);
  done = true;
}

TEST(EnumerationTest, ReadsPushPostedWrites) {
  System system;
  system.enable();
  bool done = false;
  system.start(wide(system, done));
  System::run();
  EXPECT_TRUE(done);
}

TEST(EnumerationTest, DebuggersReadWithoutTime) {
  System system;
  system.enable();
  System::run(0);
  const auto read = [&](std::uint64_t address, std::uint32_t& value) {
    const PayloadReference payload =
        Simulation::current().payloads().take(tlm::TLM_READ_COMMAND, address, 4);
    const unsigned bytes = system.processor.way_of(*payload).transport_debug(*payload);
    value = load_little_endian<std::uint32_t>(payload->data());
    return bytes;
  };
  std::uint32_t value = 0;
  EXPECT_EQ(read(ecam(1, 0, 0), value), 4u);
  EXPECT_EQ(value, 0x0dbe'1b36u);
  EXPECT_EQ(read(System::bar0(0, 0), value), 4u);
  EXPECT_EQ(value, dma::identification);
  EXPECT_EQ(read(ecam(2, 0, 0), value), 0u);
  EXPECT_EQ(read(0x2000'0000, value), 0u);
  EXPECT_EQ(system.count("root.processor_reads"), 0u);
}

TEST(EnumerationTest, EndpointOnABusOfItsOwnHas256Functions) {
  SystemParameters p;
  p.endpoint.functions = 256;
  p.endpoint.function.msix_vectors = 2;
  p.root.ports = {{.bus = 3, .device = 0, .whole_bus = true}};
  Processor processor("processor");
  Memory memory("memory");
  RootComplex root("root", p.root);
  Link link("link", p.link);
  Endpoint endpoint("endpoint", p.endpoint, p.link.shape());
  processor.configuration.bind(root.configuration);
  processor.reads.bind(root.processor_reads);
  processor.writes.bind(root.processor_writes);
  root.memory_reads().bind(memory.reads);
  root.memory_writes().bind(memory.writes);
  root.port(0).bind(link.upstream);
  link.downstream.bind(endpoint.link);
  struct Body {
    static Task<void> run(Processor& processor, bool& done) {
      const std::uint64_t last = 0x40'1000'0000 + (3 << 20 | 255 << 12);
      EXPECT_EQ(co_await processor.load(last), 0x0dbe'1b36u);
      co_await processor.store(last + 0x3c, 0x11, 1);
      EXPECT_EQ(co_await processor.load(last + 0x3c, 1), 0x11u);
      // ARI capability: the next function's number; the last one ends the chain.
      EXPECT_EQ(co_await processor.load(last + 0x100), 0x0001'000eu);
      EXPECT_EQ(co_await processor.load(last + 0x104, 2), 0u);
      EXPECT_EQ(co_await processor.load(last - 0x1000 + 0x104, 2), 0xff00u);
      done = true;
    }
  };
  bool done = false;
  processor.start(Body::run(processor, done));
  System::run();
  EXPECT_TRUE(done);
  EXPECT_EQ(endpoint.function(255).requester_id(), 0x3ff);
}

/// Every function of bus 3, found and written to as a scan does.
Task<void> scan_bus(Processor& processor, std::vector<unsigned>& found) {
  for (unsigned id = 0; id < 256; ++id) {
    const std::uint64_t function = 0x40'1000'0000 + (3 << 20 | id << 12);
    const std::uint32_t identity = co_await processor.load(function);
    EXPECT_EQ(processor.status, tlm::TLM_OK_RESPONSE) << "absent is no bus error";
    co_await processor.store(function + 0x3c, 0x11, 1);
    EXPECT_EQ(processor.status, tlm::TLM_OK_RESPONSE);
    if (identity == ~0u) continue;
    EXPECT_EQ(identity, 0x0dbe'1b36u);
    found.push_back(id);
  }
}

/// Scans a bus of its own with an endpoint of `functions`; IDs of those found, and then of those
/// that they took themselves to be.
void expect_functions_on_a_bus_of_their_own(unsigned functions) {
  RootComplexParameters root_parameters;
  root_parameters.ports = {{.bus = 3, .device = 0, .whole_bus = true}};
  EndpointParameters parameters;
  parameters.functions = functions;
  Processor processor("processor");
  Memory memory("memory");
  RootComplex root("root", root_parameters);
  Link link("link", {});
  Endpoint endpoint("endpoint", parameters);
  processor.configuration.bind(root.configuration);
  processor.reads.bind(root.processor_reads);
  processor.writes.bind(root.processor_writes);
  root.memory_reads().bind(memory.reads);
  root.memory_writes().bind(memory.writes);
  root.port(0).bind(link.upstream);
  link.downstream.bind(endpoint.link);
  std::vector<unsigned> found;
  processor.start(scan_bus(processor, found));
  System::run();
  std::vector<unsigned> all(functions);
  std::iota(all.begin(), all.end(), 0u);
  EXPECT_EQ(found, all);
  for (unsigned i = 0; i < functions; ++i) {
    EXPECT_EQ(endpoint.function(i).requester_id(), 0x300 + i);
  }
  const auto refused = [](const char* name) {
    return dynamic_cast<const Counter&>(*Simulation::current().statistics().find(name)).value();
  };
  EXPECT_EQ(refused("root.unsupported_requests") + refused("endpoint.unsupported_requests"),
            2 * (256 - functions));
}

TEST(EnumerationTest, OneFunctionOnABusOfItsOwnIsDevice0) {
  expect_functions_on_a_bus_of_their_own(1);
}

TEST(EnumerationTest, EightFunctionsOnABusOfTheirOwnAreDevice0) {
  expect_functions_on_a_bus_of_their_own(8);
}

TEST(EnumerationTest, NineFunctionsOnABusOfTheirOwnUseItsDeviceNumbers) {
  expect_functions_on_a_bus_of_their_own(9);
}

}  // namespace
}  // namespace doorbell::pcie::test
