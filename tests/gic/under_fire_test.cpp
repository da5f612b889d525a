// Doorbells at full rate, while everything that they pass is moved, masked, put to sleep and
// switched off.
#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <map>

#include "doorbell/core/arch/random.h"
#include "doorbell/gic/arch/register_tables.h"
#include "tests/gic/gic_bench.h"

namespace doorbell::gic::test {
namespace {

constexpr unsigned processors = 8;
constexpr unsigned itss = 2;
constexpr std::uint32_t events = 32;  // of each ITS's device

/// What became of the messages of one event.
struct Ends {
  std::uint64_t raised = 0;
  std::map<Outcome, std::uint64_t> ended;
  std::uint64_t all() const {
    std::uint64_t sum = 0;
    for (const auto& [outcome, count] : ended)
      sum += count;
    return sum;
  }
};

class UnderFire : public testing::TestWithParam<unsigned> {
 protected:
  static GicParameters parameters() {
    GicParameters parameters;
    parameters.its_count = itss;
    parameters.its.event_cache_entries = 16;  // so that tables are read again and again
    parameters.redistributor.lpi_cache_entries = 32;
    return parameters;
  }
  UnderFire() {
    bench_.simulation().journeys().on_finish([this](const Journey& journey, Outcome outcome) {
      ++ends_[key(journey.identity().device, journey.identity().event)].ended[outcome];
    });
  }
  static std::uint32_t key(std::uint32_t DeviceID, std::uint32_t EventID) {
    return DeviceID * events + EventID;
  }
  /// Each ITS's events have INTIDs of their own, but the first ones, which both share.
  static std::uint32_t INTID_of(unsigned its, std::uint32_t EventID) {
    return first_lpi + (EventID < 4 ? EventID : its * 100 + EventID);
  }
  void bring_up() {
    bench_.bring_up();
    for (unsigned its = 0; its < itss; ++its) {
      bench_.use(its);
      if (its != 0) bench_.bring_up_its();
      bench_.map_device(its);
      for (std::uint32_t event = 0; event < events; ++event) {
        bench_.configure(INTID_of(its, event), 0xA3);
        bench_.map_event(its, event, INTID_of(its, event),
                         static_cast<std::uint16_t>(event % processors));
      }
    }
    for (auto& processor : bench_.processors)
      bench_.spawn(processor->handle_forever(50 * nanosecond));
  }
  /// Sends as fast as the doorbell is answered, until told to stop.
  Task<void> fire(unsigned its, std::uint64_t seed) {
    Random random(seed);
    while (!stop_) {
      const auto event = static_cast<std::uint32_t>(random.below(events));
      ++ends_[key(its, event)].raised;
      bool ok = false;
      co_await bench_.signal(bench_.translater_of(its), GITS_TRANSLATER_offset, 4, event, stage_,
                             ok, its);
      EXPECT_TRUE(ok);
      co_await Delay{bench_.scheduler(), (1 + random.below(40)) * nanosecond};
    }
  }
  void disturb(Random& random) {
    const auto its = static_cast<unsigned>(random.below(itss));
    const auto event = static_cast<std::uint32_t>(random.below(events));
    const auto processor = static_cast<unsigned>(random.below(processors));
    const auto other = static_cast<unsigned>(random.below(processors));
    const auto ICID = static_cast<std::uint16_t>(processor);
    bench_.use(its);
    switch (random.below(7)) {
      case 0:
        bench_.post({{.opcode = ItsOpcode::MOVI, .DeviceID = its, .EventID = event, .ICID = ICID},
                     {.opcode = ItsOpcode::SYNC, .RDbase = processor}});
        break;
      case 1:
        bench_.post({{.opcode = ItsOpcode::MOVALL, .RDbase = processor, .RDbase2 = other},
                     {.opcode = ItsOpcode::SYNC, .RDbase = processor}});
        break;
      case 2:
        bench_.post({{.opcode = ItsOpcode::DISCARD, .DeviceID = its, .EventID = event},
                     {.opcode = ItsOpcode::MAPTI,
                      .DeviceID = its,
                      .EventID = event,
                      .pINTID = INTID_of(its, event),
                      .ICID = ICID}});
        break;
      case 3:
        bench_.configure(INTID_of(its, event), random.below(2) == 0 ? 0xA2 : 0x43);
        bench_.post({{.opcode = ItsOpcode::INV, .DeviceID = its, .EventID = event},
                     {.opcode = ItsOpcode::SYNC, .RDbase = processor}});
        break;
      case 4:
        bench_.post({{.opcode = ItsOpcode::CLEAR, .DeviceID = its, .EventID = event}});
        break;
      case 5:
        asleep_[processor] = !asleep_[processor];
        bench_.write(*bench_.gicr[processor], 0x0014, 4, asleep_[processor] ? 2 : 0);
        break;
      case 6:
        switch_lpis(processor, random.below(2) != 0);
        break;
    }
    bench_.advance(random.below(2000) * nanosecond);
  }
  void switch_lpis(unsigned processor, bool enabled) {
    InitiatorSocket& gicr = *bench_.gicr[processor];
    while ((bench_.read(gicr, 0, 4) & 8) != 0)  // RWP
      bench_.advance(microsecond);
    bench_.write(gicr, 0, 4, enabled ? 1 : 0);
  }
  /// All doorbells have stopped: everything is awake, enabled and unmasked again.
  void settle() {
    stop_ = true;
    for (unsigned its = 0; its < itss; ++its) {
      for (std::uint32_t event = 0; event < events; ++event)
        bench_.configure(INTID_of(its, event), 0xA3);
    }
    for (unsigned i = 0; i < processors; ++i) {
      bench_.write(*bench_.gicr[i], 0x0014, 4, 0);
      switch_lpis(i, true);
    }
    bench_.advance(10 * millisecond);
    for (unsigned its = 0; its < itss; ++its) {
      bench_.use(its);
      std::vector<ItsCommand> commands;
      for (unsigned i = 0; i < processors; ++i) {
        commands.push_back({.opcode = ItsOpcode::INVALL, .ICID = static_cast<std::uint16_t>(i)});
        commands.push_back({.opcode = ItsOpcode::SYNC, .RDbase = i});
      }
      bench_.issue(commands);  // fails the test unless the queue drains
    }
    bench_.advance(10 * millisecond);
  }
  std::uint64_t ended(Outcome outcome) const {
    std::uint64_t count = 0;
    for (const auto& [event, ends] : ends_) {
      const auto found = ends.ended.find(outcome);
      if (found != ends.ended.end()) count += found->second;
    }
    return count;
  }
  std::uint64_t sum(const std::string& counter) {
    std::uint64_t sum = 0;
    for (unsigned i = 0; i < processors; ++i)
      sum += bench_.counter("redistributor" + std::to_string(i) + "." + counter);
    return sum;
  }

