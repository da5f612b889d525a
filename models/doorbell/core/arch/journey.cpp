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
    case Outcome::ignored_by_smmu:
      return "ignored_by_smmu";
    case Outcome::answered_with_error:
      return "answered_with_error";
    case Outcome::misdirected:
      return "misdirected";
  }
  return "";
}

void Journey::begin(const MessageIdentity& identity, std::uint64_t number, StageId stage,
                    Time now) {
  open_ = samples_.data();
  *open_ = {stage, 0, 0};
  identity_ = identity;
  number_ = number;
  started_ = latest_ = now;
  waiting_ = false;
  resource_ = "";
  holder_ = {};
}

void Journey::keep_span(Time now) {
  spans_.push_back({open_->stage, waiting_, latest_, now, resource_, holder_});
}

JourneyHandle JourneyLog::start(const MessageIdentity& identity, StageId stage, Time now) {
  if (free_.empty()) {
    all_.push_back(std::make_unique<Journey>());
    free_.push_back(all_.back().get());
  }
  Journey* journey = free_.back();
  free_.pop_back();
  journey->begin(identity, next_number_++, stage, now);
  journey->spans_.clear();
  journey->keeps_spans_ =
      journey->number_ >= first_kept_ && journey->number_ - first_kept_ < kept_count_;
  ++started_;
  ++in_flight_;
  return JourneyHandle{*journey};
}

void JourneyLog::finish(JourneyHandle handle, Outcome outcome, Time now) {
  if (!handle) return;
  Journey* const journey = handle.journey_;
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
