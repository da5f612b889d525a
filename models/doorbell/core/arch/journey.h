#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "doorbell/core/arch/statistics_stages.h"
#include "doorbell/core/arch/time.h"

namespace doorbell {

/// Who holds what another waits for: a fixed text and a number that makes it particular, such as
/// {"walk of page", 0xffffd}.
struct Holder {
  static constexpr std::uint64_t no_number = ~std::uint64_t{0};

  const char* what = "";  ///< Static text; empty when nothing is known.
  std::uint64_t id = 0;   ///< `no_number` when the text says it all.

  bool known() const { return *what != '\0'; }
};

/// How an MSI's road ended. What each MSI must come to as exactly one of
/// (docs/architecture.md).
enum class Outcome : std::uint8_t {
  acknowledged,    ///< A CPU read its INTID from ICC_IAR1_EL1.
  coalesced,       ///< Its INTID was pending already.
  cleared,         ///< Pending, and then taken back by CLEAR, DISCARD or a disabled table.
  dropped_by_its,  ///< Unmapped device or event, bad collection, ITS disabled, ...
  dropped_by_redistributor,  ///< LPIs not enabled, INTID out of range, ...
  terminated_by_smmu,
  ignored_by_smmu,      ///< Answered as if it had been written (CD.A = 0, CMD_RESUME).
  answered_with_error,  ///< By the fabric or a target.
  misdirected,          ///< Written to something that is no doorbell, such as memory.
};
const char* to_string(Outcome outcome);

/// A stretch of an MSI's time at one resource.
struct JourneySpan {
  StageId stage;
  bool waiting;  ///< Otherwise served.
  Time from;
  Time to;
  const char* resource;  ///< Static or as long-lived as the simulation: what was waited for or what
                         ///< served; may be empty.
  Holder holder;         ///< Of what was waited for; of a service, what made it necessary.
};

/// The flight record of one MSI. Every instant from its start belongs to exactly one stage and is
/// either waiting or service, so the stages add up to the end-to-end latency.
///
/// A block that takes an MSI over calls `enter`; it calls `wait` when it must wait, and `serve`
/// when that is over. All of them take the local time, in ps.
class Journey {
 public:
  Journey() = default;
  Journey(const Journey&) = delete;
  Journey& operator=(const Journey&) = delete;

  void enter(StageId stage, Time now) {
    advance(now);
    if (stage != open_->stage) open(stage);
    waiting_ = false;
    resource_ = "";
    holder_ = {};
  }
  /// `resource` names what is waited for; its text must live as long as the simulation.
  void wait(Time now, const char* resource, Holder holder = {}) {
    advance(now);
    waiting_ = true;
    resource_ = resource;
    holder_ = holder;
  }
  /// `resource` names what serves it, and `reason` what made that necessary, if it is more than the
  /// road always takes: {"invalidated by a command", page}.
  void serve(Time now, const char* resource = "", Holder reason = {}) {
    advance(now);
    waiting_ = false;
    resource_ = resource;
    holder_ = reason;
  }

  /// Who holds what it waits for; nothing known while it is served.
  Holder waits_for() const { return waiting_ ? holder_ : Holder{}; }

  const MessageIdentity& identity() const { return identity_; }
  /// Number of this MSI in the order of their starts, from 0.
  std::uint64_t number() const { return number_; }
  Time started() const { return started_; }
  Time latest() const { return latest_; }
  std::span<const StageSample> samples() const {
    return {samples_.data(), static_cast<std::size_t>(open_ - samples_.data()) + 1};
  }
  /// Empty unless the log keeps the spans of this one.
  const std::vector<JourneySpan>& spans() const { return spans_; }

 private:
  friend class JourneyLog;
  static constexpr std::size_t maximum_samples = 24;

