#include "platforms/replay/replay.h"

#include "doorbell/core/arch/random.h"
#include "platforms/replay/fit.h"
#include "sw/native/native.h"

namespace doorbell::replay {

namespace {

/// With what bypasses the SMMU it doesn't matter how it would be translated.
Firmware firmware_for(virt::Platform& platform, const ReplayParameters& parameters,
                      const trace::Workload& workload) {
  const auto source = workload.open();
  const trace::Header& header = source->header();
  check_fit(platform.parameters(), parameters, header, workload.name());
  return {platform,
          is_translated(parameters, header) ? parameters.translation : Translation::stage_1,
          vectors_of(parameters, header)};
}

}  // namespace

Replay::Replay(virt::Platform& platform, const ReplayParameters& parameters,
               const trace::Workload& workload)
    : platform_(platform),
      parameters_(parameters),
      firmware_(firmware_for(platform, parameters, workload)),
      processors_(platform),
      to_set_up_(parameters.copies),
      under_way_(parameters.copies),
      tasks_(platform.scheduler()) {
  for (unsigned i = 0; i < parameters.copies; ++i) {
    copies_.push_back(std::make_unique<Copy>(firmware_, processors_, parameters, workload,
                                             Place{i, parameters.copies, parameters.bypass}));
    copies_.back()->engine().on_end([this] { copy_has_ended(); });
  }
  platform.simulation().journeys().on_finish([this](const Journey& journey, Outcome outcome) {
    const auto& identity = journey.identity();
    for (const auto& copy : copies_) {
      trace::Stream stream = 0;
      if (!copy->software().find_stream(identity.stream, stream)) continue;
      tasks_.spawn(
          tell(copy->engine(), stream, copy->software().event_of(stream, identity.event), outcome));
      return;
    }
  });
}

void Replay::start() {
  sw::run_on_native_processors();
  for (unsigned i = 0; i < platform_.processor_count(); ++i) {
    platform_.native_processor(i).set_firmware([this, i] { run_firmware(i); });
  }
}

void Replay::run_firmware(unsigned cpu) {
  firmware_.bring_up(cpu);
  if (cpu == 0) {
    for (const auto& copy : copies_)
      copy->software().add_functions();
    set_up();
  }
  processors_.serve(cpu);
}

/// What a workload's own set-up takes is none of what is measured.
void Replay::set_up() {
  for (const auto& copy : copies_)
    copy->engine().set_up([this] { copy_is_set_up(); });
}

void Replay::copy_is_set_up() {
  if (--to_set_up_ > 0) return;
  ready();
  start_copies();
}

void Replay::start_copies() {
  Random random(parameters_.stagger_seed);
  copies_.front()->engine().start();
  for (unsigned i = 1; i < copies(); ++i) {
    const Time later = parameters_.stagger == 0 ? 0 : random.below(parameters_.stagger);
    tasks_.spawn(start_later(copies_[i]->engine(), platform_.scheduler().now() + later));
  }
}

Task<void> Replay::start_later(Engine& engine, Time when) {
  co_await Until{platform_.scheduler(), when};
  engine.start();
}

void Replay::copy_has_ended() {
  if (--under_way_ == 0) ended();
}

Task<void> Replay::tell(Engine& engine, trace::Stream stream, std::uint32_t event,
                        Outcome outcome) {
  switch (outcome) {
    case Outcome::acknowledged:
      engine.msi_taken(stream, event);
      break;
    case Outcome::coalesced:
      engine.msi_joined(stream, event);
      break;
    default:
      engine.msi_lost(stream, event);
      break;
  }
  co_return;
}

ReplayCounts Replay::counts() const {
  ReplayCounts sum;
  for (const auto& copy : copies_)
    sum += copy->engine().counts();
  return sum;
}

Workload::Position Replay::position() const {
  const auto sum = counts();
  double done = 0;
  for (const auto& copy : copies_)
    done += copy->engine().progress();
  return {.transactions = sum.reads + sum.writes + sum.msis, .done = done / copies()};
}

void Replay::add_to(RunTotals& totals) const {
  const auto sum = counts();
  totals.transactions += sum.reads + sum.writes;
  totals.bytes += sum.bytes;
  totals.faults.operations_failed += sum.failed;
  totals.faults.operations_refused += sum.refused;
  totals.faults.errors_raised += unclaimed();
}

std::string Replay::remaining() const {
  for (unsigned i = 0; i < copies(); ++i) {
    const auto remaining = copies_[i]->engine().remaining();
    if (remaining.empty()) continue;
    return copies() == 1 ? remaining : "copy " + std::to_string(i) + ": " + remaining;
  }
  return {};
}

std::string Replay::failures() const {
  const auto failed = counts().failed;
  if (failed == 0) return {};
  const std::string text = std::to_string(failed) + " of its operations failed";
  for (unsigned i = 0; i < copies(); ++i) {
    const auto first = copies_[i]->engine().first_failure();
    if (first == 0) continue;
    return text + ", the first at record " + std::to_string(first) +
           (copies() == 1 ? "" : " of copy " + std::to_string(i));
  }
  return text;
}

std::uint64_t Replay::skipped() const {
  std::uint64_t sum = 0;
  for (const auto& copy : copies_)
    sum += copy->software().skipped();
  return sum;
}

}  // namespace doorbell::replay
