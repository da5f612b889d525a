#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <string>
#include <vector>

#include "platforms/virt/platform.h"
#include "sw/drivers/dma/dma.h"
#include "sw/drivers/smmu/queue.h"
#include "sw/include/access.h"
#include "sw/include/bits.h"
#include "sw/include/processor.h"
#include "sw/native/native.h"
#include "sw/scenarios/machine.h"

namespace doorbell::sw {
namespace {

constexpr std::uint64_t tables = 0x41000000;
constexpr std::uint64_t tables_end = 0x50000000;
constexpr std::uint64_t ring = 0x60000000;
constexpr std::uint64_t source = 0x60100000;
constexpr std::uint64_t target = 0x60200000;
constexpr std::uint64_t ring_iova = 0x10000;
constexpr std::uint64_t source_iova = 0x7f000000;
constexpr std::uint64_t target_iova = 0xc0000000;
constexpr std::uint16_t vendor = 0x1b36;
constexpr std::uint16_t device_id = 0x0dbe;

/// The virt platform, with a machine on its processors: the first one brings it up and runs a
/// scenario, the others take interrupts.
class BringUp : public testing::Test {
 protected:
  BringUp() { prepare(); }
  explicit BringUp(const virt::VirtParameters& parameters) : parameters_(parameters) { prepare(); }

  void prepare() {
    run_on_native_processors();
    machine_.description = machine_virt(tables, tables_end);
    machine_.functions = functions_.data();
    machine_.function_capacity = functions_.size();
    machine_.vectors = vectors_.data();
    machine_.vector_capacity = vectors_.size();
    machine_.on_event = [](machine*, const smmu_event* event) { events.push_back(*event); };
    events.clear();
  }

  /// Set-up in loose timing, then `scenario` in approximate timing on the first processor.
  void run(std::function<void()> scenario) {
    platform_.scheduler().set_timing(Timing::loose);
    for (unsigned i = 0; i < platform_.processor_count(); ++i) {
      platform_.native_processor(i).set_firmware([this, i, scenario] {
        if (i == 0) {
          ASSERT_EQ(machine_initialise(&machine_), STATUS_OK);
        }
        ASSERT_EQ(machine_join(&machine_), STATUS_OK);
        if (i != 0) {
          if (storm_) storm_(i);
          return machine_idle(&machine_);
        }
        ASSERT_EQ(machine_wait_for(&machine_, platform_.processor_count()), STATUS_OK);
        add_device();
        platform_.scheduler().set_timing(Timing::approximate);
        scenario();
        finished_ = true;
        machine_stop(&machine_);
      });
    }
    sc_core::sc_start(1, sc_core::SC_SEC);
    EXPECT_TRUE(finished_);
    for (unsigned i = 0; i < platform_.processor_count(); ++i)
      EXPECT_TRUE(platform_.processor(i).halted()) << "processor " << i;
    EXPECT_EQ(machine_.unclaimed, 0u);
  }

  void add_device() {
    const pcie_function* function = pcie_find(&machine_.pcie, vendor, device_id);
    ASSERT_NE(function, nullptr);
    ASSERT_EQ(machine_add_device(&machine_, &device_, function, 1, 4), STATUS_OK);
    ASSERT_EQ(machine_map(&device_, ring_iova, ring, PAGE_SIZE, false), STATUS_OK);
    ASSERT_EQ(machine_map(&device_, source_iova, source, 0x10000, false), STATUS_OK);
    ASSERT_EQ(machine_map(&device_, target_iova, target, 0x10000, true), STATUS_OK);
    for (unsigned vector = 0; vector < 4; ++vector) {
      ASSERT_EQ(machine_request(&device_, vector, vector % platform_.processor_count(), take, this),
                STATUS_OK);
    }
    ASSERT_EQ(dma_open(&engine_, function->bars[0].address, ring, ring_iova, 64), STATUS_OK);
  }

  static void take(msi_vector* vector, void* argument) {
    auto& test = *static_cast<BringUp*>(argument);
    test.taken_.push_back({vector->event_id, processor_number()});
  }