  void begin(const MessageIdentity& identity, std::uint64_t number, StageId stage, Time now);
  void advance(Time now) {
    // Under loose timing a later stage may have an earlier local time; its stretch then is empty.
    if (now <= latest_) return;
    (waiting_ ? open_->waiting : open_->service) += now - latest_;
    if (keeps_spans_) [[unlikely]]
      keep_span(now);
    latest_ = now;
  }
  void keep_span(Time now);
  void open(StageId stage) {
    // A road longer than any platform's ends up in the last sample, so that the sum stays right.
    if (open_ != &samples_.back()) *++open_ = {stage, 0, 0};
  }

  std::array<StageSample, maximum_samples> samples_;
  StageSample* open_ = samples_.data();  // of the stage it is in
  MessageIdentity identity_{};
  std::uint64_t number_ = 0;
  Time started_ = 0;
  Time latest_ = 0;
  bool waiting_ = false;
  bool keeps_spans_ = false;
  const char* resource_ = "";
  Holder holder_;
  std::vector<JourneySpan> spans_;
};

/// The Journey of an MSI, or none: what else travels has none, and what is told of it is lost.
class JourneyHandle {
 public:
  JourneyHandle() = default;
  explicit JourneyHandle(Journey& journey) : journey_(&journey) {}
  explicit operator bool() const { return journey_ != nullptr; }

  void enter(StageId stage, Time now) const {
    if (journey_ != nullptr) journey_->enter(stage, now);
  }
  void wait(Time now, const char* resource, Holder holder = {}) const {
    if (journey_ != nullptr) journey_->wait(now, resource, holder);
  }
  void serve(Time now, const char* resource = "", Holder reason = {}) const {
    if (journey_ != nullptr) journey_->serve(now, resource, reason);
  }
  Holder waits_for() const { return journey_ != nullptr ? journey_->waits_for() : Holder{}; }
  /// Not of none.
  const Journey& operator*() const { return *journey_; }
  const Journey* operator->() const { return journey_; }

  bool operator==(const JourneyHandle&) const = default;

 private:
  friend class JourneyLog;
  Journey* journey_ = nullptr;
};

/// All Journeys of a simulation: it hands them out, takes them back at the end of the road and
/// records their stages.
class JourneyLog {
 public:
  static constexpr std::size_t outcome_count = 9;

  explicit JourneyLog(StageStatistics& statistics) : statistics_(statistics) {}
  JourneyLog(const JourneyLog&) = delete;
  JourneyLog& operator=(const JourneyLog&) = delete;

  /// A new Journey in `stage`. It belongs to the log; whoever holds it last calls `finish`.
  JourneyHandle start(const MessageIdentity& identity, StageId stage, Time now);
  /// The end of the road. No handle of it is of use afterwards. None is ignored.
  void finish(JourneyHandle handle, Outcome outcome, Time now);

  /// Which MSIs keep their whole span lists: numbers [first, first + count).
  void keep_spans(std::uint64_t first, std::uint64_t count) {
    first_kept_ = first;
    kept_count_ = count;
  }
  /// Called with every finished Journey before it is recycled.
  void on_finish(std::function<void(const Journey&, Outcome)> listener) {
    listeners_.push_back(std::move(listener));
  }

  std::uint64_t started() const { return started_; }
  std::uint64_t finished(Outcome outcome) const {
    return finished_[static_cast<std::size_t>(outcome)];
  }
  std::uint64_t in_flight() const { return in_flight_; }
  /// Starts the measured region. Journeys under way are counted as started in it.
  void reset();

 private:
  StageStatistics& statistics_;
  std::vector<std::unique_ptr<Journey>> all_;
  std::vector<Journey*> free_;
  std::vector<std::function<void(const Journey&, Outcome)>> listeners_;
  std::array<std::uint64_t, outcome_count> finished_{};
  std::uint64_t started_ = 0;
  std::uint64_t next_number_ = 0;
  std::uint64_t in_flight_ = 0;
  std::uint64_t first_kept_ = 0;
  std::uint64_t kept_count_ = 0;
};

}  // namespace doorbell
