// Results don't depend on how far the scheduler runs ahead of the SystemC kernel.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "doorbell/pcie/traffic_generator.h"
#include "tests/pcie/system.h"

namespace doorbell::pcie::test {
namespace {

/// Two endpoints with contending traffic; everything that memory saw, as one number.
std::uint64_t fingerprint(Time lookahead) {
  SystemParameters p;
  p.endpoints = 2;
  p.link.upstream_credits.limits.posted = {16, 128};
  p.root.posted_entries = 6;
  System system(p);
  system.memory.latency = [](std::uint64_t address) { return 50'000 + address % 977; };
  std::vector<std::unique_ptr<TrafficGenerator>> generators;
  for (unsigned e = 0; e < 2; ++e) {
    system.enable(e);
    system.program_msix(0, 0x0809'0040, e, e);
    for (auto operation : {GeneratorOperation::write_then_message, GeneratorOperation::read}) {
      GeneratorParameters g;
      g.operation = operation;
      g.arrivals =
          operation == GeneratorOperation::read ? ArrivalPattern::closed : ArrivalPattern::poisson;
      g.interval = 100 * nanosecond;
      g.outstanding = 8;
      g.length = 300;
      g.address = high_memory + (e << 20);
      g.range = 65'536;
      g.random_addresses = true;
      g.seed = e + 1;
      const std::string name = "generator" + std::to_string(generators.size());
      generators.push_back(std::make_unique<TrafficGenerator>(name.c_str(), system.function(e), g));
      generators.back()->start();
    }
  }
  Simulation::current().kernel().set_lookahead(lookahead);
  System::run();
  std::uint64_t hash = 14'695'981'039'346'656'037u;
  const auto mix = [&](std::uint64_t value) { hash = (hash ^ value) * 1'099'511'628'211u; };
  for (const auto& access : system.memory.accesses) {
    mix(access.at);
    mix(access.answered);
    mix(access.address);
  }
  mix(system.memory.accesses.size());
  for (const auto& generator : generators)
    mix(generator->latency().maximum());
  return hash;
}

/// SystemC elaborates once a process, so each run has one of its own.
std::uint64_t in_a_process_of_its_own(Time lookahead) {
  int ends[2];
  if (pipe(ends) != 0) return 0;
  const pid_t child = fork();
  if (child == 0) {
    const std::uint64_t hash = fingerprint(lookahead);
    const bool sent = write(ends[1], &hash, sizeof hash) == sizeof hash;
    _exit(sent ? 0 : 1);
  }
  std::uint64_t hash = 0;
  const bool received = read(ends[0], &hash, sizeof hash) == sizeof hash;
  int status = 0;
  waitpid(child, &status, 0);
  close(ends[0]);
  close(ends[1]);
  return received && status == 0 ? hash : 0;
}

TEST(LookaheadTest, ChangesNothing) {
  const std::uint64_t without = in_a_process_of_its_own(0);
  EXPECT_NE(without, 0u);
  for (const Time lookahead : {nanosecond, microsecond, millisecond}) {
    EXPECT_EQ(in_a_process_of_its_own(lookahead), without) << lookahead;
  }
}

}  // namespace
}  // namespace doorbell::pcie::test
