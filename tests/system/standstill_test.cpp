// Whether a run stands still is judged by what could still change something, not by quiet.
#include "platforms/virt/standstill.h"

#include <gmock/gmock.h>

#include <optional>

#include "doorbell/core/arch/task_group.h"
#include "platforms/command/run_loop.h"
#include "platforms/virt/memory_map.h"

namespace doorbell::testing {
namespace {

using cpu::NativeProcessor;
using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;

constexpr std::uint64_t flag = virt::ram_base + 0x1000;
constexpr std::uint64_t cr0ack = virt::smmu.base + 0x24;

class StandstillTest : public ::testing::Test {
 public:
  StandstillTest() { parameters_.processors = 2; }

  void build() { platform_.emplace("virt", parameters_); }

  NativeProcessor& here() { return NativeProcessor::current(); }
  /// One look every 100 us.
  void poll(std::uint64_t address, std::uint64_t wanted) {
    const auto type = address >= virt::ram_base ? NativeProcessor::MemoryType::normal
                                                : NativeProcessor::MemoryType::device;
    while (here().load(address, 4, type) != wanted) {
      here().work(250'000);
      here().spin();
    }
  }
  void set_flag() { here().store(flag, 4, 1, NativeProcessor::MemoryType::normal); }

  Task<void> at(Time time, std::function<void()> what) {
    co_await Until{platform_->scheduler(), time};
    what();
  }
  /// Something every millisecond, of which no processor sees anything.
  Task<void> busy_device(Time until) {
    while (platform_->scheduler().now() < until) {
      co_await Delay{platform_->scheduler(), millisecond};
    }
  }

  RunLoop::End run() {
    virt::Standstill standstill(*platform_);
    const auto end = loop_.run([] { return RunPosition{}; }, standstill);
    text_ = standstill.text();
    return end;
  }
  double seconds() const { return static_cast<double>(loop_.ended_at()) / second; }

  virt::VirtParameters parameters_;
  std::optional<virt::Platform> platform_;
  Simulation& simulation_ = Simulation::current();
  RunLoop loop_{simulation_};
  TaskGroup tasks_{simulation_.scheduler()};
  std::string text_;
};

TEST_F(StandstillTest, PollingARegisterThatNothingChangesIsOne) {
  build();
  platform_->native_processor(1).set_firmware([&] { poll(cr0ack, 1); });
  ASSERT_EQ(run(), RunLoop::End::standstill);
  EXPECT_THAT(text_,
              AllOf(HasSubstr("processor 0 was never started"),
                    HasSubstr("processor 1 polls 0x9050024 (smmu), which reads 0x0, since ")));
  EXPECT_GE(seconds(), 2.0);
  EXPECT_LE(seconds(), 2.1);
}

TEST_F(StandstillTest, ProcessorsWithTheSameToSayShareASentence) {
  parameters_.processors = 5;
  build();
  platform_->native_processor(0).set_firmware([&] { poll(cr0ack, 1); });
  for (const unsigned number : {1u, 3u})
    platform_->native_processor(number).set_firmware([] {});
  ASSERT_EQ(run(), RunLoop::End::standstill);
  EXPECT_THAT(text_,
              AllOf(HasSubstr("processor 0 polls "),
                    EndsWith("; processors 1, 3 have ended; processors 2, 4 were never started")));
}

/// At which somebody has typed.
struct TypedAt : peripherals::Console {
  void put(std::uint8_t, Time) override {}
  Time next_input() const override { return 0; }
  std::uint8_t take_input(Time) override { return 'x'; }
};

TEST_F(StandstillTest, AUartThatWasNeverEnabledIsNamed) {
  constexpr std::uint64_t uartfr = virt::uart.base + 0x18;
  parameters_.peripherals = true;
  TypedAt console;
  build();
  platform_->uart()->connect(console);
  platform_->native_processor(0).set_firmware([&] { poll(uartfr, 0x80); });
  ASSERT_EQ(run(), RunLoop::End::standstill);
  EXPECT_THAT(text_, AllOf(HasSubstr("polls 0x9000018 (uart), which reads 0x90, since "),
                           EndsWith("; the UART doesn't take what is typed: UARTCR.UARTEN is 0")));
}

TEST_F(StandstillTest, PollingThroughATimeOutOfSoftwareIsNone) {
  build();
  platform_->native_processor(0).set_firmware([&] {
    const Time begun = here().time();
    while (here().load(cr0ack, 4, NativeProcessor::MemoryType::device) != 1 &&
           here().time() - begun < second)
      here().work(250'000);
    loop_.finish();
  });
  EXPECT_EQ(run(), RunLoop::End::finished);
}

TEST_F(StandstillTest, WhatIsDueLaterIsWaitedFor) {
  build();
  platform_->native_processor(0).set_firmware([&] {
    poll(flag, 1);
    loop_.finish();
  });
  platform_->native_processor(1).set_firmware([&] {
    here().wait_for_event();
    set_flag();
  });
  tasks_.spawn(at(10 * second, [&] { platform_->processor(1).send_event(); }));
  EXPECT_EQ(run(), RunLoop::End::finished);
  EXPECT_NEAR(seconds(), 10.0, 0.01);
}

// It is due within the second that is tried out.
TEST_F(StandstillTest, WhatIsDueSoonIsWaitedFor) {
  build();
  platform_->native_processor(0).set_firmware([&] {
    poll(flag, 1);
    loop_.finish();
  });
  // Nobody sleeps until then: memory just changes.
  tasks_.spawn(at(2500 * millisecond, [&] {
    const std::uint8_t one[] = {1, 0, 0, 0};
    platform_->ram().storage().write(flag - virt::ram_base, one);
  }));
  EXPECT_EQ(run(), RunLoop::End::finished);
  EXPECT_NEAR(seconds(), 2.5, 0.01);
}

TEST_F(StandstillTest, ADeviceThatIsBusyIsWaitedFor) {
  build();
  platform_->native_processor(0).set_firmware([&] {
    poll(flag, 1);
    loop_.finish();
  });
  platform_->native_processor(1).set_firmware([&] {
    here().wait_for_event();
    set_flag();
  });
  tasks_.spawn([](StandstillTest& test) -> Task<void> {
    co_await test.busy_device(5 * second);
    test.platform_->processor(1).send_event();
  }(*this));
  EXPECT_EQ(run(), RunLoop::End::finished);
  EXPECT_NEAR(seconds(), 5.0, 0.01);
}

TEST_F(StandstillTest, AnswersThatChangeAreNone) {
  build();
  platform_->native_processor(0).set_firmware([&] {
    poll(flag, 30);
    loop_.finish();
  });
  platform_->native_processor(1).set_firmware([&] {
    for (unsigned i = 1; i <= 30; ++i) {
      here().work(250'000'000);
      here().spin();
      here().store(flag, 4, i, NativeProcessor::MemoryType::normal);
    }
  });
  EXPECT_EQ(run(), RunLoop::End::finished);
  EXPECT_NEAR(seconds(), 3.0, 0.1);
}

TEST_F(StandstillTest, ALoopWithoutSimulatedTimeIsOneAtOnce) {
  parameters_.cpu.spin = 0;
  build();
  platform_->native_processor(0).set_firmware([&] {
    for (;;)
      here().spin();
  });
  ASSERT_EQ(run(), RunLoop::End::standstill);
  EXPECT_THAT(text_, HasSubstr("processor 0 turns in a loop without reading anything since "));
  EXPECT_LT(seconds(), 0.001);
}

TEST_F(StandstillTest, WhoWaitsWithoutTimeLetsOthersActAtTheSameTime) {
  parameters_.cpu.spin = 0;
  build();
  bool set = false;
  platform_->native_processor(0).set_firmware([&] {
    while (!set)
      here().spin();
    loop_.finish();
  });
  platform_->native_processor(1).set_firmware([&] {
    for (unsigned i = 0; i < 10; ++i)
      here().spin();
    set = true;
  });
  EXPECT_EQ(run(), RunLoop::End::finished);
}

}  // namespace
}  // namespace doorbell::testing
