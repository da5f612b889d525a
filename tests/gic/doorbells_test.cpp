// Doorbells other than an ITS: GICv2m, the alias of GICD_SETSPI_NSR, GICR_SETLPIR.
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "tests/gic/gic_bench.h"

namespace doorbell::gic::test {
namespace {

constexpr Time cycle = nanosecond;  // of the default 1 GHz
constexpr Time latency = 100 * nanosecond;
constexpr std::uint32_t spi = 150;
constexpr std::uint32_t lpi = 8200;
constexpr std::uint64_t doorbell = 0x40;

GicParameters with(LpiSupport lpis, DoorbellKind kind) {
  GicParameters parameters;
  parameters.lpis = lpis;
  parameters.doorbell = kind;
  return parameters;
}

/// What becomes of the MSIs that a device sends.
class Doorbells : public testing::Test {
 protected:
  Doorbells(LpiSupport lpis, DoorbellKind kind) : bench(with(lpis, kind), 2) {
    bench.simulation().journeys().on_finish([this](const Journey& journey, Outcome outcome) {
      outcomes.push_back(outcome);
      samples.clear();
      for (const StageSample& sample : journey.samples())
        samples[bench.simulation().stages().info(sample.stage).name] = sample;
    });
    bench.bring_up();
  }
  virtual InitiatorSocket& frame() = 0;
  bool send(std::uint32_t data, unsigned size = 4) {
    bool ok = false;
    bench.run(bench.signal(frame(), doorbell, size, data, stage, ok));
    return ok;
  }
  /// The time from sending to the IRQ line of a processor.
  Time to_the_line(std::uint32_t data, unsigned processor = 0) {
    bench.advance(microsecond);
    const Time sent = bench.time();
    send(data);
    bench.advance(5 * microsecond);
    return bench.processors[processor]->irq_raised - sent;
  }
  Bench bench;
  StageId stage = bench.simulation().stages().add({"test", 0, "distributor", "the test"});
  std::vector<Outcome> outcomes;
  std::map<std::string, StageSample> samples;  ///< of the Journey that ended last
};

/// SPIs 144 to 207 are edge-triggered, of Group 1 and enabled.
class SpiDoorbells : public Doorbells {
 protected:
  explicit SpiDoorbells(DoorbellKind kind, LpiSupport lpis = LpiSupport::none)
      : Doorbells(lpis, kind) {
    for (unsigned word = 4; word < 7; ++word) {
      bench.write(bench.gicd, 0x0080 + 4 * word, 4, ~0u);
      bench.write(bench.gicd, 0x0C00 + 8 * word, 4, 0xAAAA'AAAA);
      bench.write(bench.gicd, 0x0C04 + 8 * word, 4, 0xAAAA'AAAA);
      bench.write(bench.gicd, 0x0100 + 4 * word, 4, ~0u);
    }
    route(spi, 0);
  }
  void route(std::uint32_t INTID, unsigned processor) {
    bench.write(bench.gicd, 0x6000 + 8 * INTID, 8, processor);
  }
  bool is_pending(std::uint32_t INTID) {
    return (bench.read(bench.gicd, 0x0200 + INTID / 32 * 4, 4) >> (INTID % 32) & 1) != 0;
  }
  InitiatorSocket& frame() override { return *bench.messages; }
  std::uint64_t counted(const char* what) {
    return bench.counter(std::string("distributor.by_message.") + what);
  }
};

class V2m : public SpiDoorbells {
 protected:
  V2m() : SpiDoorbells(DoorbellKind::v2m) {}
};

TEST_F(V2m, IdentifiesItselfAndThereAreNoLpis) {
  EXPECT_EQ(bench.read(frame(), 0x008, 4), 144u << 16 | 64u) << "MSI_TYPER";
  EXPECT_EQ(bench.read(frame(), 0xFCC, 4), 0x43Bu) << "MSI_IIDR";
  EXPECT_EQ(bench.read(bench.gicd, 0x0004, 4) >> 17 & 1, 0u) << "GICD_TYPER.LPIS";
  EXPECT_EQ(bench.read(bench.gicd, 0x0004, 4) >> 16 & 1, 0u) << "GICD_TYPER.MBIS";
  EXPECT_EQ(bench.read(*bench.gicr[0], 0x0008, 4) & 0b1001, 0u) << "GICR_TYPER.PLPIS, DirectLPI";
  EXPECT_EQ(bench.gic.its_count(), 0u);
}

TEST_F(V2m, AMessageIsItsSpi) {
  route(spi, 1);
  EXPECT_TRUE(send(spi));
  bench.advance(microsecond);
  EXPECT_EQ(bench.acknowledge(1), spi);
  EXPECT_EQ(outcomes, std::vector<Outcome>{Outcome::acknowledged});
  EXPECT_FALSE(is_pending(spi));
  EXPECT_TRUE(send(spi, 2)) << "16 bits";
  EXPECT_TRUE(is_pending(spi));
}

// Frame 4, link 4, line 2.
TEST_F(V2m, TheLatencyIsTheSumOfTheParts) {
  EXPECT_EQ(to_the_line(spi), (4 + 4 + 2) * cycle);
  EXPECT_EQ(bench.acknowledge(0), spi);
  EXPECT_EQ(samples["distributor"].service, (4 + 4) * cycle);
  EXPECT_EQ(samples["distributor"].waiting, 0u);
  EXPECT_EQ(samples["redistributor"].service, 2 * cycle);
  EXPECT_EQ(samples["redistributor"].waiting, 0u);
  EXPECT_EQ(samples["cpu_acknowledge"].service, 20 * nanosecond);
}

TEST_F(V2m, WhatItsFrameHasNotIsIgnored) {
  for (const std::uint32_t INTID : {143u, 208u, 40u, 2000u}) {
    EXPECT_TRUE(send(INTID)) << INTID;
    EXPECT_FALSE(is_pending(INTID < 256 ? INTID : 255)) << INTID;
    EXPECT_EQ(outcomes.back(), Outcome::misdirected) << INTID;
  }
  EXPECT_EQ(counted("ignored"), 4u);
  EXPECT_TRUE(send(144));
  EXPECT_TRUE(send(207));
  EXPECT_EQ(counted("made_pending"), 2u);
}

// Though its SPI is pending already, for another reason.
TEST_F(V2m, WhatIsIgnoredIsNotCoalesced) {
  constexpr std::uint32_t elsewhere = 40;
  bench.write(bench.gicd, 0x0200 + elsewhere / 32 * 4, 4, 1u << elsewhere % 32);
  ASSERT_TRUE(is_pending(elsewhere));
  EXPECT_TRUE(send(elsewhere));
  EXPECT_EQ(outcomes, std::vector<Outcome>{Outcome::misdirected});
  EXPECT_EQ(counted("ignored"), 1u);
  EXPECT_EQ(counted("coalesced"), 0u);
}

TEST_F(V2m, OfAWidthThatThereIsntIsAnError) {
  EXPECT_FALSE(send(spi, 8));
  EXPECT_EQ(outcomes, std::vector<Outcome>{Outcome::answered_with_error});
  EXPECT_FALSE(is_pending(spi));
  EXPECT_TRUE(send(spi));
  EXPECT_EQ(counted("made_pending"), 1u);
}

TEST_F(V2m, ASecondOneIsCoalescedUntilTheFirstIsAcknowledged) {
  bench.write_icc(0, ICC_IGRPEN1_EL1, 0);
  send(spi);
  send(spi);
  EXPECT_EQ(outcomes, std::vector<Outcome>{Outcome::coalesced});
  bench.write_icc(0, ICC_IGRPEN1_EL1, 1);
  bench.advance(microsecond);
  EXPECT_EQ(bench.acknowledge(0), spi);
  send(spi);  // while it is active
  EXPECT_EQ(outcomes.size(), 2u);
  bench.end(0, spi);
  bench.advance(microsecond);
  EXPECT_EQ(bench.acknowledge(0), spi);
  EXPECT_EQ(outcomes, (std::vector<Outcome>{Outcome::coalesced, Outcome::acknowledged,
                                            Outcome::acknowledged}));
  EXPECT_EQ(counted("made_pending"), 2u);
  EXPECT_EQ(counted("coalesced"), 1u);
  EXPECT_EQ(counted("acknowledged"), 2u);
}

TEST_F(V2m, OneThatSoftwareClearsIsOver) {
  bench.write_icc(0, ICC_IGRPEN1_EL1, 0);
  send(spi);
  bench.write(bench.gicd, 0x0280 + spi / 32 * 4, 4, 1u << spi % 32);
  EXPECT_EQ(outcomes, std::vector<Outcome>{Outcome::cleared});
  EXPECT_EQ(counted("cleared"), 1u);
  send(spi);
  EXPECT_EQ(counted("made_pending"), 2u);
  EXPECT_EQ(bench.simulation().journeys().in_flight(), 1u);
}

TEST_F(V2m, ThatOfAnSpiWithoutAProcessorIsClearedByTheNextMessageAtTheLatest) {
  route(spi, 77);
  send(spi);
  bench.write(bench.gicd, 0x0280 + spi / 32 * 4, 4, 1u << spi % 32);
  send(spi);
  EXPECT_EQ(outcomes, std::vector<Outcome>{Outcome::cleared});
  EXPECT_EQ(counted("made_pending"), 2u);
}

TEST_F(V2m, AMoreUrgentOneIsWaitedFor) {
  bench.write(bench.gicd, 0x0400 + spi, 1, 0xA0);
  bench.write(bench.gicd, 0x0400 + spi + 1, 1, 0x20);
  send(spi + 1);
  send(spi);
  bench.advance(microsecond);
  EXPECT_EQ(bench.acknowledge(0), spi + 1);
  bench.advance(3 * microsecond);
  bench.end(0, spi + 1);
  bench.advance(microsecond);
  EXPECT_EQ(bench.acknowledge(0), spi);
  EXPECT_EQ(bench.simulation().journeys().in_flight(), 0u);
  const StageSample& held = samples["redistributor"];
  EXPECT_GT(held.waiting + samples["distributor"].waiting, 3 * microsecond);
}

TEST_F(V2m, ProcessorsMayWriteIt) {
  bench.write(frame(), doorbell, 4, spi);
  bench.advance(microsecond);
  EXPECT_EQ(bench.acknowledge(0), spi);
  EXPECT_EQ(counted("by_software"), 1u);
  EXPECT_EQ(counted("made_pending"), 0u);
}

// A pending SPI goes where its route leads by the time that it is taken.
TEST_F(V2m, APendingOneFollowsItsRoute) {
  bench.write_icc(0, ICC_IGRPEN1_EL1, 0);
  send(spi);
  route(spi, 1);
  bench.advance(microsecond);
  EXPECT_EQ(bench.acknowledge(1), spi);
  EXPECT_EQ(outcomes, std::vector<Outcome>{Outcome::acknowledged});
}

class Alias : public SpiDoorbells {
 protected:
  Alias() : SpiDoorbells(DoorbellKind::spi, LpiSupport::its) {}
};

TEST_F(Alias, IdentifiesItself) {
  EXPECT_EQ(bench.read(frame(), 0x008, 4), 3u << 30 | 144u << 16 | 64u)
      << "GICM_TYPER: Valid, CLR, INTID, NumSPIs";
  EXPECT_EQ(bench.read(frame(), 0xFCC, 4), 0x43Bu) << "GICM_IIDR";
  EXPECT_EQ(bench.read(bench.gicd, 0x0004, 4) >> 16 & 1, 1u) << "GICD_TYPER.MBIS";
}

TEST_F(Alias, SetsAndClears) {
  EXPECT_TRUE(send(spi));
  EXPECT_TRUE(is_pending(spi));
  bench.write(frame(), 0x48, 4, spi);
  EXPECT_FALSE(is_pending(spi));
  EXPECT_EQ(outcomes, std::vector<Outcome>{Outcome::cleared});
  bench.write(frame(), 0x50, 4, spi);
  EXPECT_FALSE(is_pending(spi)) << "GICM_SETSPI_SR, without a second Security state";
}

TEST_F(Alias, TheLatencyIsTheSumOfTheParts) {
  EXPECT_EQ(to_the_line(spi), (4 + 4 + 2) * cycle);
  EXPECT_EQ(bench.acknowledge(0), spi);
  EXPECT_EQ(samples["distributor"].service, 8 * cycle);
}

// Isolation: nothing confines a device that has the frame to the SPIs that are for messages.
TEST_F(Alias, AnySpiCanBeRaised) {
  route(170, 0);
  EXPECT_TRUE(send(170));
  EXPECT_TRUE(send(143));
  EXPECT_TRUE(is_pending(170));
  EXPECT_TRUE(is_pending(143)) << "that of a wire";
  EXPECT_TRUE(send(300)) << "no SPI";
  EXPECT_EQ(outcomes, std::vector<Outcome>{Outcome::misdirected});
}

TEST_F(Alias, GICD_SETSPI_NSRItselfIsADoorbellToo) {
  bool ok = false;
  bench.run(bench.signal(bench.gicd, doorbell, 4, spi, stage, ok));
  EXPECT_TRUE(ok);
  bench.advance(microsecond);
  EXPECT_EQ(bench.acknowledge(0), spi);
  EXPECT_EQ(outcomes, std::vector<Outcome>{Outcome::acknowledged});
}

/// SPI 150 is Secure Group 0, SPI 151 Non-secure Group 1; both are edge-triggered.
class AliasOfTwoStates : public testing::Test {
 protected:
  static constexpr PeState EL3{.EL = 3, .secure = true, .SCR_NS = false}, NS_EL1{};
  static constexpr std::uint64_t SETSPI_NSR = 0x40, CLRSPI_NSR = 0x48, SETSPI_SR = 0x50,
                                 CLRSPI_SR = 0x58;
  static GicParameters parameters() {
    GicParameters parameters = with(LpiSupport::its, DoorbellKind::spi);
    parameters.common.security = SecurityStates::two;
    return parameters;
  }
  AliasOfTwoStates() {
    bench.run_at(EL3);
    bench.write(bench.gicd, 0x0080 + 4 * 4, 4, 1u << (151 - 128));
    bench.write(bench.gicd, 0x0C00 + 4 * 9, 4, 0xAAAA'AAAA);
  }
  void write(const PeState& state, std::uint64_t offset, std::uint32_t INTID) {
    bench.run_at(state);
    EXPECT_TRUE(bench.write(*bench.messages, offset, 4, INTID));
  }
  bool is_pending(std::uint32_t INTID) {
    bench.run_at(EL3);
    return (bench.read(bench.gicd, 0x0200 + 4 * 4, 4) >> (INTID - 128) & 1) != 0;
  }
  Bench bench{parameters(), 2};
};

TEST_F(AliasOfTwoStates, SaysThatThereAreSecureRegisters) {
  EXPECT_EQ(bench.read(*bench.messages, 0x008, 4), 7u << 29 | 144u << 16 | 64u)
      << "GICM_TYPER: Valid, CLR, SR, INTID, NumSPIs";
}

TEST_F(AliasOfTwoStates, SecureRegistersAreSecureSoftwares) {
  write(NS_EL1, SETSPI_SR, 150);
  write(NS_EL1, SETSPI_SR, 151);
  EXPECT_FALSE(is_pending(150) || is_pending(151)) << "RES0 to Non-secure";
  write(EL3, SETSPI_SR, 150);
  write(EL3, SETSPI_SR, 151);
  EXPECT_TRUE(is_pending(150) && is_pending(151));
  write(NS_EL1, CLRSPI_SR, 150);
  write(NS_EL1, CLRSPI_SR, 151);
  EXPECT_TRUE(is_pending(150) && is_pending(151));
  write(EL3, CLRSPI_SR, 150);
  write(EL3, CLRSPI_SR, 151);
  EXPECT_FALSE(is_pending(150) || is_pending(151));
}

TEST_F(AliasOfTwoStates, NonSecureRegistersReachWhatTheWriterMay) {
  write(NS_EL1, SETSPI_NSR, 150);
  write(NS_EL1, SETSPI_NSR, 151);
  EXPECT_FALSE(is_pending(150)) << "a Secure SPI, without GICD_NSACR";
  EXPECT_TRUE(is_pending(151));
  write(EL3, SETSPI_NSR, 150);
  EXPECT_TRUE(is_pending(150)) << "Secure software may";
  write(NS_EL1, CLRSPI_NSR, 150);
  EXPECT_TRUE(is_pending(150));
  write(EL3, CLRSPI_NSR, 150);
  EXPECT_FALSE(is_pending(150));
}

// With GICD_CTLR.DS there is one Security state, without Secure registers.
TEST_F(AliasOfTwoStates, AreOverWithDS) {
  bench.run_at(EL3);
  bench.write(bench.gicd, 0x0000, 4, 1u << 6);
  write(EL3, SETSPI_SR, 150);
  EXPECT_FALSE(is_pending(150));
  write(NS_EL1, SETSPI_NSR, 150);
  EXPECT_TRUE(is_pending(150));
}

class DirectLpi : public Doorbells {
 protected:
  DirectLpi() : Doorbells(LpiSupport::direct, DoorbellKind::lpi) { bench.configure(lpi, 0xA3); }
  InitiatorSocket& frame() override { return *bench.gicr[0]; }
  std::uint64_t counted(const char* what, unsigned redistributor = 0) {
    return bench.counter("redistributor" + std::to_string(redistributor) + "." + what);
  }
  /// What it is until SYNCR says that it has come to an end.
  void synchronise(unsigned redistributor = 0) {
    while (bench.read(*bench.gicr[redistributor], 0xC0, 4) != 0)
      ;
  }
};

TEST_F(DirectLpi, IdentifiesItself) {
  EXPECT_EQ(bench.read(*bench.gicr[1], 0x0008, 4) & 0b1001, 0b1001u) << "PLPIS, DirectLPI";
  EXPECT_EQ(bench.read(*bench.gicr[1], 0x0000, 4) & 4, 4u) << "GICR_CTLR.IR";
  EXPECT_EQ(bench.read(bench.gicd, 0x0004, 4) >> 17 & 1, 1u) << "GICD_TYPER.LPIS";
  EXPECT_EQ(bench.gic.its_count(), 0u);
}

TEST_F(DirectLpi, EachProcessorHasADoorbell) {
  bool ok = false;
  bench.run(bench.signal(*bench.gicr[1], doorbell, 8, lpi, stage, ok));
  EXPECT_TRUE(ok);
  bench.advance(microsecond);
  EXPECT_EQ(bench.acknowledge(1), lpi);
  EXPECT_EQ(outcomes, std::vector<Outcome>{Outcome::acknowledged});
  EXPECT_EQ(counted("direct.made_pending", 1), 1u);
  EXPECT_EQ(counted("direct.made_pending", 0), 0u);
}

// Frame 4, redistributor 4, a read of the configuration at first, line 2.
TEST_F(DirectLpi, TheLatencyIsTheSumOfTheParts) {
  EXPECT_EQ(to_the_line(lpi), (4 + 4 + 2) * cycle + latency);
  bench.end(0, bench.acknowledge(0));
  EXPECT_EQ(samples["redistributor"].service, (4 + 4 + 2) * cycle + latency);
  EXPECT_EQ(to_the_line(lpi), (4 + 4 + 2) * cycle);
  EXPECT_EQ(bench.acknowledge(0), lpi);
  EXPECT_EQ(samples["redistributor"].service, (4 + 4 + 2) * cycle);
  EXPECT_EQ(samples["redistributor"].waiting, 0u);
}

TEST_F(DirectLpi, EveryMessageIsAccountedFor) {
  bench.write_icc(0, ICC_IGRPEN1_EL1, 0);
  send(lpi);
  send(lpi);
  send(100);        // no LPI
  send(0x10'0000);  // beyond GICR_PROPBASER.IDbits
  bench.write(frame(), doorbell, 4, lpi + 1);
  bench.advance(microsecond);
  EXPECT_EQ(counted("direct.made_pending"), 1u);
  EXPECT_EQ(counted("direct.coalesced"), 1u);
  EXPECT_EQ(counted("direct.dropped"), 2u);
  EXPECT_EQ(counted("by_register.made_pending"), 1u) << "by software";
  EXPECT_EQ(counted("dropped_out_of_range"), 2u);
  bench.write(frame(), 0, 4, 0);  // EnableLPIs
  bench.advance(millisecond);
  send(lpi);
  bench.advance(microsecond);
  EXPECT_EQ(counted("direct.dropped"), 3u);
  EXPECT_EQ(counted("dropped_lpis_disabled"), 1u);
  EXPECT_EQ(outcomes, (std::vector<Outcome>{Outcome::coalesced, Outcome::dropped_by_redistributor,
                                            Outcome::dropped_by_redistributor,
                                            Outcome::dropped_by_redistributor}));
}

TEST_F(DirectLpi, TheUpperHalfAloneAndANarrowWriteDoNothing) {
  EXPECT_FALSE(send(lpi, 2));
  EXPECT_EQ(outcomes, std::vector<Outcome>{Outcome::answered_with_error});
  bench.write(frame(), doorbell + 4, 4, lpi);
  bench.advance(microsecond);
  EXPECT_EQ(counted("direct.made_pending") + counted("by_register.made_pending"), 0u);
}

TEST_F(DirectLpi, CLRLPIREndsAPendingOneByTheTimeOfSYNCR) {
  bench.write_icc(0, ICC_IGRPEN1_EL1, 0);
  send(lpi);
  bench.advance(microsecond);
  bench.write(frame(), 0x48, 8, lpi);
  synchronise();
  EXPECT_EQ(outcomes, std::vector<Outcome>{Outcome::cleared});
  EXPECT_EQ(counted("cleared"), 1u);
  bench.write_icc(0, ICC_IGRPEN1_EL1, 1);
  EXPECT_EQ(bench.acknowledge(0), spurious_INTID);
}

TEST_F(DirectLpi, AChangedConfigurationCountsAfterINVLPIR) {
  bench.configure(lpi, 0xA2);
  send(lpi);
  bench.advance(microsecond);
  bench.configure(lpi, 0xA3);
  EXPECT_EQ(bench.acknowledge(0), spurious_INTID);
  bench.write(frame(), 0xA0, 8, lpi);
  synchronise();
  EXPECT_EQ(bench.acknowledge(0), lpi);
}

TEST_F(DirectLpi, AFullBufferPushesBackAndNothingIsLost) {
  bench.memory.latency = 100 * microsecond;  // of configurations
  std::array<bool, 64> done{};
  for (std::uint32_t i = 0; i < done.size(); ++i) {
    bench.configure(lpi + i, 0xA3);
    bench.spawn(bench.signal(frame(), doorbell, 8, lpi + i, stage, done[i]));
  }
  bench.advance(10 * microsecond);
  const auto answered = [&done] { return std::count(done.begin(), done.end(), true); };
  EXPECT_LT(answered(), 64) << "some wait at the door";
  EXPECT_GE(answered(), 16) << "as many as there are LPI credits are inside";
  bench.advance(10 * millisecond);
  EXPECT_EQ(answered(), 64);
  EXPECT_EQ(counted("direct.made_pending"), 64u);
}

// Isolation: a device that has the page of GICR_SETLPIR can raise any LPI there, and reprogram the
// redistributor.
TEST_F(DirectLpi, APageOfTheRedistributorIsAllOfIt) {
  bench.configure(9000, 0xA3);
  send(9000);
  bench.advance(microsecond);
  EXPECT_EQ(bench.acknowledge(0), 9000u);
  EXPECT_TRUE([&] {
    bool ok = false;
    bench.run(bench.signal(frame(), 0, 4, 0, stage, ok));
    return ok;
  }()) << "GICR_CTLR";
  EXPECT_EQ(bench.read(frame(), 0, 4) & 1, 0u) << "EnableLPIs";
}

TEST(NoDirectLpi, SETLPIRBesideAnItsIsRES0) {
  Bench bench;
  bench.bring_up();
  bench.configure(lpi, 0xA3);
  EXPECT_TRUE(bench.write(*bench.gicr[0], doorbell, 8, lpi));
  bench.advance(microsecond);
  EXPECT_EQ(bench.acknowledge(0), spurious_INTID);
}

}  // namespace
}  // namespace doorbell::gic::test
