#include "doorbell/pcie/transaction.h"

#include <algorithm>

namespace doorbell::pcie {

TlpHeader header_of(const Tlp& tlp) {
  switch (tlp.type) {
    case pcie_tlp::Type::memory_read:
      return memory_request(TlpType::MRd, tlp.requester_id, tlp.address, tlp.length);
    case pcie_tlp::Type::memory_write:
      return memory_request(TlpType::MWr, tlp.requester_id, tlp.address, tlp.length);
    case pcie_tlp::Type::configuration_read:
    case pcie_tlp::Type::configuration_write:
      return configuration_request(tlp.type == pcie_tlp::Type::configuration_write,
                                   tlp.requester_id, tlp.completer_id,
                                   static_cast<unsigned>(tlp.address), tlp.length);
    case pcie_tlp::Type::completion:
    case pcie_tlp::Type::completion_with_data:
      break;
  }
  TlpHeader header;
  const bool data = tlp.type == pcie_tlp::Type::completion_with_data;
  header.type = data ? TlpType::CplD : TlpType::Cpl;
  header.requester = tlp.requester_id;
  header.completer = tlp.completer_id;
  header.status = static_cast<CompletionStatus>(tlp.status);
  header.byte_count = tlp.byte_count;
  header.lower_address = tlp.address & 0x7f;
  if (data) header.length_dw = static_cast<std::uint16_t>(data_double_words(tlp));
  return header;
}

std::span<std::uint8_t> data_of(Tlp& tlp) {
  if (tlp.data == nullptr) {
    return {tlp.inline_data.data(), std::min<std::size_t>(tlp.length, tlp.inline_data.size())};
  }
  const std::uint64_t offset = tlp.address - tlp.data->get_address();
  return tlp.data->data().subspan(offset, tlp.length);
}

void attach_data(Tlp& tlp, std::span<const std::uint8_t> bytes, PayloadPool& pool) {
  if (tlp.length <= tlp.inline_data.size()) {
    std::copy(bytes.begin(), bytes.end(), tlp.inline_data.begin());
    return;
  }
  const PayloadReference payload = pool.take(tlm::TLM_WRITE_COMMAND, tlp.address, tlp.length);
  std::copy(bytes.begin(), bytes.end(), payload->data().begin());
  payload->acquire();
  tlp.data = &*payload;
}

Tlp completion_of(const Tlp& request, std::uint16_t completer, pcie_tlp::Status status) {
  Tlp tlp;
  tlp.type = pcie_tlp::Type::completion;
  tlp.requester_id = request.requester_id;
  tlp.completer_id = completer;
  tlp.tag = request.tag;
  tlp.status = status;
  tlp.byte_count = 4;
  tlp.relaxed_ordering = request.relaxed_ordering;
  tlp.id_based_ordering = request.id_based_ordering;
  tlp.no_snoop = request.no_snoop;
  tlp.traffic_class = request.traffic_class;
  return tlp;
}

}  // namespace doorbell::pcie
