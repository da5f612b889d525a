#include <gmock/gmock.h>

#include "doorbell/core/arch/random.h"
#include "doorbell/core/protocol_checker.h"
#include "tests/memory/fabric_bench.h"

namespace doorbell::memory {
namespace {

/// The bench with a protocol checker on every socket.
class CheckedFabricTest : public FabricBench, public testing::WithParamInterface<Timing> {
 protected:
  void build_with_checkers() {
    fabric_ = std::make_unique<Fabric>(
        "fabric", fabric_parameters_, std::vector<std::string>{"one", "two"},
        std::vector<FabricTarget>{{"near_port", {{near_base, 16ULL << 20}}},
                                  {"far_port", {{far_base, 16ULL << 20}}}});
    near_ = std::make_unique<Ram>("near", near_parameters_);
    far_ = std::make_unique<Ram>("far", far_parameters_);
    put_between("checker_one", one_.socket, fabric_->port("one"));
    put_between("checker_two", two_.socket, fabric_->port("two"));
    put_between("checker_near", fabric_->target("near_port"), near_->upstream);
    put_between("checker_far", fabric_->target("far_port"), far_->upstream);
  }

  std::vector<std::unique_ptr<ProtocolChecker>> checkers_;

 private:
  void put_between(const char* name, InitiatorSocket& initiator, TargetSocket& target) {
    checkers_.push_back(std::make_unique<ProtocolChecker>(name));
    initiator.bind(checkers_.back()->upstream);
    checkers_.back()->downstream.bind(target);
  }
};

TEST_P(CheckedFabricTest, ARandomLoadEndsWellAndKeepsTheProtocol) {
  fabric_parameters_.port_reads = 3;
  fabric_parameters_.port_writes = 3;
  fabric_parameters_.target_writes = 2;
  near_parameters_.writes = 1;
  near_parameters_.reads = 2;
  build_with_checkers();
  simulation().scheduler().set_timing(GetParam());
  Random random(1);
  for (int i = 0; i < 2'000; ++i) {
    TestInitiator& initiator = random.below(2) == 0 ? one_ : two_;
    const std::uint64_t base = random.below(3) == 0 ? far_base : near_base;
    const Time at = random.below(20 * microsecond);
    const auto length = static_cast<unsigned>(1 + random.below(128));
    if (random.below(2) == 0) {
      initiator.read(at, base + 64 * random.below(1000), length);
    } else {
      const auto domain = static_cast<std::uint32_t>(random.below(4));
      initiator.write(at, base + 64 * random.below(1000), std::vector<std::uint8_t>(length),
                      {.domain = domain});
    }
  }
  run();
  for (const TestInitiator* initiator : {&one_, &two_}) {
    for (const auto& access : initiator->accesses) {
      ASSERT_EQ(access.status, tlm::TLM_OK_RESPONSE);
    }
  }
  for (const auto& checker : checkers_) {
    EXPECT_THAT(checker->messages(), testing::IsEmpty());
    EXPECT_EQ(checker->in_progress(), 0u);
  }
  if (GetParam() == Timing::approximate) {
    EXPECT_EQ(worst_littles_law_error(simulation()), 0.0);
  }
}

INSTANTIATE_TEST_SUITE_P(BothTimings, CheckedFabricTest,
                         testing::Values(Timing::approximate, Timing::loose));

}  // namespace
}  // namespace doorbell::memory