  /// Copies `length` bytes and waits for the interrupt of `vector`.
  void copy(std::uint64_t to, std::uint32_t length, std::uint16_t vector) {
    const std::size_t before = taken_.size();
    const dma_descriptor descriptor = {.operation = DMA_COPY,
                                       .length = length,
                                       .source = source_iova,
                                       .destination = to,
                                       .interrupt = true,
                                       .vector = vector};
    ASSERT_EQ(dma_put(&engine_, &descriptor), STATUS_OK);
    dma_start(&engine_);
    wait_for(before + 1);
  }
  void wait_for(std::size_t count) {
    const std::uint64_t limit = processor_time_ns() + 1'000'000;
    while (taken_.size() < count && processor_time_ns() < limit)
      spin_hint();
    ASSERT_EQ(taken_.size(), count);
  }

  /// The first event, a translation that isn't there.
  void wait_for_fault(std::uint64_t iova) {
    const std::uint64_t limit = processor_time_ns() + 100'000;
    while (events.empty() && processor_time_ns() < limit)
      spin_hint();
    ASSERT_EQ(events.size(), 1u);
    EXPECT_EQ(events[0].words[0] & 0xff, 0x10u);  // F_TRANSLATION
    EXPECT_EQ(events[0].words[2] & ~0xfffull, iova);
  }

  struct Taken {
    std::uint32_t event;
    unsigned processor;
    bool operator==(const Taken&) const = default;
  };
  static inline std::vector<smmu_event> events;

