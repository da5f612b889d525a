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

std::string polled_text(const Access& access, const VirtParameters& parameters) {
  switch (access.kind) {
    case Access::Kind::load:
      return fmt::format("polls {:#x} ({}), which reads {:#x},", access.address,
                         target_at(parameters, access.address), access.value);
    case Access::Kind::read_register:
      return fmt::format("polls system register {:#x}, which reads {:#x},", access.address,
                         access.value);
    default:
      return "turns in a loop without reading anything";
  }
}

std::string text_of(const Processor& processor, const VirtParameters& parameters) {
  if (processor.halted()) return "has ended";
  if (processor.asleep()) return "sleeps";
  const cpu::Repetition& repetition = processor.repetition();
  return fmt::format("{} since {}", polled_text(repetition.polled(), parameters),
                     duration_text(repetition.since()));
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
  std::vector<std::pair<std::string, std::vector<unsigned>>> sentences;
  for (unsigned i = 0; i < platform_.processor_count(); ++i) {
    std::string text = text_of(platform_.processor(i), platform_.parameters());
    const auto same = std::find_if(sentences.begin(), sentences.end(),
                                   [&](const auto& sentence) { return sentence.first == text; });
    if (same != sentences.end()) {
      same->second.push_back(i);
    } else {
      sentences.push_back({std::move(text), {i}});
    }
  }
  std::string all;
  for (const auto& [text, processors] : sentences) {
    fmt::format_to(std::back_inserter(all), "{}processor{} {} {}", all.empty() ? "" : "; ",
                   processors.size() == 1 ? "" : "s", fmt::join(processors, ", "), text);
  }
  return all;
}

}  // namespace doorbell::virt
