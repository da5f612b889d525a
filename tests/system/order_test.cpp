// Order is observation: nobody learns of a write before the writes ahead of it can be seen.
#include <gtest/gtest.h>

#include <array>
#include <cstring>

#include "sw/drivers/dma/dma.h"
#include "sw/include/access.h"
#include "sw/include/processor.h"
#include "tests/system/machine.h"

namespace doorbell::testing {
namespace {

constexpr std::uint64_t pages_iova = 0x7f10'0000;
constexpr std::uint64_t pages_at = 0x6800'0000;
constexpr Time slow = 10 * microsecond;

const CacheStatistics& cache(Machine& machine, const std::string& name) {
  const auto* found =
      dynamic_cast<const CacheStatistics*>(machine.platform().simulation().statistics().find(name));
  if (found == nullptr) throw std::logic_error("no cache " + name);
  return *found;
}

/// What a function sends again and again: for each vector, a word to the start of each of
/// `pages_each` pages that belong to the vector, and then the vector's MSI. The word is the number
/// of the round.
struct Stream {
  unsigned vectors = 1;
  unsigned pages_each = 1;
  pcie::RequestAttributes attributes;

  unsigned pages() const { return vectors * pages_each; }
  std::uint64_t offset(unsigned vector, unsigned page) const {
    return (std::uint64_t{vector} * pages_each + page) * 4096;
  }
};

using Word = std::array<std::uint8_t, 8>;

Word word_of(std::uint64_t value) {
  Word word;
  std::memcpy(word.data(), &value, sizeof value);
  return word;
}

Task<void> send(pcie::TrafficPort& port, Stream stream, std::uint64_t round) {
  const Word word = word_of(round);
  for (unsigned vector = 0; vector < stream.vectors; ++vector) {
    for (unsigned page = 0; page < stream.pages_each; ++page) {
      co_await port.write(pages_iova + stream.offset(vector, page), word.size(), word,
                          stream.attributes);
    }
    co_await port.signal(vector);
  }
}

Task<void> post(pcie::TrafficPort& port, std::uint64_t iova, std::uint64_t value, bool& posted) {
  const Word word = word_of(value);
  co_await port.write(iova, word.size(), word);
  posted = true;
}

Task<void> signal(pcie::TrafficPort& port, unsigned vector) {
  co_await port.signal(vector);
}

/// Looks into memory whenever a doorbell reaches the ITS, and in every handler.
class Observer {
 public:
  Observer(Machine& machine, Stream stream) : machine_(machine), stream_(stream) {
    machine.on_interrupt([this](const msi_vector& vector) { expect_data_of(vector.event_id); });
  }

  /// Sends the stream's vectors once, and sees each of them reach the ITS and its handler.
  void round(unsigned endpoint) {
    ++round_;
    const Counter& doorbells = machine_.platform().gic().its().counters().doorbells;
    const std::uint64_t arrived = doorbells.value();
    const Time end = machine_.platform().scheduler().now() + 50 * millisecond;
    const std::uint64_t interrupts = interrupts_mask();  // it looks at the ITS without a break
    machine_.start(send(machine_.traffic(endpoint), stream_, round_));
    for (unsigned vector = 0; vector < stream_.vectors;) {
      ASSERT_LT(processor_time_ns() * nanosecond, end);
      for (; arrived + vector < doorbells.value(); ++vector)
        expect_data_of(vector);
      spin_hint();
    }
    interrupts_restore(interrupts);
    EXPECT_TRUE(machine_.wait_for_interrupts(round_ * stream_.vectors));
  }

 private:
  void expect_data_of(unsigned vector) {
    for (unsigned page = 0; page < stream_.pages_each; ++page) {
      EXPECT_EQ(mem_read64(pages_at + stream_.offset(vector, page)), round_)
          << "vector " << vector << ", page " << page;
    }
  }

