#pragma once

#include <string>
#include <vector>

namespace doorbell::testing {

/// A workload made up for a cause: one function whose MSIs come one after the other, far enough
/// apart that none waits for the one before.
class Workload {
 public:
  static constexpr unsigned spacing = 20;  ///< us

  explicit Workload(const std::vector<unsigned>& events) {
    add("cpu0 its MAPD device=8 bits=6 valid=1");
    for (const unsigned event : events) {
      const std::string operands = " device=8 event=" + std::to_string(event);
      add("cpu0 its MAPTI" + operands + " collection=" + std::to_string(event % 4) +
          " lpi=" + std::to_string(8192 + event));
      add("cpu0 its INV" + operands);
    }
    add("cpu0 map stream=0x8 iova=0xfffff000 pages=1 doorbell");
  }

  /// What processors do is done before devices do anything more.
  void add(const std::string& record) {
    last_of_processors_ = records_.size();
    put(record);
  }
  void add_of_device(const std::string& record) {
    put(record + " after=" + std::to_string(records_.size() - last_of_processors_));
  }
  /// An MSI in the middle of a gap of two spacings.
  void send(unsigned event) {
    time_ += spacing;
    send_at_once(event);
    time_ += spacing;
  }
  /// Together with others that are sent so, now.
  void send_at_once(unsigned event) {
    add_of_device("dev msi stream=0x8 iova=0xfffff040 event=" + std::to_string(event));
  }

  void pause(unsigned microseconds) { time_ += microseconds; }

  std::string text() const {
    std::string text =
        "doorbell-trace 1\ncpus 4\nsource made.csv hash=0x1\n"
        "stream 0x8 device=8 asid=1 events=64\nbegin\n";
    for (const std::string& record : records_)
      text += record + '\n';
    return text + "end " + std::to_string(records_.size()) + "\n";
  }

 private:
  void put(const std::string& record) { records_.push_back(std::to_string(time_) + " " + record); }

  std::vector<std::string> records_;
  std::size_t last_of_processors_ = 0;
  unsigned time_ = 1000;
};

}  // namespace doorbell::testing