  const virt::VirtParameters parameters_;
  virt::Platform platform_{"virt", parameters_};
  std::array<pcie_function, 32> functions_{};
  std::array<msi_vector, 64> vectors_{};
  machine machine_{};
  machine_device device_{};
  dma_engine engine_{};
  std::vector<Taken> taken_;
  std::function<void(unsigned)> storm_;  ///< what the other processors do once they have joined
  bool finished_ = false;
};

TEST_F(BringUp, DataAndItsInterruptTravelTheWholeRoad) {
  run([this] {
    for (std::uint64_t i = 0; i < 4096; i += 8) {
      mem_write64(source + i, 0xd00be11 + i);
    }
    for (std::uint16_t vector = 0; vector < 4; ++vector) {
      const std::uint64_t offset = vector * 4096u;
      copy(target_iova + offset, 4096, vector);
      for (std::uint64_t i = 0; i < 4096; i += 8) {
        ASSERT_EQ(mem_read64(target + offset + i), 0xd00be11 + i);
      }
    }
    ASSERT_EQ(taken_.size(), 4u);
    for (unsigned vector = 0; vector < 4; ++vector)
      EXPECT_EQ(taken_[vector], (Taken{vector, vector % platform_.processor_count()}));
    EXPECT_TRUE(events.empty());
    EXPECT_EQ(dma_errors(&engine_), 0u);
  });
}

TEST_F(BringUp, AVectorMovesToAnotherProcessor) {
  run([this] {
    copy(target_iova, 64, 1);
    ASSERT_EQ(machine_move(&device_, 1, 3), STATUS_OK);
    copy(target_iova, 64, 1);
    EXPECT_EQ(taken_, (std::vector<Taken>{{1, 1}, {1, 3}}));
  });
}

TEST_F(BringUp, ADisabledLpiStaysPendingUntilItIsEnabled) {
  run([this] {
    ASSERT_EQ(msi_set_enabled(&device_.msi, 2, false), STATUS_OK);
    const dma_descriptor descriptor = {.operation = DMA_NOTHING, .interrupt = true, .vector = 2};
    ASSERT_EQ(dma_put(&engine_, &descriptor), STATUS_OK);
    dma_start(&engine_);
    const std::uint64_t later = processor_time_ns() + 20'000;
    while (processor_time_ns() < later)
      spin_hint();
    EXPECT_TRUE(taken_.empty());
    ASSERT_EQ(msi_set_enabled(&device_.msi, 2, true), STATUS_OK);
    wait_for(1);
  });
}

TEST_F(BringUp, AfterUnmapAWriteFaultsWithAnEventAndItsInterrupt) {
  run([this] {
    copy(target_iova, 64, 0);
    const machine_range range = {target_iova, PAGE_SIZE};
    ASSERT_EQ(machine_unmap(&device_, &range, 1), STATUS_OK);
    copy(target_iova, 64, 0);
    wait_for_fault(target_iova);
    EXPECT_EQ(events[0].words[0] >> 32, device_.function->requester_id);
  });
}

TEST_F(BringUp, AfterUnmapOfABlockAWriteFaultsToo) {
  run([this] {
    const std::uint64_t block = 0x80000000;
    ASSERT_EQ(smmu_map(&device_.domain, block, 0x60400000, BLOCK_SIZE, MAP_WRITE | MAP_BLOCKS),
              STATUS_OK);
    copy(block, 64, 0);
    EXPECT_TRUE(events.empty());
    const machine_range range = {block, BLOCK_SIZE};
    ASSERT_EQ(machine_unmap(&device_, &range, 1), STATUS_OK);
    copy(block, 64, 0);
    wait_for_fault(block);
  });
}

TEST_F(BringUp, ManyInterruptsInARowAreAllTaken) {
  run([this] {
    for (unsigned i = 0; i < 200; ++i)
      copy(target_iova + i * 64, 64, static_cast<std::uint16_t>(i % 4));
    EXPECT_EQ(taken_.size(), 200u);
    std::uint64_t sum = 0;
    for (unsigned i = 0; i < platform_.processor_count(); ++i)
      sum += machine_.taken[i];
    EXPECT_EQ(sum, 200u);
  });
}

TEST_F(BringUp, AForgottenTlbiLeavesTheOldTranslationInUse) {
  run([this] {
    copy(target_iova, 64, 0);
    // The page goes elsewhere, and nobody tells the SMMU.
    const std::uint64_t leaf = page_table_descriptor(&device_.domain.table, target_iova, 3);
    mem_write64(leaf, (mem_read64(leaf) & ~BITS(47, 12)) | (target + 0x8000));
    mem_write64(source, 0x1234);
    copy(target_iova, 64, 0);
    EXPECT_EQ(mem_read64(target), 0x1234u);
    EXPECT_EQ(mem_read64(target + 0x8000), 0u);
    const machine_range range = {target_iova, PAGE_SIZE};
    ASSERT_EQ(machine_invalidate(&device_, &range, 1), STATUS_OK);
    copy(target_iova, 64, 0);
    EXPECT_EQ(mem_read64(target + 0x8000), 0x1234u);
  });
}

TEST_F(BringUp, AForgottenInvLeavesTheOldPropertyInUse) {
  run([this] {
    copy(target_iova, 64, 0);
    lpi_set_enabled(&machine_.lpis, device_.msi.vectors[0].intid, false);
    copy(target_iova, 64, 0);  // still enabled
    ASSERT_EQ(msi_set_enabled(&device_.msi, 0, false), STATUS_OK);
    const dma_descriptor descriptor = {.operation = DMA_NOTHING, .interrupt = true, .vector = 0};
    ASSERT_EQ(dma_put(&engine_, &descriptor), STATUS_OK);
    dma_start(&engine_);
    const std::uint64_t later = processor_time_ns() + 20'000;
    while (processor_time_ns() < later)
      spin_hint();
    EXPECT_EQ(taken_.size(), 2u);
  });
}

TEST_F(BringUp, AReleasedVectorIsSilent) {
  run([this] {
    copy(target_iova, 64, 0);
    ASSERT_EQ(machine_release(&device_, 0), STATUS_OK);
    const dma_descriptor descriptor = {.operation = DMA_NOTHING, .interrupt = true, .vector = 0};
    ASSERT_EQ(dma_put(&engine_, &descriptor), STATUS_OK);
    dma_start(&engine_);
    copy(target_iova, 64, 1);
    EXPECT_EQ(taken_, (std::vector<Taken>{{0, 0}, {1, 1}}));
  });
}

/// Every access of the processors travels, and device writes are posted.
class UncachedBringUp : public BringUp {
 protected:
  static virt::VirtParameters uncached() {
    virt::VirtParameters parameters;
    parameters.cpu.memory = cpu::MemoryAccess::uncached;
    parameters.cpu.posted_writes = true;
    parameters.gic.its.device_bits = 8;  // small tables: each word is a transaction
    parameters.gic.common.intid_bits = 14;
    return parameters;
  }
  UncachedBringUp() : BringUp(uncached()) {
    machine_.description.stream_id_bits = 8;
    machine_.description.log2_commands = 7;
    machine_.description.log2_events = 7;
  }
};

TEST_F(UncachedBringUp, DataAndItsInterruptTravelTheWholeRoad) {
  run([this] {
    mem_write64(source, 0x5678);
    copy(target_iova, 64, 3);
    EXPECT_EQ(mem_read64(target), 0x5678u);
    EXPECT_EQ(taken_, (std::vector<Taken>{{3, 3}}));
  });
}

/// What the SMMU offers decides how its driver waits.
template <bool msi, bool send_event, bool ranges>
class OfferingBringUp : public BringUp {
 protected:
  static virt::VirtParameters offering() {
    virt::VirtParameters parameters;
    parameters.smmu.msi = msi;
    parameters.smmu.send_event = send_event;
    parameters.smmu.range_invalidation = ranges;
    return parameters;
  }
  OfferingBringUp() : BringUp(offering()) {}

