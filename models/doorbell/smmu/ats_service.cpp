#include "doorbell/smmu/ats_service.h"

#include <algorithm>
#include <variant>

#include "doorbell/smmu/arch/ats.h"

namespace doorbell::smmu {

AtsService::AtsService(Scheduler& scheduler, const Clock& clock, const StatisticsGroup& group,
                       const SmmuParameters& parameters, const Parts& parts, TaskGroup& tasks)
    : socket("ats", [this](const dti_ats::ToSmmu& message) { receive(message); }),
      parameters_(parameters.tcu.ats),
      features_(parameters.features()),
      latency_(clock.duration(parameters.tcu.ats.link)),
      parts_(parts),
      scheduler_(scheduler),
      tasks_(tasks),
      invalidations_(scheduler, clock, group, parameters.tcu.ats, socket),
      under_way_(scheduler),
      requests_(group, "ats_requests",
                {"requests", Better::neither, "Translation Requests of ATCs"}),
      completions_(group, "ats_completions",
                   {"completions", Better::neither, "Of them, that gave an ATC something"}),
      denied_(
          group, "ats_denied",
          {"completions", Better::lower, "Of them, that gave it nothing: R = W = 0, or an error"}),
      page_requests_(group, "page_requests_received",
                     {"requests", Better::neither, "Page requests of ATCs, Stop Markers too"}),
      places_(group, "page_request_places",
              {"requests", Better::lower,
               "Page requests of ATCs, from arrival until they are recorded or refused"},
              parameters.tcu.ats.page_requests),
      answered_by_hardware_(
          group, "page_requests_answered_by_hardware",
          {"requests", Better::lower, "Page requests that the SMMU answered by itself"}),
      discarded_(group, "page_requests_discarded",
                 {"requests", Better::lower,
                  "Page requests lost to an overflow, their group's last to be answered"}),
      ignored_(group, "stop_markers_ignored",
               {"requests", Better::neither, "Stop Markers not recorded, which nobody answers"}) {}

void AtsService::close_unbound() {
  if (socket.get_base_port().bind_count() != 0) return;
  nobody_ = std::make_unique<MessageInitiator<DtiAts>>("no_ats", [](dti_ats::ToRootComplex&) {});
  nobody_->bind(socket);
}

void AtsService::grant() {
  socket.grant(DtiAts::translation_credits, parameters_.requests);
  socket.grant(DtiAts::page_request_credits, parameters_.page_requests);
}

void AtsService::receive(const dti_ats::ToSmmu& message) {
  if (const auto* const request = std::get_if<dti_ats::TranslationRequest>(&message)) {
    under_way_.add();
    tasks_.start(translate(*request));
  } else if (const auto* const page = std::get_if<dti_ats::PageRequest>(&message)) {
    under_way_.add();
    tasks_.start(take(*page));
  } else {
    invalidations_.acknowledge(std::get<dti_ats::InvalidationAcknowledge>(message));
  }
}

/// For a write first, if one is asked for; what isn't writable is asked for again to be read.
Task<TranslationOutcome> AtsService::find(const dti_ats::TranslationRequest& request,
                                          std::uint64_t address, TranslationQuery& query,
                                          Misses& misses) {
  query = query_of(request, address, false, features_);
  TranslationOutcome outcome = co_await parts_.translator.find(query, misses);
  if (denies_write(query, outcome)) {
    query = query_of(request, address, true, features_);
    outcome = co_await parts_.translator.find(query, misses);
  }
  co_return outcome;
}

/// Further translations are of the same size, and of what follows up to the last address (PCIe 6.0,
/// 10.2.3).
Task<void> AtsService::follow(const dti_ats::TranslationRequest& request, TranslationQuery& query,
                              dti_ats::TranslationAnswer& answer, Misses& misses) {
  const dti_ats::Translation one = answer.translations[0];
  const unsigned most = std::min(request.count, parameters_.translations);
  while ((one.read || one.write) && answer.count < most) {
    const std::uint64_t next = request.address + (std::uint64_t{answer.count} << one.log2_size);
    if (next < request.address) break;
    const TranslationOutcome outcome = co_await find(request, next, query, misses);
    if (status_of(outcome) != dti_ats::Status::successful) break;
    const dti_ats::Translation more = translation_of(request, query, outcome, features_);
    if (more.log2_size != one.log2_size) break;
    answer.translations[answer.count++] = more;
  }
}

/// A SYNC waits for all of it, so that what invalidates an ATC after it finds the completion there.
Task<void> AtsService::translate(dti_ats::TranslationRequest request) {
  requests_.add();
  parts_.monitored.count(MonitorEvent::transaction, request.stream.stream_id);
  parts_.monitored.count(MonitorEvent::ats_request, request.stream.stream_id);
  dti_ats::TranslationAnswer answer{.token = request.token};
  const unsigned epoch = parts_.translator.begin();
  TranslationQuery query;
  Misses misses;
  const TranslationOutcome first = co_await find(request, request.address, query, misses);
  answer.status = status_of(first);
  if (first.event.type == EventType::F_BAD_ATS_TREQ)
    parts_.events.record(bad_request(request, query.stream), first.MEV);
  if (answer.status == dti_ats::Status::successful) {
    answer.translations[0] = translation_of(request, query, first, features_);
    answer.count = 1;
    co_await follow(request, query, answer, misses);
  }
  parts_.monitored.count(misses, request.stream.stream_id);
  const bool gives =
      answer.count != 0 && (answer.translations[0].read || answer.translations[0].write);
  (gives ? completions_ : denied_).add();
  socket.send(answer, latency_);
  parts_.translator.end(epoch);
  socket.return_credit(DtiAts::translation_credits, 1, latency_);
  under_way_.remove();
}

/// It holds its place until its record is visible, so that no more are on the way than there are
/// places.
Task<void> AtsService::take(dti_ats::PageRequest request) {
  page_requests_.add();
  const Time arrival = scheduler_.now();
  places_.enter(arrival);
  const auto refusal = queue_ != nullptr ? queue_->record(request, parts_.registers.enabled())
                                         : std::optional(PageRequestRefusal::disabled);
  if (refusal) {
    co_await answer_by_itself(request, *refusal);
  } else {
    co_await queue_->visible(queue_->committed());
  }
  places_.leave(scheduler_.now(), arrival);
  socket.return_credit(DtiAts::page_request_credits, 1, latency_);
  under_way_.remove();
}

void AtsService::refuse(const dti_ats::PageRequest& request) {
  finish(request, PageRequestRefusal::disabled, {});
}

Task<void> AtsService::answer_by_itself(dti_ats::PageRequest request, PageRequestRefusal refusal) {
  PasidOfResponse pasid;
  if (needs_stream(request, refusal, features_)) {
    const auto ste = co_await parts_.translator.find_stream(request.stream.stream_id);
    pasid = {.valid = ste.has_value(), .PPAR = ste && ste->PPAR};
  }
  finish(request, refusal, pasid);
}

void AtsService::finish(const dti_ats::PageRequest& request, PageRequestRefusal refusal,
                        const PasidOfResponse& pasid) {
  if (const auto response = automatic_response(request, refusal, pasid, features_)) {
    answered_by_hardware_.add();
    socket.send(*response, latency_);
  } else {
    (request.is_stop_marker() ? ignored_ : discarded_).add();
  }
}

void AtsService::respond(const Command& command) {
  using Response = Command::PageResponse;
  using dti_ats::ResponseCode;
  const Stream& stream = command.stream;
  const ResponseCode code = command.response == Response::success ? ResponseCode::success
                            : command.response == Response::invalid_request
                                ? ResponseCode::invalid_request
                                : ResponseCode::response_failure;
  const bool has_pasid = stream.substream_valid && features_.substream_id_bits != 0;
  socket.send(
      dti_ats::PageResponse{
          {stream.stream_id, has_pasid ? stream.substream_id : 0, has_pasid}, command.group, code},
      latency_);
}

}  // namespace doorbell::smmu