  Machine& machine_;
  Stream stream_;
  std::uint64_t round_ = 0;
};

class MsiOrder : public ::testing::TestWithParam<pcie::OrderDomain> {
 protected:
  static virt::VirtParameters parameters() {
    virt::VirtParameters parameters;
    parameters.check_protocol = true;
    parameters.root_complex.order_domain = GetParam();
    parameters.endpoints[0].endpoint.function.msix_vectors = 32;
    return parameters;
  }
  /// TLBs that the doorbell page alone stays in, and a walk of several reads from a memory without
  /// a cache for every other page.
  static virt::VirtParameters with_tlb_misses() {
    virt::VirtParameters parameters = MsiOrder::parameters();
    parameters.smmu.tbu.micro_tlb.geometry = {8, 8, ReplacementPolicy::lru, 1};
    parameters.smmu.tbu.main_tlb.geometry = {2, 2, ReplacementPolicy::lru, 1};
    for (smmu::CacheParameters& walk_cache : parameters.smmu.tcu.walk_cache)
      walk_cache.geometry = {2, 2, ReplacementPolicy::lru, 1};
    parameters.ram.last_level_cache.size = 0;
    parameters.ram.read_latency = microsecond;
    return parameters;
  }
  static virt::VirtParameters with_slow_memory() {
    virt::VirtParameters parameters = MsiOrder::parameters();
    parameters.ram.write_latency = slow;
    return parameters;
  }

