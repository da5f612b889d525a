#include "sw/native/native.h"

#include <gtest/gtest.h>

#include "doorbell/core/target_socket.h"
#include "doorbell/cpu/native_processor.h"
#include "sw/include/access.h"
#include "sw/include/lock.h"
#include "sw/include/poll.h"
#include "sw/include/processor.h"

namespace doorbell::sw {
namespace {

/// A 32-bit register that reads 0 until `ready`, then 1; each access takes 100 ns.
class Device : public Module {
 public:
  Device(const sc_core::sc_module_name& name, Time ready)
      : Module(name),
        socket("socket", tasks_, {16, 16}, [this](Payload& p) { return serve(p); }),
        ready_(ready) {}
  TargetSocket socket;
  unsigned accesses = 0;

 private:
  Task<void> serve(Payload& payload) {
    ++accesses;
    co_await Delay{scheduler(), 100 * nanosecond};
    if (payload.is_read()) {
      std::fill_n(payload.get_data_ptr(), payload.get_data_length(), std::uint8_t{0});
      payload.get_data_ptr()[0] = now() >= ready_;
    }
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
  }
  Time ready_;
  TaskGroup tasks_{scheduler()};
};

class NoInterrupts : public Module, private CpuInterfaceForward {
 public:
  explicit NoInterrupts(const sc_core::sc_module_name& name) : Module(name), socket("socket") {
    socket.bind(static_cast<CpuInterfaceForward&>(*this));
  }
  CpuInterfaceTarget socket;

 private:
  Time access_time() const override { return 0; }
  Value read(std::uint32_t, const PeState&) override { return {}; }
  Task<SystemAccess> write(std::uint32_t, std::uint64_t, const PeState&) override {
    return Task<SystemAccess>::ready(SystemAccess::done);
  }
};

struct Bench {
  explicit Bench(unsigned number, Time ready = 0)
      : processor(("cpu" + std::to_string(number)).c_str(), number, number, {}),
        device(("device" + std::to_string(number)).c_str(), ready),
        interface(("interface" + std::to_string(number)).c_str()) {
    processor.memory.bind(device.socket);
    processor.gic.bind(interface.socket);
    run_on_native_processors();
  }
  cpu::NativeProcessor processor;
  Device device;
  NoInterrupts interface;
};

TEST(NativeFirmware, PollsADeviceUntilItIsReady) {
  Bench bench(3, 50 * microsecond);
  status result = STATUS_TIMEOUT;
  std::uint64_t end = 0;
  bench.processor.set_firmware([&] {
    EXPECT_EQ(processor_number(), 3u);
    result = poll32(0, 1, 1);
    end = processor_time_ns();
  });
  sc_core::sc_start(1, sc_core::SC_MS);
  EXPECT_EQ(result, STATUS_OK);
  EXPECT_GE(end, 50'000u);
  EXPECT_LT(end, 50'400u);
}

TEST(NativeFirmware, ALockKeepsAnotherProcessorOut) {
  Bench first(0);
  Bench second(1);
  lock mutex{};
  unsigned inside = 0;
  unsigned turns = 0;
  auto firmware = [&] {
    for (int i = 0; i < 100; ++i) {
      const std::uint64_t state = lock_acquire(&mutex);
      EXPECT_EQ(++inside, 1u);
      mmio_write32(0, 1);  // the other one runs meanwhile
      mmio_read32(0);
      --inside;
      ++turns;
      lock_release(&mutex, state);
      mmio_read32(0);
    }
  };
  first.processor.set_firmware(firmware);
  second.processor.set_firmware(firmware);
  sc_core::sc_start(10, sc_core::SC_MS);
  EXPECT_EQ(turns, 200u);
}

TEST(NativeFirmware, IsUnwoundOutOfItsCFunctions) {
  bool unwound = false;
  {
    Bench bench(0, second);
    bench.processor.set_firmware([&] {
      struct Witness {
        bool& flag;
        ~Witness() { flag = true; }
      } witness{unwound};
      poll32(0, 1, 1);
    });
    sc_core::sc_start(10, sc_core::SC_US);
  }
  EXPECT_TRUE(unwound);
}

}  // namespace
}  // namespace doorbell::sw
