#pragma once

#include <cstdint>
#include <string>

namespace doorbell::test {

/// QEMU's `virt` without software: its devices, accessed one register at a time by the qtest
/// protocol (QEMU, docs/devel/testing, "QTest Protocol"). Its clocks stand still; the real-time
/// clock says 2024-01-01T00:00:00Z.
class QtestMachine {
 public:
  /// Runs `qemu`, the program, with options of its `virt` and so many processors.
  explicit QtestMachine(const std::string& qemu, const std::string& options = "iommu=smmuv3",
                        unsigned processors = 1);
  ~QtestMachine();
  QtestMachine(const QtestMachine&) = delete;
  QtestMachine& operator=(const QtestMachine&) = delete;

  std::uint32_t read(std::uint64_t address);
  void write(std::uint64_t address, std::uint32_t value);

 private:
  /// The answer behind "OK". Throws when there is none.
  std::string ask(const std::string& command);

  int connection_ = -1;
  int process_ = 0;
  std::string received_;
};

}  // namespace doorbell::test
