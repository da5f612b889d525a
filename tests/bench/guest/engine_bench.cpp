// engine_bench ENGINE LOOP TURNS: a loop of loops.S on an engine by itself, in stretches of
// `cpu.quantum`. Prints the user time and the instructions. Which of two engines is faster is asked
// of two processes: they would share one libunicorn, whose functions one of them replaces.
#include <sys/resource.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>

#include "doorbell/core/arch/error.h"
#include "doorbell/cpu/arch/engine_loader.h"

namespace {

using namespace doorbell::cpu;

constexpr std::uint64_t base = 0x4000'0000, size = 4 << 20, data = base + (1 << 20), page = 0x1000;
constexpr std::uint64_t quantum = 10'000;
/// VBAR_EL1, op0 to op2 packed as in an MSR (DDI 0487, D17.2.149).
constexpr Register VBAR_EL1 = Register::system(3 << 14 | 12 << 7);

class NoDevices final : public EngineHost {
 public:
  Access read_device(std::uint64_t, unsigned) noexcept override { return {}; }
  bool write_device(std::uint64_t, unsigned, std::uint64_t) noexcept override { return true; }
  std::optional<std::uint64_t> read_system_register(std::uint32_t) noexcept override { return {}; }
  bool write_system_register(std::uint32_t, std::uint64_t) noexcept override { return false; }
  void broadcast(const TlbOperation&) noexcept override {}
  void broadcast_code(const PhysicalRange&) noexcept override {}
  void interrupt_taken(InterruptInput) noexcept override {}
};

double user_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec) +
         static_cast<double>(usage.ru_utime.tv_usec) / 1e6;
}

int number_of(const std::string& loop) {
  const char* const names[] = {"alu", "loads", "stores", "svc"};
  for (int i = 0; i < 4; ++i) {
    if (loop == names[i]) return i;
  }
  throw doorbell::InputError("engine_bench: loop: expected alu, loads, stores or svc, found " +
                             loop);
}

void run(const std::string& file, const std::string& loop, std::uint64_t turns) {
  const std::unique_ptr<std::uint8_t, void (*)(void*)> memory(
      static_cast<std::uint8_t*>(std::aligned_alloc(page, size)), std::free);
  std::memset(memory.get(), 0, size);
  std::ifstream program(LOOPS, std::ios::binary);
  std::copy(std::istreambuf_iterator<char>(program), {}, memory.get());
  NoDevices host;
  const EngineLibrary library(file);
  const auto engine = library.make(host, {});
  engine->map_memory({base, size}, memory.get(), true);
  const std::uint64_t start = base + page * static_cast<std::uint64_t>(number_of(loop));
  engine->set(VBAR_EL1, start);
  engine->set(Register::x(1), data);
  engine->set(Register::x(4), turns);
  engine->set(Register::pc(), start);
  const double before = user_seconds();
  while (engine->run(quantum).kind == InstructionEngine::Stop::Kind::horizon) {
  }
  std::printf("%.3f %llu\n", user_seconds() - before,
              static_cast<unsigned long long>(engine->executed()));
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 4) {
    std::fprintf(stderr, "usage: engine_bench ENGINE alu|loads|stores|svc TURNS\n");
    return 2;
  }
  try {
    run(arguments[1], arguments[2], std::strtoull(arguments[3], nullptr, 0));
  } catch (const doorbell::InputError& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 2;
  }
}
