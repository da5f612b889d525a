#include "tests/differential/translations_machine.h"

#include <algorithm>
#include <array>
#include <map>
#include <span>
#include <systemc>

#include "doorbell/core/arch/little_endian.h"
#include "doorbell/core/arch/task_group.h"
#include "platforms/virt/memory_map.h"
#include "platforms/virt/platform.h"
#include "sw/native/native.h"
#include "sw/translations/edu.h"
#include "sw/translations/translations.h"
#include "tests/differential/transcript.h"

namespace doorbell::test {
namespace {

constexpr std::uint32_t stream_id = 0x1108;
constexpr std::uint64_t registers_base = virt::platform_bus.base + 0x1000;

/// QEMU's `edu` as far as its DMA goes; a transfer takes as long as its access.
class Edu : public Module {
 public:
  explicit Edu(const sc_core::sc_module_name& name)
      : Module(name),
        dma("dma"),
        registers("registers", tasks_, {}, [this](Payload& payload) { return serve(payload); }) {}
  InitiatorSocket dma;
  TargetSocket registers;

 private:
  Task<void> serve(Payload& payload) {
    const std::uint64_t at = payload.get_address();
    const std::span<std::uint8_t> data(payload.get_data_ptr(), payload.get_data_length());
    if (payload.is_write()) {
      values_[at] = load_little_endian<std::uint64_t>(data);
      if (at == EDU_DMA_COMMAND) tasks_.spawn(transfer());
    } else {
      store_little_endian(data, values_[at]);
    }
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
    return Task<void>::ready();
  }

  /// What can't be read is zeros: QEMU's device doesn't look at the answer.
  Task<void> transfer() {
    const bool to_memory = (values_[EDU_DMA_COMMAND] & EDU_DMA_TO_MEMORY) != 0;
    const auto bytes = static_cast<unsigned>(values_[EDU_DMA_COUNT]);
    const std::uint64_t address = values_[to_memory ? EDU_DMA_DESTINATION : EDU_DMA_SOURCE];
    PayloadReference payload = simulation().payloads().take(
        to_memory ? tlm::TLM_WRITE_COMMAND : tlm::TLM_READ_COMMAND, address, bytes);
    const auto data = payload->data();
    if (to_memory) std::copy_n(buffer_.begin(), bytes, data.begin());
    co_await dma.transport(*payload);
    if (!to_memory && payload->is_response_ok()) {
      std::copy_n(data.begin(), bytes, buffer_.begin());
    } else if (!to_memory) {
      std::fill_n(buffer_.begin(), bytes, std::uint8_t{0});
    }
    values_[EDU_DMA_COMMAND] &= ~std::uint64_t{EDU_DMA_START};
  }

  std::map<std::uint64_t, std::uint64_t> values_;
  std::array<std::uint8_t, 4096> buffer_{};
  TaskGroup tasks_{scheduler()};
};

virt::VirtParameters parameters() {
  virt::VirtParameters parameters{.processors = 1};
  parameters.peripherals = true;
  return parameters;
}

}  // namespace

std::string run_translations(bool two_level_streams, std::uint64_t first_seed,
                             std::uint64_t count) {
  sw::run_on_native_processors();
  Transcript transcript;
  const virt::VirtParameters machine = parameters();
  virt::Platform platform("virt", machine, {},
                          {{.name = "edu",
                            .registers = {registers_base, 0x1000},
                            .stream_id = stream_id,
                            .device_id = stream_id,
                            .doorbell = {}}});
  Edu edu("edu_device");
  edu.dma.bind(platform.own_dma(0));
  platform.own_registers(0).bind(edu.registers);
  platform.uart()->connect(transcript);
  platform.scheduler().set_timing(Timing::loose);
  platform.native_processor(0).set_firmware([&] {
    const pl011 uart{virt::uart.base};
    translations software{};
    software.uart = &uart;
    software.base = 0x0905'0000;
    software.device = registers_base;
    software.stream_id = stream_id;
    software.two_level_streams = two_level_streams;
    for (std::uint64_t i = 0; i < count; ++i) {
      software.seed = first_seed + i;
      translations_run(&software);
    }
    pl011_print(&uart, "PASS\n");
  });
  sc_core::sc_start(1000, sc_core::SC_SEC);
  return transcript.text;
}

}  // namespace doorbell::test
