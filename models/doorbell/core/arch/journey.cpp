#include "doorbell/core/arch/journey.h"

namespace doorbell {

const char* to_string(Outcome outcome) {
  switch (outcome) {
    case Outcome::acknowledged:
      return "acknowledged";
    case Outcome::coalesced:
      return "coalesced";
    case Outcome::cleared:
      return "cleared";
    case Outcome::dropped_by_its:
      return "dropped_by_its";
    case Outcome::dropped_by_redistributor:
      return "dropped_by_redistributor";
    case Outcome::terminated_by_smmu:
      return "terminated_by_smmu";
    case Outcome::answered_with_error:
      return "answered_with_error";
    case Outcome::misdirected:
      return "misdirected";
  }
  return "";
}

void Journey::advance(Time now) {
  // Under loose timing a later stage may have an earlier local time; its stretch then is empty.
  if (now < latest_) now = latest_;
  const Time stretch = now - latest_;
  if (sample_count_ == 0 || samples_[sample_count_ - 1].stage != stage_) {
    // A road longer than any platform's ends up in the last sample, so that the sum stays right.
    if (sample_count_ < maximum_samples) samples_[sample_count_++] = {stage_, 0, 0};
  }
  StageSample& sample = samples_[sample_count_ - 1];
  (waiting_ ? sample.waiting : sample.service) += stretch;
  if (keeps_spans_ && stretch != 0) {
    spans_.push_back({stage_, waiting_, latest_, now, resource_, holder_});
  }
  latest_ = now;
}

Journey* JourneyLog::start(const MessageIdentity& identity, StageId stage, Time now) {
  if (free_.empty()) {
    all_.push_back(std::make_unique<Journey>());
    free_.push_back(all_.back().get());
  }
  Journey* journey = free_.back();
  free_.pop_back();
  journey->sample_count_ = 0;
  journey->identity_ = identity;
  journey->number_ = next_number_++;
  journey->started_ = journey->latest_ = now;
  journey->stage_ = stage;
  journey->waiting_ = false;
  journey->resource_ = "";
  journey->holder_ = {};
  journey->spans_.clear();
  journey->keeps_spans_ =
      journey->number_ >= first_kept_ && journey->number_ - first_kept_ < kept_count_;
  ++started_;
  ++in_flight_;
  return journey;
}

void JourneyLog::finish(Journey* journey, Outcome outcome, Time now) {
  if (journey == nullptr) return;
  journey->advance(now);
  if (outcome == Outcome::acknowledged) {
    statistics_.record(journey->identity_, journey->samples(),
                       journey->latest_ - journey->started_);
  }
  ++finished_[static_cast<std::size_t>(outcome)];
  --in_flight_;
  for (const auto& listener : listeners_)
    listener(*journey, outcome);
  free_.push_back(journey);
}

void JourneyLog::reset() {
  started_ = in_flight_;
  next_number_ = 0;
  finished_.fill(0);
}

}  // namespace doorbell
