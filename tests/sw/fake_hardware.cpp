#include "tests/sw/fake_hardware.h"

#include "sw/host/host.h"

namespace doorbell::sw {
namespace {

FakeHardware* current = nullptr;

const host_operations operations = {
    .read = [](std::uint64_t address, unsigned size,
               bool device) { return current->access_read(address, size, device); },
    .write = [](std::uint64_t address, unsigned size, std::uint64_t value,
                bool device) { current->access_write(address, size, value, device); },
    .fill =
        [](std::uint64_t address, std::uint64_t size, std::uint8_t value) {
          for (std::uint64_t i = 0; i < size; ++i)
            current->store(address + i, 1, value);
        },
    .barrier = [] {},
    .system_register_read = [](std::uint32_t which) { return current->system_registers[which]; },
    .system_register_write = [](std::uint32_t which,
                                std::uint64_t value) { current->system_registers[which] = value; },
    .number = [] { return current->processor; },
    .affinity = [] { return current->affinity; },
    .time_ns = [] { return current->time_ns; },
    .enter = [](const processor_state*) {},
    .install_handler = [](interrupt_handler*, void*) {},
    .set_interrupt_mask =
        [](bool masked) {
          const bool before = current->interrupts_masked;
          current->interrupts_masked = masked;
          return before;
        },
    .wait_for_interrupt = [] { current->wait(1000); },
    .wait_for_event =
        [] {
          ++current->event_waits;
          current->wait(100000);
        },
    .send_event = [] { ++current->events_sent; },
    .spin_hint = [] { current->wait(100000); },
    .spin_until_written =
        [](std::uint64_t, std::uint64_t) {
          ++current->memory_waits;
          current->wait(100000);
        },
};

}  // namespace

FakeHardware::FakeHardware() {
  current = this;
  host_set_operations(&operations);
}

FakeHardware::~FakeHardware() {
  current = nullptr;
}

void FakeHardware::wait(std::uint64_t ns) {
  time_ns += ns;
  const auto listener = on_wait;  // which may set another
  if (listener) listener();
}

void FakeHardware::add_frame(std::uint64_t base, std::uint64_t size, Read read, Write write) {
  frames_.push_back({base, size, std::move(read), std::move(write)});
}

FakeHardware::Frame* FakeHardware::frame_of(std::uint64_t address) {
  for (Frame& frame : frames_)
    if (address >= frame.base && address - frame.base < frame.size) return &frame;
  return nullptr;
}

std::uint64_t FakeHardware::load(std::uint64_t address, unsigned size) const {
  std::uint64_t value = 0;
  for (unsigned i = 0; i < size; ++i) {
    const auto byte = memory_.find(address + i);
    if (byte != memory_.end()) value |= std::uint64_t{byte->second} << 8 * i;
  }
  return value;
}

void FakeHardware::store(std::uint64_t address, unsigned size, std::uint64_t value) {
  for (unsigned i = 0; i < size; ++i)
    memory_[address + i] = static_cast<std::uint8_t>(value >> 8 * i);
}

std::uint64_t FakeHardware::access_read(std::uint64_t address, unsigned size, bool device) {
  time_ns += 1;
  if (device) accesses.push_back({false, address, 0});
  if (Frame* frame = frame_of(address)) return frame->read(address - frame->base, size);
  stray_accesses += device;
  return load(address, size);
}

void FakeHardware::access_write(std::uint64_t address, unsigned size, std::uint64_t value,
                                bool device) {
  time_ns += 1;
  if (device) accesses.push_back({true, address, value});
  if (Frame* frame = frame_of(address)) return frame->write(address - frame->base, size, value);
  stray_accesses += device;
  store(address, size, value);
}

}  // namespace doorbell::sw
