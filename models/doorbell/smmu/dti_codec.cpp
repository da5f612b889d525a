#include "doorbell/smmu/dti_codec.h"

namespace doorbell::smmu {

TlbEntry to_entry(const dti::TranslationAnswer& answer) {
  TlbEntry entry;
  entry.input_base = answer.input_page;
  entry.tag = {.stream_id = answer.stream_id,
               .asid = answer.asid,
               .vmid = answer.vmid,
               .global = answer.global};
  entry.leaf.output_base = answer.output_page;
  entry.leaf.size_log2 = answer.log2_size;
  entry.attributes = answer.memory_attributes;
  entry.bypass = answer.result == dti::TranslationAnswer::Result::bypass;
  const bool unprivileged = !answer.privileged_only;
  Permissions& p = entry.leaf.permissions;
  p.privileged_data_never = !answer.may_read;
  p.privileged_write = answer.may_write;
  p.privileged_execute = answer.may_execute;
  p.unprivileged_read = unprivileged && answer.may_read;
  p.unprivileged_write = unprivileged && answer.may_write;
  p.unprivileged_execute = unprivileged && answer.may_execute;
  return entry;
}

dti::TranslationAnswer to_answer(const TlbEntry& entry) {
  using Result = dti::TranslationAnswer::Result;
  dti::TranslationAnswer answer;
  const Permissions& p = entry.leaf.permissions;
  answer.result = entry.bypass ? Result::bypass : Result::translated;
  answer.input_page = entry.input_base;
  answer.output_page = entry.leaf.output_base;
  answer.log2_size = static_cast<std::uint8_t>(entry.leaf.size_log2);
  answer.stream_id = entry.tag.stream_id;
  answer.asid = entry.tag.asid;
  answer.vmid = entry.tag.vmid;
  answer.global = entry.tag.global;
  answer.privileged_only = !p.unprivileged_read;
  answer.may_read = !p.privileged_data_never;
  answer.may_write = p.privileged_write;
  answer.may_execute = p.privileged_execute && (p.unprivileged_execute || answer.privileged_only);
  answer.memory_attributes = entry.attributes;
  return answer;
}

Invalidation to_invalidation(const dti::InvalidationRequest& request) {
  using Scope = dti::InvalidationRequest::Scope;
  Invalidation i;
  i.asid = request.asid;
  i.leaf = request.leaf_only;
  i.first = request.first;
  i.last = request.last;
  switch (request.scope) {
    case Scope::all:
    case Scope::vmid:
      i.scope = Invalidation::Scope::all;
      break;
    case Scope::asid:
      i.scope = Invalidation::Scope::asid;
      break;
    case Scope::address:
      i.scope = Invalidation::Scope::va;
      break;
    case Scope::any_asid_address:
      i.scope = Invalidation::Scope::va_all;
      break;
    case Scope::stream:
      i.scope = Invalidation::Scope::ste;
      i.first_stream = static_cast<std::uint32_t>(request.first);
      i.last_stream = static_cast<std::uint32_t>(request.last);
      break;
  }
  return i;
}

dti::InvalidationRequest to_request(const Invalidation& invalidation) {
  using Scope = dti::InvalidationRequest::Scope;
  dti::InvalidationRequest request;
  request.asid = invalidation.asid;
  request.first = invalidation.first;
  request.last = invalidation.last;
  request.leaf_only = invalidation.leaf;
  switch (invalidation.scope) {
    case Invalidation::Scope::ste:
    case Invalidation::Scope::cd:
      request.scope = Scope::stream;
      request.first = invalidation.first_stream;
      request.last = invalidation.last_stream;
      break;
    case Invalidation::Scope::all:
      request.scope = Scope::all;
      break;
    case Invalidation::Scope::asid:
      request.scope = Scope::asid;
      break;
    case Invalidation::Scope::va:
      request.scope = Scope::address;
      break;
    case Invalidation::Scope::va_all:
      request.scope = Scope::any_asid_address;
      break;
  }
  return request;
}

}  // namespace doorbell::smmu
