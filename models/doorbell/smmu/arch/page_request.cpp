#include "doorbell/smmu/arch/page_request.h"

#include "doorbell/core/arch/bit_field.h"

namespace doorbell::smmu {
namespace {

// Doubleword 0
constexpr BitField stream_id{0, 32};
constexpr BitField substream_id{32, 20};
constexpr BitField privileged{58, 1};
constexpr BitField execute{59, 1};
constexpr BitField read{60, 1};
constexpr BitField write{61, 1};
constexpr BitField last{62, 1};
constexpr BitField ssv{63, 1};
// Doubleword 1
constexpr BitField group{0, 9};
constexpr BitField address{12, 52};

}  // namespace

PageRequestRecord encode(const dti_ats::PageRequest& request, const Features& features) {
  const auto flag = [](BitField field, bool set) { return field.make(set ? 1 : 0); };
  PageRequestRecord record{stream_id.make(request.stream.stream_id) | flag(read, request.read) |
                               flag(write, request.write) | flag(last, request.last),
                           group.make(request.group) | (request.address & address.mask())};
  if (request.stream.has_pasid && features.substream_id_bits != 0) {
    record[0] |= ssv.make(1) |
                 substream_id.make(request.stream.pasid & low_mask(features.substream_id_bits)) |
                 flag(execute, request.execute) | flag(privileged, request.privileged);
  }
  return record;
}

bool needs_stream(const dti_ats::PageRequest& request, PageRequestRefusal refusal,
                  const Features& features) {
  return refusal == PageRequestRefusal::overflow && request.last && !request.is_stop_marker() &&
         request.stream.has_pasid && features.substream_id_bits != 0;
}

std::optional<dti_ats::PageResponse> automatic_response(const dti_ats::PageRequest& request,
                                                        PageRequestRefusal refusal,
                                                        const PasidOfResponse& stream,
                                                        const Features& features) {
  using dti_ats::ResponseCode;
  if (request.is_stop_marker()) return std::nullopt;
  dti_ats::PageResponse response{.stream = {.stream_id = request.stream.stream_id},
                                 .group = request.group,
                                 .code = ResponseCode::response_failure};
  if (refusal == PageRequestRefusal::disabled) return response;
  if (!request.last) return std::nullopt;
  if (!needs_stream(request, refusal, features)) {
    response.code = ResponseCode::success;
  } else if (stream.valid) {
    response.code = ResponseCode::success;
    if (stream.PPAR) response.stream = request.stream;
  }
  return response;
}

}  // namespace doorbell::smmu
