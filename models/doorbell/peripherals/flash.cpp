#include "doorbell/peripherals/flash.h"

#include <algorithm>

#include "doorbell/core/arch/state.h"

namespace doorbell::peripherals {
namespace {

FlashArray cells(std::uint64_t size, const std::optional<std::filesystem::path>& file) {
  if (file) return FlashArray(size, *file);
  return FlashArray(size);
}

}  // namespace

Flash::Flash(const sc_core::sc_module_name& module_name, const FlashParameters& parameters,
             std::uint64_t size, const std::optional<std::filesystem::path>& file)
    : Module(module_name),
      upstream("upstream", tasks_, {}, [this](Payload& payload) { return serve(payload); }),
      parameters_(parameters),
      array_(cells(size, file)),
      bank_(array_),
      words_programmed_(statistics(), "words_programmed",
                        {.unit = "words", .help = "Of 16 bits, each in its chip."}),
      blocks_erased_(statistics(), "blocks_erased",
                     {.unit = "blocks", .help = "Of 128 KiB, each in its chip."}) {
  upstream.on_debug([this](Payload& payload) { return debug(payload); });
}

void Flash::save(StateWriter& state) const {
  FlashBank::describe(bank_, state);
}

void Flash::restore(StateReader& state) {
  FlashBank::describe(bank_, state);
}

Task<void> Flash::serve(Payload& payload) {
  co_await Delay{scheduler(), parameters_.access};
  const std::uint64_t address = payload.get_address();
  const std::span data(payload.get_data_ptr(), payload.get_data_length());
  if (address >= array_.size() || data.size() > array_.size() - address) {
    payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    co_return;
  }
  if (payload.is_read()) {
    bank_.read(address, data);
  } else {
    const std::uint64_t words = bank_.words_programmed();
    const std::uint64_t blocks = bank_.blocks_erased();
    bank_.write(address, data);
    words_programmed_.add(bank_.words_programmed() - words);
    blocks_erased_.add(bank_.blocks_erased() - blocks);
  }
  payload.set_response_status(tlm::TLM_OK_RESPONSE);
}

/// A debugger sees the cells.
unsigned Flash::debug(Payload& payload) {
  const std::uint64_t address = payload.get_address();
  if (!payload.is_read() || address >= array_.size()) return 0;
  const auto length = static_cast<unsigned>(
      std::min<std::uint64_t>(payload.get_data_length(), array_.size() - address));
  array_.read(address, {payload.get_data_ptr(), length});
  return length;
}

}  // namespace doorbell::peripherals
