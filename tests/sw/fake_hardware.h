#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <vector>

namespace doorbell::sw {

/// Memory and register frames behind the functions of sw/include, for one test at a time. Time
/// moves with every access and turn of a polling loop.
class FakeHardware {
 public:
  FakeHardware();
  ~FakeHardware();
  FakeHardware(const FakeHardware&) = delete;
  FakeHardware& operator=(const FakeHardware&) = delete;

  using Read = std::function<std::uint64_t(std::uint64_t offset, unsigned size)>;
  using Write = std::function<void(std::uint64_t offset, unsigned size, std::uint64_t value)>;
  /// Registers from `base` on; accesses to memory that hit no frame are plain memory.
  void add_frame(std::uint64_t base, std::uint64_t size, Read read, Write write);

  std::uint64_t load(std::uint64_t address, unsigned size) const;
  void store(std::uint64_t address, unsigned size, std::uint64_t value);

  std::uint64_t time_ns = 0;
  bool interrupts_masked = false;
  /// Device accesses outside every frame: a driver that goes astray.
  unsigned stray_accesses = 0;
  struct Access {
    bool is_write;
    std::uint64_t address;
    std::uint64_t value;
  };
  std::vector<Access> accesses;  ///< of devices
  std::map<std::uint32_t, std::uint64_t> system_registers;
  unsigned processor = 0;
  std::uint32_t affinity = 0;
  unsigned event_waits = 0;   ///< WFE
  unsigned events_sent = 0;   ///< SEV
  unsigned memory_waits = 0;  ///< turns of loops on memory
  /// Called whenever the driver lets time pass.
  std::function<void()> on_wait;

  void wait(std::uint64_t ns);
  std::uint64_t access_read(std::uint64_t address, unsigned size, bool device);
  void access_write(std::uint64_t address, unsigned size, std::uint64_t value, bool device);

 private:
  struct Frame {
    std::uint64_t base;
    std::uint64_t size;
    Read read;
    Write write;
  };
  Frame* frame_of(std::uint64_t address);

  std::vector<Frame> frames_;
  std::map<std::uint64_t, std::uint8_t> memory_;
};

}  // namespace doorbell::sw