  static void run(Machine& machine, Stream stream, unsigned rounds) {
    Observer observer(machine, stream);
    machine.run([&] {
      machine_device& device = machine.add_device(0, stream.vectors);
      ASSERT_EQ(machine_map(&device, pages_iova, pages_at, stream.pages() * 4096, true), STATUS_OK);
      for (unsigned round = 0; round < rounds; ++round)
        observer.round(0);
    });
  }
};

TEST_P(MsiOrder, DataThatMissesTheTlbIsAheadOfAMessageThatHits) {
  Machine machine(with_tlb_misses());
  const Stream stream{.vectors = 32, .pages_each = 3};
  run(machine, stream, 4);
  // Every data page missed, and the doorbell page hit but for the first times.
  EXPECT_GE(cache(machine, "virt.smmu.tbu.main_tlb").misses(), 4u * stream.pages());
  EXPECT_GE(cache(machine, "virt.smmu.tbu.micro_tlb").hits(), 3u * stream.vectors);
}

TEST_P(MsiOrder, DataInASlowMemoryIsAheadOfTheMessage) {
  Machine machine(with_slow_memory());
  std::uint64_t waits = 0;
  machine.platform().simulation().journeys().on_finish([&](const Journey& journey, Outcome) {
    if (journey.latest() - journey.started() >= slow) ++waits;
  });
  run(machine, {.vectors = 32, .pages_each = 2}, 4);
  EXPECT_EQ(waits, 4u * 32);
}

// The data may pass other writes; its message, which isn't relaxed, may not pass it (PCIe 6.0
// 2.4.1, A2a).
TEST_P(MsiOrder, RelaxedDataIsAheadOfItsMessage) {
  Machine machine(with_tlb_misses());
  run(machine, {.vectors = 32, .pages_each = 3, .attributes = {.relaxed_ordering = true}}, 4);
}

TEST_P(MsiOrder, RelaxedDataInASlowMemoryIsAheadOfItsMessage) {
  Machine machine(with_slow_memory());
  run(machine, {.vectors = 32, .pages_each = 2, .attributes = {.relaxed_ordering = true}}, 2);
}

// What one function has posted is ahead of another's message in the virtual channel that they
// share; `requester` declares that it need not be.
TEST_P(MsiOrder, OtherFunctionsShareTheOrderOfTheirVirtualChannel) {
  virt::VirtParameters parameters = with_slow_memory();
  parameters.endpoints[0].endpoint.functions = 2;
  Machine machine(parameters);
  const bool shared = GetParam() == pcie::OrderDomain::vc;
  std::uint64_t number = 0;
  machine.on_interrupt([&](const msi_vector&) {
    EXPECT_EQ(mem_read64(pages_at) == number, shared) << "message " << number;
  });
  machine.run([&] {
    machine_device& writer = machine.add_device(0, 1, 0);
    machine.add_device(0, 1, 1);
    ASSERT_EQ(machine_map(&writer, pages_iova, pages_at, 4096, true), STATUS_OK);
    for (number = 1; number <= 8; ++number) {
      bool posted = false;
      machine.start(post(machine.traffic(0, 0), pages_iova, number, posted));
      while (!posted)
        spin_hint();
      machine.start(signal(machine.traffic(0, 1), 0));
      ASSERT_TRUE(machine.wait_for_interrupts(number));
      machine.pass(2 * slow);
      EXPECT_EQ(mem_read64(pages_at), number);
    }
  });
}

// A completion pushes the posted writes ahead of it: who reads a register sees what the device had
// written.
TEST_P(MsiOrder, AProcessorsReadOfTheDeviceComesBackBehindItsPostedWrites) {
  Machine machine(with_slow_memory());
  machine.run([&] {
    machine_device& device = machine.add_device(0, 1);
    ASSERT_EQ(machine_map(&device, pages_iova, pages_at, 8 * 4096, true), STATUS_OK);
    for (std::uint64_t number = 1; number <= 16; ++number) {
      bool posted = false;
      const std::uint64_t offset = number % 8 * 4096;
      machine.start(post(machine.traffic(0), pages_iova + offset, number, posted));
      while (!posted)
        spin_hint();
      EXPECT_NE(mem_read64(pages_at + offset), number);  // it takes ten microseconds
      EXPECT_EQ(machine_read(&device, 0, 0), 0x4c45'4244u);
      EXPECT_EQ(mem_read64(pages_at + offset), number);
    }
  });
}

// The same with a driver that polls: what the engine says it has copied is there.
TEST_P(MsiOrder, WhoPollsTheDmaEngineSeesTheData) {
  Machine machine(with_slow_memory());
  machine.run([&] {
    machine_device& device = machine.add_device(0, 1);
    ASSERT_EQ(machine_map(&device, pages_iova, pages_at, 16 * 4096, true), STATUS_OK);
    dma_engine engine;
    ASSERT_EQ(dma_open(&engine, device.function->bars[0].address, pages_at, pages_iova, 16),
              STATUS_OK);
    for (std::uint32_t number = 1; number <= 16; ++number) {
      const std::uint64_t from = 0x1000 + number * 8, to = 0x2000 + number * 8;
      mem_write64(pages_at + from, 0xda7a'0000 + number);
      const dma_descriptor descriptor{.operation = DMA_COPY,
                                      .length = 8,
                                      .source = pages_iova + from,
                                      .destination = pages_iova + to};
      ASSERT_EQ(dma_put(&engine, &descriptor), STATUS_OK);
      dma_start(&engine);
      while (dma_completed(&engine) != number)
        spin_hint();
      EXPECT_EQ(mem_read64(pages_at + to), 0xda7a'0000 + number);
    }
    EXPECT_EQ(dma_errors(&engine), 0u);
  });
}

/// Posts and reads back in one breath.
Task<void> write_and_read(pcie::TrafficPort& port, unsigned pages, std::uint64_t& agreed) {
  for (unsigned page = 0; page < pages; ++page) {
    const std::uint64_t iova = pages_iova + page * 4096;
    const Word word = word_of(0xcafe'0000 + page);
    Word read{};
    co_await port.write(iova, word.size(), word);
    const bool ok = co_await port.read(iova, read.size(), read);
    if (ok && read == word) ++agreed;
  }
}

TEST_P(MsiOrder, ADeviceReadsWhatItHasPosted) {
  virt::VirtParameters parameters = with_tlb_misses();
  parameters.ram.write_latency = slow;
  Machine machine(parameters);
  std::uint64_t agreed = 0;
  machine.run([&] {
    machine_device& device = machine.add_device(0, 1);
    ASSERT_EQ(machine_map(&device, pages_iova, pages_at, 32 * 4096, true), STATUS_OK);
    machine.start(write_and_read(machine.traffic(0), 32, agreed));
    machine.pass(32 * 4 * slow);
  });
  EXPECT_EQ(agreed, 32u);
}

INSTANTIATE_TEST_SUITE_P(Domains, MsiOrder,
                         ::testing::Values(pcie::OrderDomain::requester, pcie::OrderDomain::vc),
                         [](const auto& instance) {
                           return instance.param == pcie::OrderDomain::vc ? "vc" : "requester";
                         });

}  // namespace
}  // namespace doorbell::testing
