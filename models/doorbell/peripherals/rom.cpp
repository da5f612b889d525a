#include "doorbell/peripherals/rom.h"

#include <algorithm>
#include <fstream>
#include <string>

#include "doorbell/core/arch/error.h"
#include "doorbell/core/coherent_access.h"

namespace doorbell::peripherals {

Rom::Rom(const sc_core::sc_module_name& module_name, const RomParameters& parameters,
         std::uint64_t size)
    : Module(module_name),
      upstream("upstream", tasks_, {}, [this](Payload& payload) { return serve(payload); }),
      parameters_(parameters),
      storage_(size) {
  upstream.on_debug([this](Payload& payload) { return debug(payload); });
  upstream.on_dmi([this](Payload& payload, tlm::tlm_dmi& dmi) { return grant_dmi(payload, dmi); });
  scheduler().on_timing_change([this](Timing timing) {
    if (timing == Timing::approximate) upstream.invalidate_dmi(0, storage_.size() - 1);
  });
}

void Rom::load(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::span<std::uint8_t> bytes = storage_.bytes();
  file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  if (file.gcount() == 0) {
    throw InputError(path.string() + ": expected an image of 1 to " + std::to_string(bytes.size()) +
                     " bytes, found " +
                     (file.is_open() && file.eof() ? "an empty file" : "nothing to read"));
  }
  if (file.peek() != std::ifstream::traits_type::eof()) {
    throw InputError(path.string() + ": expected an image of at most " +
                     std::to_string(bytes.size()) + " bytes, found a longer one");
  }
}

Task<void> Rom::serve(Payload& payload) {
  co_await Delay{scheduler(), parameters_.access};
  const std::uint64_t address = payload.get_address();
  const std::uint64_t length = payload.get_data_length();
  const std::span<const std::uint8_t> held = bytes();
  if (address >= held.size() || length > held.size() - address) {
    payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    co_return;
  }
  if (payload.is_read()) std::copy_n(held.data() + address, length, payload.get_data_ptr());
  payload.set_dmi_allowed(payload.is_read() && scheduler().timing() == Timing::loose);
  payload.set_response_status(tlm::TLM_OK_RESPONSE);
}

unsigned Rom::debug(Payload& payload) {
  const std::uint64_t address = payload.get_address();
  if (!payload.is_read() || address >= size()) return 0;
  const auto length =
      static_cast<unsigned>(std::min<std::uint64_t>(payload.get_data_length(), size() - address));
  std::copy_n(bytes().data() + address, length, payload.get_data_ptr());
  watches_.keep_watch_of(payload, length);
  return length;
}

bool Rom::grant_dmi(Payload& payload, tlm::tlm_dmi& dmi) {
  dmi.init();
  if (payload.get_address() >= size()) return false;
  dmi.set_start_address(0);
  dmi.set_end_address(size() - 1);
  dmi.allow_none();
  CoherentAccess* coherent = nullptr;
  payload.get_extension(coherent);
  if (coherent != nullptr) {
    coherent->grant(watches_, bytes().data());
  } else if (scheduler().timing() != Timing::loose) {
    return false;
  }
  dmi.set_dmi_ptr(storage_.bytes().data());
  dmi.set_read_latency(sc_core::sc_time::from_value(parameters_.access));
  dmi.allow_read();
  return true;
}

}  // namespace doorbell::peripherals
