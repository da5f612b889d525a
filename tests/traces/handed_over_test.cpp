// What becomes of MSIs that were handed over and not yet taken.
#include <gtest/gtest.h>

#include "tests/traces/replay_fakes.h"
#include "tests/traces/temporary_file.h"
#include "traces/format/workload.h"

namespace doorbell::replay::test {
namespace {

using trace::test::TemporaryFile;

/// Accepts each MSI and tells nothing more of it.
class Silent : public Machine {
 public:
  using Machine::Machine;
  Task<Signalled> signal(const trace::Msi& msi) override {
    const bool first = ++signalled_[msi.event] == 1;
    co_return !first && msi.event == masked ? Signalled::merged : Signalled::sent;
  }
  static constexpr std::uint32_t masked = 2;  ///< The first message for it is held back.

 private:
  std::map<std::uint32_t, unsigned> signalled_;
};

/// A replay up to where it goes on only if somebody tells what became of MSIs.
struct Waiting {
  explicit Waiting(const std::string& records, int count)
      : file("a.trace",
             "doorbell-trace 1\ncpus 2\nstream 0x8 device=8 asid=1 events=5\n"
             "stream 0x10 device=16 asid=2 events=5\nbegin\n" +
                 records + "end " + std::to_string(count) + "\n") {
    machine.connect(engine);
    engine.start();
    scheduler.run();
  }
  TemporaryFile file;
  Scheduler scheduler;
  ReplayParameters parameters;
  Silent machine{scheduler, 1};
  Engine engine{scheduler, machine, machine, parameters, trace::Workload(file.path()).open()};
};

// PCIe keeps posted writes in order within one Requester ID alone.
TEST(HandedOver, AnMsiHoldsUpOtherStreamsUntilItIsTaken) {
  Waiting run(
      "1 cpu0 map stream=0x8 iova=0x1000 pages=1 doorbell\n"
      "1 cpu0 map stream=0x8 iova=0x2000 pages=1 frame=0\n"
      "1 cpu0 map stream=0x10 iova=0x2000 pages=1 frame=1\n"
      "2 dev msi stream=0x8 iova=0x1040 event=1 after=3\n"
      "3 dev write stream=0x8 iova=0x2000 bytes=64 kind=data after=1\n"
      "3 dev write stream=0x10 iova=0x2000 bytes=64 kind=data after=2\n",
      6);
  EXPECT_EQ(run.engine.counts().writes, 1u);
  run.engine.msi_taken(0x8, 1);
  run.scheduler.run();
  EXPECT_EQ(run.engine.counts().writes, 2u);
}

TEST(HandedOver, ALostMsiIsNoneOfThoseThatArePending) {
  Waiting run(
      "1 cpu0 map stream=0x8 iova=0x1000 pages=1 doorbell\n"
      "2 dev msi stream=0x8 iova=0x1040 event=1 after=1\n"
      "2 dev msi stream=0x8 iova=0x1040 event=1 after=1\n"
      "2 dev msi stream=0x8 iova=0x1040 event=1 after=1\n"
      "3 cpu0 handle stream=0x8 queue=1 value=1 after=1\n",
      5);
  EXPECT_EQ(run.engine.counts().handles, 0u) << "to hand an MSI over is not enough for software";
  // The second joins the first, so that the third is the one that is lost.
  run.engine.msi_joined(0x8, 1);
  run.engine.msi_lost(0x8, 1);
  run.scheduler.run();
  EXPECT_EQ(run.engine.counts().handles, 1u);
  EXPECT_FALSE(run.engine.ended());
  run.engine.msi_taken(0x8, 1);
  run.scheduler.run();
  EXPECT_TRUE(run.engine.ended()) << run.engine.remaining();
  EXPECT_EQ(run.engine.counts().msis_taken, 2u);
}

/// Three of a masked vector, and what is done when the last of them is.
constexpr const char* of_masked_vector =
    "1 cpu0 map stream=0x8 iova=0x1000 pages=1 doorbell\n"
    "2 dev msi stream=0x8 iova=0x1040 event=2 after=1\n"
    "2 dev msi stream=0x8 iova=0x1040 event=2 after=1\n"
    "2 dev msi stream=0x8 iova=0x1040 event=2 after=1\n"
    "3 cpu0 handle stream=0x8 queue=1 value=1 after=1\n";

// PCIe 6.0 6.1.4.5: one message for all, when the mask goes.
TEST(HandedOver, MessagesOfAMaskedVectorAreTakenWithTheOneThatIsHeld) {
  Waiting run(of_masked_vector, 5);
  EXPECT_EQ(run.engine.counts().refused, 0u);
  EXPECT_EQ(run.engine.counts().msis_joined, 2u);
  EXPECT_EQ(run.engine.counts().handles, 0u);
  run.engine.msi_taken(0x8, 2);
  run.scheduler.run();
  EXPECT_TRUE(run.engine.ended()) << run.engine.remaining();
  EXPECT_EQ(run.engine.counts().msis_taken, 3u);
}

TEST(HandedOver, MessagesOfAMaskedVectorAreLostWithTheOneThatIsHeld) {
  Waiting run(of_masked_vector, 5);
  run.engine.msi_lost(0x8, 2);
  run.scheduler.run();
  EXPECT_TRUE(run.engine.ended()) << run.engine.remaining();
  EXPECT_EQ(run.engine.counts().msis_lost, 3u);
  EXPECT_EQ(run.engine.counts().msis_taken, 0u);
}

}  // namespace
}  // namespace doorbell::replay::test
