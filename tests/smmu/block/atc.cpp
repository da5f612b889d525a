#include "tests/smmu/block/atc.h"

#include "doorbell/core/arch/bit_field.h"

namespace doorbell::smmu::test {

Atc::Atc(Bench& bench, const sc_core::sc_module_name& module_name)
    : Module(module_name),
      bench_(bench),
      ats_("ats", [this](const dti_ats::ToRootComplex& message) { receive(message); }),
      answered_(scheduler()),
      translated_(scheduler()) {
  ats_.bind(bench.smmu.tcu.ats());
  tasks_.spawn([](MessageInitiator<DtiAts>& ats) -> Task<void> {
    ats.grant(DtiAts::invalidation_credits, 2);
    co_return;
  }(ats_));
}

Task<dti_ats::TranslationAnswer> Atc::ask(dti_ats::TranslationRequest request) {
  co_await ats_.credits(DtiAts::translation_credits).take();
  request.token = next_token_++;
  ats_.send(request, link);
  while (!answers_.contains(request.token))
    co_await answered_.wait();
  const dti_ats::TranslationAnswer answer = answers_.extract(request.token).mapped();
  co_return answer;
}

const Atc::Entry* Atc::find(std::uint32_t stream, std::uint64_t address) const {
  for (const Entry& entry : cache_) {
    const std::uint64_t offset = address - entry.base;
    if (entry.stream.stream_id == stream && offset <= low_mask(entry.translation.log2_size))
      return &entry;
  }
  return nullptr;
}

Task<Dma> Atc::dma(Dma what) {
  const auto grants = [&what](const dti_ats::Translation& t) {
    return what.write ? t.write : t.read;
  };
  const Entry* entry = find(what.stream, what.address);
  if (entry == nullptr || !grants(entry->translation)) {
    const dti_ats::TranslationAnswer answer =
        co_await ask({.stream = {what.stream}, .no_write = !what.write, .address = what.address});
    const dti_ats::Translation& first = answer.translations[0];
    if (answer.status != dti_ats::Status::successful || !grants(first)) co_return what;
    cache_.push_back({{what.stream}, what.address & ~low_mask(first.log2_size), first});
    entry = &cache_.back();
  }
  what.address = entry->translation.address + (what.address - entry->base);
  co_return co_await translated(what);
}

Task<Dma> Atc::translated(Dma what) {
  const PayloadReference p = simulation().payloads().take(
      what.write ? tlm::TLM_WRITE_COMMAND : tlm::TLM_READ_COMMAND, what.address, what.size);
  p->requester().stream_id = what.stream;
  p->requester().address_type = AddressType::translated;
  p->requester().privileged = what.privileged;
  for (unsigned i = 0; i < what.size; ++i)
    p->data()[i] = static_cast<std::uint8_t>(what.data >> (8 * (i % 8)));
  const unsigned epoch = translated_.enter();
  what.started = now();
  co_await (what.write ? bench_.device_writes : bench_.device_reads).transport(*p);
  what.ended = now();
  translated_.leave(epoch);
  what.ok = p->is_response_ok();
  what.done = true;
  if (!what.write) what.data = load_little_endian<std::uint64_t>(p->data());
  co_return what;
}

Task<void> Atc::request_page(dti_ats::PageRequest request) {
  co_await ats_.credits(DtiAts::page_request_credits).take();
  ats_.send(request, link);
}

void Atc::receive(const dti_ats::ToRootComplex& message) {
  if (const auto* const answer = std::get_if<dti_ats::TranslationAnswer>(&message)) {
    answers_[answer->token] = *answer;
    answered_.notify_all();
  } else if (const auto* const request = std::get_if<dti_ats::InvalidationRequest>(&message)) {
    invalidations.push_back(*request);
    ats_.return_credit(DtiAts::invalidation_credits, 1, link);
    tasks_.spawn(invalidate(*request));
  } else {
    responses.push_back(std::get<dti_ats::PageResponse>(message));
  }
}

/// What was translated by what goes is answered first.
Task<void> Atc::invalidate(dti_ats::InvalidationRequest request) {
  if (conduct == Conduct::silent) co_return;
  if (conduct == Conduct::honest) {
    std::erase_if(cache_, [&request](const Entry& entry) {
      const bool meets = request.log2_size == 64 ||
                         (entry.base <= (request.address | low_mask(request.log2_size)) &&
                          request.address <= (entry.base | low_mask(entry.translation.log2_size)));
      return meets && entry.stream == request.stream;
    });
    co_await translated_.wait();
  }
  acknowledge(request);
}

void Atc::acknowledge(const dti_ats::InvalidationRequest& request) {
  ats_.send(dti_ats::InvalidationAcknowledge{request.stream.stream_id, request.tag}, link);
}

}  // namespace doorbell::smmu::test
