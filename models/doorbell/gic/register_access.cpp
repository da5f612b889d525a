#include "doorbell/gic/register_access.h"

#include "doorbell/gic/arch/register_tables.h"

namespace doorbell::gic {
namespace {

bool is_power_of_two_to_8(unsigned size) {
  return size == 1 || size == 2 || size == 4 || size == 8;
}

}  // namespace

void access_registers(RegisterBank& bank, Payload& payload, std::uint64_t frame_bytes) {
  const unsigned size = payload.get_data_length();
  if (!is_power_of_two_to_8(size)) {
    payload.set_response_status(tlm::TLM_BURST_ERROR_RESPONSE);
    return;
  }
  const std::uint64_t offset = payload.get_address() % frame_bytes;
  std::uint8_t* const bytes = payload.get_data_ptr();
  std::uint64_t data = 0;
  FrameAccess access;
  if (payload.is_read()) {
    access = read_frame(bank, offset, size, data);
    for (unsigned i = 0; i < size; ++i)
      bytes[i] = static_cast<std::uint8_t>(data >> (8 * i));
  } else {
    for (unsigned i = 0; i < size; ++i)
      data |= std::uint64_t{bytes[i]} << (8 * i);
    access = write_frame(bank, offset, size, data);
  }
  payload.set_response_status(access.error ? tlm::TLM_BURST_ERROR_RESPONSE : tlm::TLM_OK_RESPONSE);
}

unsigned debug_access(RegisterBank& bank, Payload& payload, std::uint64_t frame_bytes) {
  const unsigned size = payload.get_data_length();
  if (!payload.is_read() || !is_power_of_two_to_8(size)) return 0;
  std::uint64_t data = 0;
  if (bank.peek(payload.get_address() % frame_bytes, size, data) != RegisterResult::ok) return 0;
  for (unsigned i = 0; i < size; ++i) {
    payload.get_data_ptr()[i] = static_cast<std::uint8_t>(data >> (8 * i));
  }
  return size;
}

}  // namespace doorbell::gic
