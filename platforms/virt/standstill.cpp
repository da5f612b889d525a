#include "platforms/virt/standstill.h"

#include <fmt/format.h>

#include <algorithm>

#include "platforms/report/units.h"
#include "platforms/virt/address_space.h"

namespace doorbell::virt {
namespace {

using cpu::Processor;
using Access = cpu::Repetition::Access;

constexpr Time patience = 2 * second;

bool waits(const Processor& processor) {
  return processor.halted() || processor.asleep();
}

/// What is said of a processor, and of several of which the same is to be said.
struct Predicate {
  std::string of_one;
  std::string of_several;
};

Predicate polling(const Access& access, const std::string& since,
                  const VirtParameters& parameters) {
  const auto both = [&since](const char* one, const char* several, const std::string& what) {
    return Predicate{one + what + " since " + since, several + what + " since " + since};
  };
  switch (access.kind) {
    case Access::Kind::load:
      return both("polls", "poll",
                  fmt::format(" {:#x} ({}), which reads {:#x},", access.address,
                              target_at(parameters, access.address), access.value));
    case Access::Kind::read_register:
      return both(
          "polls", "poll",
          fmt::format(" system register {:#x}, which reads {:#x},", access.address, access.value));
    default:
      return both("turns", "turn", " in a loop without reading anything");
  }
}

Predicate predicate_of(const Processor& processor, const VirtParameters& parameters) {
  if (!processor.started()) return {"was never started", "were never started"};
  if (processor.halted()) return {"has ended", "have ended"};
  if (processor.asleep()) return {"sleeps", "sleep"};
  const cpu::Repetition& repetition = processor.repetition();
  return polling(repetition.polled(), duration_text(repetition.since()), parameters);
}

}  // namespace

bool Standstill::suspected(Time now) const {
  if (certain()) return true;
  bool polls = false;
  for (unsigned i = 0; i < platform_.processor_count(); ++i) {
    const Processor& processor = platform_.processor(i);
    if (waits(processor)) continue;
    if (processor.repetition().since() + patience > now) return false;
    polls = true;
  }
  return polls;
}

bool Standstill::certain() const {
  for (unsigned i = 0; i < platform_.processor_count(); ++i) {
    if (platform_.processor(i).stands_without_time()) return true;
  }
  return false;
}

Standstill::State Standstill::state() const {
  State state;
  for (unsigned i = 0; i < platform_.processor_count(); ++i) {
    const cpu::Repetition& repetition = platform_.processor(i).repetition();
    state.since.push_back(repetition.since());
    state.access.push_back(repetition.seen());
  }
  return state;
}

void Standstill::hold() {
  for (unsigned i = 0; i < platform_.processor_count(); ++i)
    platform_.processor(i).hold();
}

void Standstill::release() {
  for (unsigned i = 0; i < platform_.processor_count(); ++i)
    platform_.processor(i).release();
}

bool Standstill::came_round(const State& before) const {
  constexpr std::uint64_t longest_loop = 2 * cpu::Repetition::longest_loop;
  for (unsigned i = 0; i < platform_.processor_count(); ++i) {
    const Processor& processor = platform_.processor(i);
    if (!waits(processor) && processor.repetition().seen() < before.access[i] + longest_loop)
      return false;
  }
  return true;
}

/// Processors with the same to say share a sentence.
std::string Standstill::text() const {
  std::vector<std::pair<Predicate, std::vector<unsigned>>> sentences;
  for (unsigned i = 0; i < platform_.processor_count(); ++i) {
    Predicate predicate = predicate_of(platform_.processor(i), platform_.parameters());
    const auto same = std::find_if(sentences.begin(), sentences.end(), [&](const auto& sentence) {
      return sentence.first.of_one == predicate.of_one;
    });
    if (same != sentences.end()) {
      same->second.push_back(i);
    } else {
      sentences.push_back({std::move(predicate), {i}});
    }
  }
  std::string all;
  for (const auto& [predicate, processors] : sentences) {
    const bool one = processors.size() == 1;
    fmt::format_to(std::back_inserter(all), "{}processor{} {} {}", all.empty() ? "" : "; ",
                   one ? "" : "s", fmt::join(processors, ", "),
                   one ? predicate.of_one : predicate.of_several);
  }
  if (peripherals::Pl011* const uart = platform_.uart(); uart != nullptr) {
    if (const char* const reason = uart->refuses_input()) {
      fmt::format_to(std::back_inserter(all), "; the UART doesn't take what is typed: {}", reason);
    }
  }
  return all;
}

}  // namespace doorbell::virt