  Bench bench_{parameters(), processors};
  StageId stage_ = bench_.simulation().stages().add({"test", 0, "its", "the test"});
  std::map<std::uint32_t, Ends> ends_;
  std::array<bool, processors> asleep_{};
  bool stop_ = false;
};

TEST_P(UnderFire, EachMessageEndsOnceForACountedReason) {
  bring_up();
  Random random(GetParam());
  for (unsigned its = 0; its < itss; ++its) {
    for (unsigned sender = 0; sender < 4; ++sender)
      bench_.spawn(fire(its, GetParam() * 100 + its * 10 + sender));
  }
  for (unsigned i = 0; i < 400; ++i)
    disturb(random);
  settle();
  std::uint64_t raised = 0;
  for (const auto& [event, ends] : ends_) {
    raised += ends.raised;
    EXPECT_EQ(ends.all(), ends.raised) << "event " << event << ": each Journey ends once";
  }
  EXPECT_EQ(bench_.simulation().journeys().in_flight(), 0u);
  EXPECT_GT(raised, 5000u);
  std::uint64_t handled = 0;
  for (const auto& processor : bench_.processors)
    handled += processor->handled.size();
  EXPECT_GE(handled, ended(Outcome::acknowledged)) << "restored ones have no Journey";
  EXPECT_GT(ended(Outcome::acknowledged), raised / 10);
  EXPECT_EQ(ended(Outcome::dropped_by_its),
            bench_.counter("its.dropped") + bench_.counter("its1.dropped"));
  // What was read from a Pending table has no Journey, and may still be moved.
  const auto accounts_for = [this](Outcome outcome, const std::string& doorbells,
                                   const std::string& moved) {
    EXPECT_LE(ended(outcome), sum(doorbells) + sum(moved)) << to_string(outcome);
    EXPECT_GE(ended(outcome) + sum("restored"), sum(doorbells) + sum(moved)) << to_string(outcome);
  };
  accounts_for(Outcome::coalesced, "by_doorbell.coalesced", "moved_in_coalesced");
  accounts_for(Outcome::dropped_by_redistributor, "by_doorbell.dropped", "moved_in_dropped");
  EXPECT_EQ(sum("acknowledged") + sum("cleared") + sum("moved_out"),
            sum("by_doorbell.made_pending") + sum("restored") + sum("moved_in"))
      << "and nothing is pending any more";
}

std::vector<unsigned> seeds() {
  const bool at_length = std::getenv("DOORBELL_LONG") != nullptr;
  std::vector<unsigned> seeds;
  for (unsigned seed = 1; seed <= (at_length ? 200 : 4); ++seed)
    seeds.push_back(seed);
  return seeds;
}

INSTANTIATE_TEST_SUITE_P(Seeds, UnderFire, testing::ValuesIn(seeds()));

}  // namespace
}  // namespace doorbell::gic::test
