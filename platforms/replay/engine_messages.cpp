// MSIs: handed over, and what became of them.
#include <algorithm>
#include <utility>

#include "platforms/replay/engine.h"

namespace doorbell::replay {

using trace::Msi;

Task<void> Engine::run_msi(Entry& entry) {
  const auto& msi = std::get<Msi>(entry.record.operation);
  const auto number = entry.record.number;
  auto& outstanding = vectors_[{msi.stream, msi.event}].outstanding;
  entry.position = streams_[msi.stream].observation.evidence_started();
  outstanding.push_back({number});
  const Signalled signalled = co_await devices_.signal(msi);
  count(entry);
  entry.state = State::handed;
  wake(entry.waiters);
  const auto own = std::ranges::find(outstanding, number, &Message::number);
  if (signalled != Signalled::sent && own != outstanding.end()) outstanding.erase(own);
  if (signalled == Signalled::merged) {
    ++counts_.msis_joined;
    if (entry.fate == Entry::Fate::unknown) outstanding.push_back({number, true});
  }
  if (signalled == Signalled::refused) {
    ++counts_.refused;
    end_msi(number, Entry::Fate::lost);
  } else if (entry.fate != Entry::Fate::unknown) {
    end_msi(number, entry.fate);
  }
  go_on();
}

void Engine::end_msi(std::uint64_t number, Entry::Fate fate) {
  auto& msi = entry(number);
  // It may arrive before the function has finished handing it over.
  msi.fate = fate;
  if (msi.state == State::running) return;
  const auto stream = std::get<Msi>(msi.record.operation).stream;
  auto& state = streams_[stream];
  const auto position = msi.position;
  state.observation.evidence_ended(position);
  done(msi);
  if (fate == Entry::Fate::observed) {
    observe(state, position);
  } else {
    flush_if_needed(stream, 0);
  }
}

/// Of a message and of those that the function has merged into it: how many they are.
std::uint64_t Engine::end_message(Vector& vector, std::size_t at, Entry::Fate fate) {
  auto& outstanding = vector.outstanding;
  std::uint64_t ended = 0;
  do {
    const auto next = outstanding.begin() + static_cast<std::ptrdiff_t>(at);
    const auto number = next->number;
    outstanding.erase(next);
    end_msi(number, fate);
    ++ended;
  } while (at < outstanding.size() && outstanding[at].merged);
  return ended;
}

void Engine::msi_taken(trace::Stream stream, std::uint32_t event) {
  auto& vector = vectors_[{stream, event}];
  for (auto ending = std::exchange(vector.joined, 0) + 1; ending > 0 && !vector.outstanding.empty();
       --ending) {
    counts_.msis_taken += end_message(vector, 0, Entry::Fate::observed);
  }
  go_on();
}

void Engine::msi_joined(trace::Stream stream, std::uint32_t event) {
  ++vectors_[{stream, event}].joined;
  ++counts_.msis_joined;
}

void Engine::msi_lost(trace::Stream stream, std::uint32_t event) {
  auto& vector = vectors_[{stream, event}];
  if (vector.outstanding.empty()) return;
  // Those that joined a pending one, and that one, are going to be taken.
  std::uint64_t pending = vector.joined == 0 ? 0 : vector.joined + 1;
  std::size_t at = 0;
  for (std::size_t i = 1; i < vector.outstanding.size() && pending > 0; ++i) {
    if (vector.outstanding[i].merged) continue;
    at = i;
    --pending;
  }
  counts_.msis_lost += end_message(vector, at, Entry::Fate::lost);
  go_on();
}

}  // namespace doorbell::replay
