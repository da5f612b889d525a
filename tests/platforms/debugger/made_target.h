#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "platforms/debugger/session.h"
#include "tests/platforms/debugger/decoded.h"

namespace doorbell::debugger::testing {

/// Two processors, 256 bytes of memory at 0x1000, and a record of what is asked.
class MadeTarget : public Target {
 public:
  static constexpr std::uint64_t base = 0x1000;

  unsigned processors() const override { return 2; }
  std::string state_of(unsigned processor) const override { return processor == 0 ? "on" : "off"; }
  std::optional<std::uint64_t> register_value(unsigned processor,
                                              const cpu::Register& name) const override {
    const auto found = registers.find(key(processor, name));
    return found == registers.end() ? 0 : found->second;
  }
  bool set_register(unsigned processor, const cpu::Register& name, std::uint64_t value) override {
    if (!writable) return false;
    registers[key(processor, name)] = value;
    return true;
  }
  std::size_t read_memory(unsigned, std::uint64_t address, std::span<std::uint8_t> data) override {
    const std::size_t size = there(address, data.size());
    for (std::size_t i = 0; i < size; ++i)
      data[i] = memory[address - base + i];
    return size;
  }
  std::size_t write_memory(unsigned, std::uint64_t address,
                           std::span<const std::uint8_t> data) override {
    const std::size_t size = there(address, data.size());
    for (std::size_t i = 0; i < size; ++i)
      memory[address - base + i] = data[i];
    return size;
  }
  std::optional<std::uint64_t> physical_address(unsigned, std::uint64_t address) const override {
    if (address < base) return std::nullopt;
    return address + 0x4000'0000;
  }
  std::string time() const override { return "17 ps"; }
  void resume(const Orders& given) override { orders.push_back(given); }

  using Key = std::tuple<unsigned, int, std::uint32_t>;
  static Key key(unsigned processor, const cpu::Register& name) {
    return {processor, static_cast<int>(name.kind), name.number};
  }

  std::map<Key, std::uint64_t> registers;
  std::vector<std::uint8_t> memory = std::vector<std::uint8_t>(256);
  bool writable = true;
  std::vector<Orders> orders;

 private:
  std::size_t there(std::uint64_t address, std::size_t size) const {
    if (address < base || address - base >= memory.size()) return 0;
    return std::min<std::size_t>(size, memory.size() - (address - base));
  }
};

/// GDB: asks, and takes the acknowledgement off the answer.
class MadeGdb {
 public:
  explicit MadeGdb(Session& session) : session_(session) {}
  /// The answer's payload; "none" where there is none.
  std::string ask(std::string_view payload) {
    const std::string answer = session_.receive(framed(payload));
    if (answer.empty() || answer.front() != '+') return "not acknowledged";
    return answer.size() == 1 ? "none" : decoded(std::string_view(answer).substr(1));
  }

 private:
  Session& session_;
};

}  // namespace doorbell::debugger::testing
