// CMD_ATC_INV that ATCs don't answer, or late: CERROR_ATC_INV_SYNC, tags, checkpoints (IHI 0070
// 3.9.1.4, 4.5.1, 4.7.3, 7.1).
#include <nlohmann/json.hpp>

#include "doorbell/core/arch/error.h"
#include "doorbell/core/arch/state.h"
#include "tests/smmu/block/ats_bench.h"

namespace doorbell::smmu::test {
namespace {

constexpr unsigned CERROR_ATC_INV_SYNC = 3;

unsigned error_of(std::uint64_t cons) {
  return static_cast<unsigned>(cons >> 24 & 0x7f);
}

// 3.9.1.4, 4.7.3, 7.1: an ATC that doesn't answer ends the SYNC in an error, in time.
Task<void> silent(Bench& b, Atc& atc) {
  ats_stream(b);
  b.map(page, target);
  co_await enable(b);
  co_await atc.dma({.address = page});
  atc.conduct = Atc::Conduct::silent;
  b.post(atc_inv(page));
  b.post({.opcode = Opcode::CMD_TLBI_NH_ALL});
  const std::uint32_t at_sync = b.prod();
  b.post({.signal = Command::CompletionSignal::SIG_IRQ});
  co_await b.ring();
  co_await b.sleep(99 * microsecond);
  EXPECT_EQ(co_await b.read(Bench::CMDQ_CONS), at_sync);
  co_await b.sleep(2 * microsecond);
  const std::uint64_t cons = co_await b.read(Bench::CMDQ_CONS);
  EXPECT_EQ(cons & 0xfffff, at_sync) << "CONS stays at the SYNC";
  EXPECT_EQ(error_of(cons), CERROR_ATC_INV_SYNC);
  EXPECT_EQ(b.sync_edges, 0u);
  EXPECT_EQ(co_await b.read(Bench::GERROR), 1u);
  EXPECT_EQ(b.counter("tcu.atc_invalidation_timeouts"), 1u);
  // What else the SYNC would have completed is done (4.7.3).
  co_await b.dma_of({.address = page});
  // The invalidation is gone: the SYNC that is read again completes.
  co_await b.write(Bench::GERRORN, 1);
  co_await b.drained();
  EXPECT_EQ(b.sync_edges, 1u);
  // Its acknowledgement is nobody's, also of one that came after it.
  b.post(atc_inv(page));
  b.post(Command{});
  co_await b.ring();
  co_await b.sleep(microsecond);
  EXPECT_EQ(atc.invalidations.size(), 2u);
  atc.acknowledge(atc.invalidations[0]);
  co_await b.sleep(microsecond);
  EXPECT_NE(co_await b.read(Bench::CMDQ_CONS) & 0xfffff, b.prod());
  atc.acknowledge(atc.invalidations[1]);
  co_await b.drained();
}
TEST_F(SmmuAts, AnAtcThatNeverAnswersEndsTheSyncInAnError) {
  bench.run(silent(bench, atc));
}

// After the error a SYNC waits for those that may still answer.
Task<void> two_silent(Bench& b, Atc& atc) {
  ats_stream(b);
  co_await enable(b);
  atc.conduct = Atc::Conduct::silent;
  co_await b.command(atc_inv(page));
  co_await b.sleep(50 * microsecond);
  b.post(atc_inv(page + 0x1000));
  b.post(Command{});
  co_await b.ring();
  co_await b.sleep(51 * microsecond);
  EXPECT_EQ(error_of(co_await b.read(Bench::CMDQ_CONS)), CERROR_ATC_INV_SYNC);
  co_await b.write(Bench::GERRORN, 1);
  co_await b.sleep(10 * microsecond);
  EXPECT_NE(co_await b.read(Bench::CMDQ_CONS) & 0xfffff, b.prod()) << "for the second";
  atc.acknowledge(atc.invalidations[1]);
  co_await b.drained();
  EXPECT_EQ(b.counter("tcu.atc_invalidation_timeouts"), 1u);
}
TEST_F(SmmuAts, ASyncThatIsReadAgainWaitsForTheOthers) {
  bench.run(two_silent(bench, atc));
}

// What nobody waits for keeps no checkpoint from being made: it is in it, with its age.
Task<void> kept(Bench& b, Atc& atc) {
  ats_stream(b);
  co_await enable(b);
  atc.conduct = Atc::Conduct::silent;
  co_await b.command(atc_inv(page));
  co_await b.sleep(50 * microsecond);
  EXPECT_EQ(b.smmu.tcu.busy(), "");
  StateWriter checkpoint;
  b.smmu.tcu.save(checkpoint);
  const auto restore = [&b](const nlohmann::ordered_json& json) {
    StateReader state("state.json", json);
    b.smmu.tcu.restore(state);
    state.finish();
  };
  const auto of = [&b](std::string_view value) {
    return b.counter("tcu.atc_invalidations", value);
  };
  atc.acknowledge(atc.invalidations[0]);
  co_await b.sleep(microsecond);
  restore(checkpoint.json());
  EXPECT_EQ(of("occupancy"), 1u);
  StateWriter again;
  b.smmu.tcu.save(again);
  EXPECT_EQ(again.json(), checkpoint.json());
  b.post(Command{});
  co_await b.ring();
  co_await b.sleep(40 * microsecond);
  EXPECT_NE(co_await b.read(Bench::CMDQ_CONS), b.prod()) << "91 us old";
  co_await b.sleep(10 * microsecond);
  EXPECT_EQ(error_of(co_await b.read(Bench::CMDQ_CONS)), CERROR_ATC_INV_SYNC);
  co_await b.write(Bench::GERRORN, 1);
  co_await b.drained();
  EXPECT_EQ(of("arrivals"), 2u);
  EXPECT_EQ(of("departures"), 2u);

  // An ATC may answer, too, what a checkpoint was made behind.
  co_await b.command(atc_inv(page));
  co_await b.sleep(microsecond);
  StateWriter another;
  b.smmu.tcu.save(another);
  restore(another.json());
  atc.acknowledge(atc.invalidations[1]);
  co_await b.sleep(microsecond);
  co_await b.sync();
  EXPECT_EQ(co_await b.read(Bench::GERROR), 1u) << "no other error";
  for (const char* const key : {"stream_ids", "tags", "sent"}) {
    nlohmann::ordered_json damaged = another.json();
    damaged["atc_invalidations"][key].push_back(~std::uint32_t{0});
    EXPECT_THROW(restore(damaged), InputError) << key;
  }
  nlohmann::ordered_json damaged = another.json();
  damaged["atc_invalidations"]["sent"][0] = b.now() + 1;
  EXPECT_THROW(restore(damaged), InputError) << "it was sent in future";
}
TEST_F(SmmuAts, AnInvalidationThatNobodyWaitsForIsInACheckpoint) {
  bench.run(kept(bench, atc));
}

// 32 are under way at a time; what comes then waits for a tag, which a time-out gives back.
Task<void> no_more_tags(Bench& b, Atc& atc) {
  ats_stream(b);
  co_await enable(b);
  atc.conduct = Atc::Conduct::silent;
  for (unsigned n = 0; n < 34; ++n)
    b.post(atc_inv(page + 0x1000 * n));
  co_await b.ring();
  co_await b.sleep(50 * microsecond);
  EXPECT_EQ(atc.invalidations.size(), 32u);
  atc.acknowledge(atc.invalidations[7]);
  co_await b.sleep(10 * microsecond);
  EXPECT_EQ(atc.invalidations.size(), 33u);
  co_await b.sleep(100 * microsecond);
  EXPECT_EQ(atc.invalidations.size(), 34u);
  co_await b.drained();
}
TEST_F(SmmuAts, AsManyAreUnderWayAsThereAreTags) {
  bench.run(no_more_tags(bench, atc));
}

}  // namespace
}  // namespace doorbell::smmu::test
