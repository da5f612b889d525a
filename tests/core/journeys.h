#pragma once

#include <functional>
#include <vector>

#include "doorbell/core/arch/journey.h"

namespace doorbell {

/// A stretch of a made-up MSI.
struct MadeSpan {
  StageId stage;
  bool waiting;
  const char* resource;
  Holder holder;
  Time time;
};

/// Makes Journeys of spans, as blocks would.
class JourneyMaker {
 public:
  JourneyMaker() { log_.keep_spans(0, ~std::uint64_t{0}); }

  StageGraph& graph() { return graph_; }
  JourneyLog& log() { return log_; }

  void make(const std::vector<MadeSpan>& spans, Outcome outcome = Outcome::acknowledged,
            MessageIdentity identity = {8, 9, 3}, Time started = 0) {
    JourneyHandle journey = log_.start(identity, spans.front().stage, started);
    Time now = started;
    for (const MadeSpan& span : spans) {
      journey.enter(span.stage, now);
      if (span.waiting) {
        journey.wait(now, span.resource, span.holder);
      } else {
        journey.serve(now, span.resource, span.holder);
      }
      now += span.time;
    }
    log_.finish(journey, outcome, now);
  }

 private:
  StageGraph graph_;
  StageStatistics statistics_{graph_};
  JourneyLog log_{statistics_};
};

}  // namespace doorbell