  std::uint64_t accesses() {
    std::uint64_t sum = 0;
    for (unsigned i = 0; i < platform_.processor_count(); ++i) {
      const std::string name = std::string(platform_.processor(i).name()) + ".device_accesses";
      sum += dynamic_cast<const Counter&>(*platform_.simulation().statistics().find(name)).value();
    }
    return sum;
  }
  /// Two ranges of pages are unmapped, one in use; how many device accesses it took.
  std::uint64_t unmap() {
    EXPECT_EQ(machine_.smmu.sync_by_message, msi);
    EXPECT_EQ(machine_.smmu.sends_events, send_event);
    copy(target_iova, 64, 0);
    const machine_range ranges_of_pages[] = {{target_iova, PAGE_SIZE},
                                             {target_iova + 0x4000, 2 * PAGE_SIZE}};
    const std::uint64_t before = accesses();
    EXPECT_EQ(machine_unmap(&device_, ranges_of_pages, 2), STATUS_OK);
    const std::uint64_t took = accesses() - before;
    copy(target_iova + 0x1000, 64, 0);
    EXPECT_TRUE(events.empty());
    copy(target_iova, 64, 0);
    wait_for_fault(target_iova);
    return took;
  }
};

using MessageBringUp = OfferingBringUp<true, true, true>;
using EventBringUp = OfferingBringUp<false, true, true>;
using PollingBringUp = OfferingBringUp<false, false, false>;

TEST_F(MessageBringUp, UnmappingPollsMemory) {
  run([this] { EXPECT_EQ(unmap(), 1u); });  // SMMU_CMDQ_PROD
}

TEST_F(EventBringUp, UnmappingSleepsUntilTheEvent) {
  // Beside SMMU_CMDQ_PROD a look at SMMU_CMDQ_CONS, one more if an event was left over, and one
  // after the event.
  run([this] { EXPECT_LE(unmap(), 4u); });
}

TEST_F(PollingBringUp, UnmappingPollsARegister) {
  run([this] { EXPECT_GT(unmap(), 4u); });
}

/// A queue that is full again and again, while four processors wait for CMD_SYNCs of their own.
TEST_F(MessageBringUp, ProcessorsShareASmallQueue) {
  machine_.description.log2_commands = 7;
  std::array<std::uint64_t, 4> done{};
  storm_ = [&](unsigned processor) {
    for (unsigned i = 0; i < 60; ++i) {
      const smmu_range range = {9, 0x1000, 60 * PAGE_SIZE, true, LEVEL_PAGE, GRANULE_4K};
      smmu_batch batch;
      smmu_batch_start(&batch, &machine_.smmu);
      for (unsigned n = 0; n < 12; ++n)
        smmu_batch_add_range(&batch, &range);
      EXPECT_EQ(smmu_batch_finish(&batch), STATUS_OK);
      ++done[processor];
    }
  };
  run([&] {
    storm_(0);
    const std::uint64_t limit = processor_time_ns() + 10'000'000;
    while (done[1] + done[2] + done[3] < 180 && processor_time_ns() < limit)
      spin_hint();
  });
  EXPECT_EQ(done, (std::array<std::uint64_t, 4>{60, 60, 60, 60}));
  EXPECT_EQ(machine_.smmu.command_errors, 0u);
}

}  // namespace
}  // namespace doorbell::sw
